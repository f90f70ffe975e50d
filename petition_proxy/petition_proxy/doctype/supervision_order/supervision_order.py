import frappe
from frappe.model.document import Document
from frappe.model.naming import make_autoname
from frappe.utils import now_datetime

from petition_proxy.utils.append_only import refuse_deletion
from petition_proxy.utils.files import keep_private


def series_of(district: str | None) -> str:
	"""Start of the numbers of a district's orders of this year; hand and rule draw from one series."""
	return f"DB-{(district or '')[:6]}-{now_datetime().year}-"


class SupervisionOrder(Document):
	"""An order to a unit that is late or careless (督办单). Written by `acts.py` and `jobs/supervision.py` alone."""

	def before_insert(self):
		self.order_key = self.order_key or frappe.generate_hash(length=40)

	def autoname(self):
		self.name = make_autoname(f"{series_of(self.flags.district)}.#####", doc=self)

	def on_update(self):
		keep_private(self, ("reply_attachment",))

	def on_trash(self):
		refuse_deletion(self)
