"""The tables of a quarterly circular, from the figures frozen with it."""

import frappe
from frappe import _
from frappe.model.document import Document

# The paper goes to every unit of the district; agents are compared in the bulletin itself and on its spreadsheet.
NOT_ON_PAPER = ("Agent",)
NOTHING = frozenset({"", "0", "—", "–", "-"})


def paper_figures(doc: Document) -> list[frappe._dict]:
	"""One table a level, as the bulletin shows it; nothing is computed anew.

	Args:
		doc: the Quarterly Bulletin, which the caller may read.

	Returns:
		Dicts of title, columns and rows (name, cells). Units and places without a single figure are left out;
		villages without a case have a list of their own.
	"""
	tables = []
	for table in doc.get_tables():
		if table["level"] in NOT_ON_PAPER:
			continue
		rows = [row for row in table["rows"] if not NOTHING.issuperset(str(cell) for cell in row[1:])]
		if rows:
			tables.append(
				frappe._dict(
					title=_title(table["level"]),
					head=table["header"][0],
					columns=table["header"][1:],
					rows=[frappe._dict(name=row[0] or "", cells=row[1:]) for row in rows],
				)
			)
	return tables


def _title(level: str) -> str:
	if level == "Restated":
		return _("Figures restated since the last bulletin")
	return _("By {0}").format(_(level, context="Bulletin Figure"))
