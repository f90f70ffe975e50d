import frappe
from frappe import _
from frappe.model.document import Document

POSITIVE_FIELDS = (
	"evaluation_window_days",
	"sweep_page_size",
	"alert_max_attempts",
)
# Empty means the default (utils/settings.py).
REWARD_FIELDS = (
	"reward_waiting_days",
	"reward_likeness_percent",
	"reward_pair_cases",
	"reward_burst_cases",
	"bulletin_min_cases",
	"consequence_answer_days",
)


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
		self.validate_rewards()

	def validate_district(self):
		if self.district and frappe.db.get_value("Region", self.district, "level") != "District":
			frappe.throw(_("Choose a region of level District."))

	def validate_positive(self):
		for fieldname in POSITIVE_FIELDS:
			if (self.get(fieldname) or 0) < 1:
				frappe.throw(_("{0} must be at least 1.").format(_(self.meta.get_label(fieldname))))

	def validate_rewards(self):
		for fieldname in REWARD_FIELDS:
			if (self.get(fieldname) or 0) < 0:
				frappe.throw(_("{0} must be at least 1.").format(_(self.meta.get_label(fieldname))))
