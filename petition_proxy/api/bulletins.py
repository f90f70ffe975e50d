"""Bulletins for desk and REST. Counting stands in `quarterly_bulletin/figures.py`."""

from typing import Any

import frappe
from frappe import _

from petition_proxy.petition_proxy.doctype.quarterly_bulletin.quarterly_bulletin import BulletinError
from petition_proxy.utils.texts import plain_texts
from petition_proxy.utils.xlsx import make_workbook, send_xlsx


@frappe.whitelist(methods=["POST"])
@plain_texts
def recount_bulletin(bulletin: str) -> None:
	"""Count a draft anew, as cases stand at its cut-off.

	Args:
		bulletin: the Quarterly Bulletin.

	Raises:
		BulletinError: it has been issued.
		frappe.PermissionError: not an office of the district.
	"""
	doc = frappe.get_doc("Quarterly Bulletin", bulletin, for_update=True)
	doc.check_permission("write")
	if doc.docstatus:
		frappe.throw(_("This bulletin has been issued. Its figures stay."), BulletinError)
	doc.flags.recount = True
	doc.save()


@frappe.whitelist(methods=["GET"])
def get_bulletin_tables(bulletin: str) -> dict[str, Any]:
	"""The tables of a bulletin, and whether the figures on file are those that were issued.

	Args:
		bulletin: the Quarterly Bulletin.

	Returns:
		`tables`, as `quarterly_bulletin.figures.tables` gives them, and `is_unchanged`.

	Raises:
		frappe.PermissionError: out of the user's scope.
	"""
	doc = frappe.get_doc("Quarterly Bulletin", bulletin)
	doc.check_permission("read")
	return {"tables": doc.get_tables(), "is_unchanged": doc.is_unchanged()}


@frappe.whitelist(methods=["GET"])
def download_bulletin(bulletin: str) -> None:
	"""All tables of a bulletin as .xlsx, one sheet a level.

	Args:
		bulletin: the Quarterly Bulletin.

	Sends:
		application/octet-stream: the workbook.

	Raises:
		frappe.PermissionError: out of the user's scope, or no right to export.
	"""
	doc = frappe.get_doc("Quarterly Bulletin", bulletin)
	doc.check_permission("read")
	doc.check_permission("export")
	lead = (
		_("Quarterly Bulletin {0}").format(doc.document_no or doc.name),
		_("Period: {0} to {1}").format(doc.period_from, doc.period_to),
		_("Cut-off: {0}").format(doc.cut_off),
		_("Reports and accusations, and complaints against a unit or an officer, are not counted here."),
	)
	tables = [(table["level"], table) for table in doc.get_tables()]
	sheets = [(_(level), table["header"], table["rows"], lead) for level, table in tables]
	ranked = [
		[_(r.level), _(r.indicator), _(r.side), r.rank, r.scope_name, r.numerator, r.denominator, r.rate]
		for r in doc.rankings
	]
	header = [
		_("Level"),
		_("Indicator"),
		_("Side"),
		_("Rank"),
		_("Name"),
		_("Counted"),
		_("Of"),
		_("Rate"),
	]
	sheets.append((_("Best and Worst"), header, ranked, lead))
	proposed = [[_(p.level), p.scope_name, _(p.indicator), p.figure, _(p.consequence)] for p in doc.proposals]
	header = [_("Level"), _("Name"), _("Indicator"), _("Figure"), _("Consequence")]
	sheets.append((_("Proposals"), header, proposed, lead))
	send_xlsx(doc.name, make_workbook(sheets))
