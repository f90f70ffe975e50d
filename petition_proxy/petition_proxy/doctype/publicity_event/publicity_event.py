import frappe
from frappe import _
from frappe.model.document import Document
from frappe.model.naming import make_autoname
from frappe.utils import getdate

from petition_proxy.permissions import may_record_at
from petition_proxy.permissions.scope import get_scope
from petition_proxy.utils.files import keep_private
from petition_proxy.utils.places import get_place, set_place_from_region


class PublicityDateError(frappe.ValidationError):
	"""What has not taken place yet cannot be counted."""


class PublicityEvent(Document):
	"""One act of making the scheme known, or a meeting or visit about it."""

	def autoname(self):
		district = (get_place(self.region).district or "")[:6]
		self.name = make_autoname(f"XC-{district}-.YYYY.-.#####", doc=self)

	def validate(self):
		set_place_from_region(self)
		self.validate_date()
		self.validate_is_own_place()

	def on_update(self):
		keep_private(self, ("photo",))

	def validate_date(self):
		if getdate(self.held_on) > getdate():
			frappe.throw(
				_("The day lies in the future. Record the event once it has taken place."),
				PublicityDateError,
			)

	def validate_is_own_place(self):
		"""Also where the place is changed: the permission hook has seen only the place before."""
		if not may_record_at(self, get_scope()):
			frappe.throw(
				_(
					"You record publicity for your own district, town or village only. Choose a region of yours."
				),
				frappe.PermissionError,
			)
