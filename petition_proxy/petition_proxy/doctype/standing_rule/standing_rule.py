import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from petition_proxy.queries.indicators import BY_CODE


class StandingRule(Document):
	def validate(self):
		indicator = BY_CODE.get(self.indicator)
		if not indicator or self.level not in indicator.shown_at:
			frappe.throw(
				_("{0} says nothing about level {1}. Choose another indicator.").format(
					_(self.indicator), _(self.level)
				)
			)
		if indicator.of is not None and not 0 <= (self.threshold or 0) <= 100:
			frappe.throw(_("The threshold of a rate lies between 0 and 100 percent."))
		if self.consequence in ("Suspension", "Removal") and self.level != "Agent":
			frappe.throw(_("Only agents are suspended or removed. Choose a notice or a talk."))
		if self.valid_to and getdate(self.valid_to) < getdate(self.valid_from):
			frappe.throw(_("Valid To lies before Valid From. Correct one of them."))
