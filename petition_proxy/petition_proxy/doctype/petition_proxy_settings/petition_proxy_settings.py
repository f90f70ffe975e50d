import frappe
from frappe import _
from frappe.model.document import Document


class PetitionProxySettings(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		alert_max_attempts: DF.Int
		digest_at: DF.Time
		district: DF.Link | None
		evaluation_window_days: DF.Int
		petition_office: DF.Link | None
		quiet_from: DF.Time
		quiet_to: DF.Time
		sweep_page_size: DF.Int

	# end: auto-generated types
	def validate(self):
		self.validate_district()
		self.validate_positive()
		self.validate_certificate_warnings()

	def validate_district(self):
		if self.district and frappe.db.get_value("Region", self.district, "level") != "District":
			frappe.throw(_("Choose a region of level District."))

	def validate_positive(self):
		for fieldname in (
			"evaluation_window_days",
			"sweep_page_size",
			"alert_max_attempts",
			"pass_mark",
			"certificate_months",
			"last_certificate_warning_days",
		):
			if (self.get(fieldname) or 0) < 1:
				frappe.throw(_("{0} must be at least 1.").format(_(self.meta.get_label(fieldname))))

	def validate_certificate_warnings(self):
		if self.first_certificate_warning_days <= self.last_certificate_warning_days:
			frappe.throw(_("The first warning before a certificate ends comes earlier than the last one."))
