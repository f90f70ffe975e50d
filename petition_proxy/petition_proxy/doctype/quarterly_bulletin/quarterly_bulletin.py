from datetime import datetime, time
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.model.naming import make_autoname
from frappe.utils import cint, get_datetime, now_datetime

from petition_proxy.permissions.money import has_bulletin_permission
from petition_proxy.petition_proxy.doctype.quarterly_bulletin import figures
from petition_proxy.utils.append_only import refuse_deletion
from petition_proxy.utils.server_fields import keep_read_only_fields
from petition_proxy.utils.settings import get_setting

COUNTED_BY = ("district", "year", "quarter", "cut_off", "min_cases")


class BulletinError(frappe.ValidationError):
	"""The bulletin cannot be made or issued so."""


class QuarterlyBulletin(Document):
	"""The circular of a quarter (季度通报). Issued, its figures are frozen; what is corrected later stands in the next one
	or in an amendment, as restated figures beside the published ones."""

	def autoname(self):
		self.name = make_autoname(f"TB-{(self.district or '')[:6]}-.YYYY.-.#####", doc=self)

	def before_insert(self):
		amended_from = self.amended_from
		keep_read_only_fields(self)
		self.amended_from = amended_from
		self.status = "Draft"

	def validate(self):
		if not self.is_new():
			keep_read_only_fields(self)
		self.set_period()
		self.set_cut_off()
		self.min_cases = cint(self.min_cases) or cint(get_setting("bulletin_min_cases"))
		self.validate_place()
		self.validate_amendment()
		if self.must_count():
			figures.count(self)

	def on_update(self):
		figures.lay_by(self)

	def before_submit(self):
		self.validate_only_one()
		figures.count(self)
		self.status = "Issued"
		self.signed_by, self.issued_at = frappe.session.user, now_datetime()

	def before_cancel(self):
		self.status = "Withdrawn"

	def on_trash(self):
		refuse_deletion(self)

	# verbs

	def set_period(self):
		try:
			self.period_from, self.period_to = figures.quarter_days(cint(self.year), cint(self.quarter))
		except ValueError:
			frappe.throw(_("There is no such quarter. Correct the year."), BulletinError)

	def set_cut_off(self):
		end = datetime.combine(self.period_to, time(23, 59, 59))
		self.cut_off = get_datetime(self.cut_off) if self.cut_off else end
		if self.cut_off < end:
			frappe.throw(_("The cut-off lies before the end of the quarter."), BulletinError)
		if self.cut_off > now_datetime():
			frappe.throw(
				_("The cut-off lies in the future. Wait for it, or choose an earlier moment."), BulletinError
			)

	def validate_place(self):
		if frappe.db.get_value("Region", self.district, "level") != "District":
			frappe.throw(_("Choose a region of level District."), BulletinError)
		if not has_bulletin_permission(self, "write"):
			frappe.throw(_("This district is outside your area."), frappe.PermissionError)

	def validate_amendment(self):
		if self.amended_from and not (self.correction_note or "").strip():
			frappe.throw(_("Say what this bulletin corrects."), BulletinError)

	def must_count(self) -> bool:
		before = self.get_doc_before_save()
		if not before or self.flags.recount:
			return True
		return any(str(before.get(f) or "") != str(self.get(f) or "") for f in COUNTED_BY)

	def validate_only_one(self):
		"""One bulletin in force per district and quarter."""
		other = frappe.db.get_value(
			"Quarterly Bulletin",
			{
				"district": self.district,
				"year": self.year,
				"quarter": self.quarter,
				"docstatus": 1,
				"name": ("!=", self.name),
			},
		)
		if other:
			frappe.throw(
				_("{0} is in force for this quarter. Cancel and amend it to correct it.").format(other),
				BulletinError,
			)

	def get_tables(self) -> list[dict[str, Any]]:
		"""The frozen tables, for screen and print. See `figures.tables`."""
		return figures.tables(self.name)

	def is_unchanged(self) -> bool:
		"""Whether the figures on file are those that were issued."""
		return figures.hash_of(figures.read_rows(self.name)) == self.figures_hash
