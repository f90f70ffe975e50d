"""Papers over HTTP: one paper as PDF, a day's letters as one file, plain numbers for a form of the file."""

import frappe
from frappe import _

from petition_proxy.api.identity import MAY_LOOK
from petition_proxy.printing import batch
from petition_proxy.printing.lists import ledger_html, list_pdf, report_html, roster_html
from petition_proxy.printing.pages import paper_pdf
from petition_proxy.printing.people import PEOPLE_OF, allow_plain
from petition_proxy.utils.access_log import PRINT, record_export
from petition_proxy.utils.client_values import read_day, read_mapping
from petition_proxy.utils.export_rules import describe_filters
from petition_proxy.utils.texts import plain_texts


@frappe.whitelist()
def get_paper(doctype: str, name: str, print_format: str, lang: str = "zh") -> None:
	"""One record in one of the app's formats, shown by the browser as PDF.

	Args:
		doctype: type of the record.
		name: the record.
		print_format: its format.
		lang: language of the paper.

	Sends:
		application/pdf: the paper.

	Raises:
		frappe.DoesNotExistError: no such form of this type of record.
		frappe.PermissionError: no right to read or print the record.
	"""
	if not frappe.db.exists("Print Format", {"name": print_format, "doc_type": doctype}):
		frappe.throw(_("There is no such form for this kind of record."), frappe.DoesNotExistError)
	_respond(f"{name}-{print_format}", paper_pdf(doctype, name, print_format, lang))


@frappe.whitelist()
def get_ledger_paper(filters: str | dict | None = None, lang: str = "zh") -> None:
	"""The petition ledger as PDF, with the filters of the report.

	Args:
		filters: as the report's form sends them.
		lang: language of the paper.

	Sends:
		application/pdf: the paper.

	Raises:
		frappe.PermissionError: no right to read petitions.
	"""
	frappe.has_permission("Petition", "print", throw=True)
	asked = read_mapping(filters)
	_respond("ledger", list_pdf(ledger_html(asked, lang)))
	record_export("Report", "Petition Ledger", "PDF", 0, describe_filters(asked), act=PRINT)


@frappe.whitelist()
def get_report_paper(report: str, filters: str | dict | None = None, lang: str = "zh") -> None:
	"""A report of this app as PDF, with its name, period, place and moment at the head.

	Args:
		report: name of the report.
		filters: as its form sends them.
		lang: language of the paper.

	Sends:
		application/pdf: the paper.

	Raises:
		frappe.DoesNotExistError: no such report of this app.
		frappe.PermissionError: no right to the report, or to print its records.
	"""
	doctype = frappe.db.get_value("Report", {"name": report, "module": "Petition Proxy"}, "ref_doctype")
	if not doctype:
		frappe.throw(_("There is no such report."), frappe.DoesNotExistError)
	frappe.has_permission(doctype, "print", throw=True)
	asked = read_mapping(filters)
	html, lines = report_html(report, asked, lang)
	_respond(report, list_pdf(html))
	record_export("Report", report, "PDF", lines, describe_filters(asked), act=PRINT)


@frappe.whitelist()
def get_roster_paper(town: str | None = None, status: str | None = None, lang: str = "zh") -> None:
	"""The roster of agents as PDF.

	Args:
		town: only agents of this town.
		status: only agents of this status.
		lang: language of the paper.

	Sends:
		application/pdf: the paper.

	Raises:
		frappe.PermissionError: no right to read agents.
	"""
	frappe.has_permission("Proxy Agent", "print", throw=True)
	_respond("roster", list_pdf(roster_html(town, status, lang)))


@frappe.whitelist(methods=["POST"])
@plain_texts
def unseal_for_print(doctype: str, name: str, reason: str) -> int:
	"""Let the session's user print a form for the file with plain numbers for some minutes; each person leaves a record.

	Args:
		doctype: Petition, Proxy Agreement or Proxy Agent.
		name: the record.
		reason: why, at least four characters.

	Returns:
		Minutes for which it holds.

	Raises:
		frappe.PermissionError: out of scope, or a role that never sees identities.
		frappe.ValidationError: no reason, or a record without such a form.
	"""
	if doctype not in PEOPLE_OF:
		frappe.throw(_("Only petitions, agreements and agents have forms with plain numbers."))
	doc = frappe.get_doc(doctype, name)
	doc.check_permission("read")
	doc.check_permission("print")
	if frappe.session.user != "Administrator" and not MAY_LOOK & set(frappe.get_roles()):
		raise frappe.PermissionError(_("Your role does not see identities."))
	if len(reason.strip()) < 4:
		frappe.throw(_("Say in a few words why you need to see it."))
	return allow_plain(doc, _("Print: {0}").format(reason.strip()))


@frappe.whitelist()
def count_letters(kind: str, day: str, unit: str | None = None) -> int:
	"""How many letters of a kind belong to a day, in the session's user's scope.

	Args:
		kind: one of `printing.batch.KINDS`.
		day: day of the letters.
		unit: only of this unit.

	Returns:
		The number.

	Raises:
		frappe.PermissionError: no right to print petitions.
	"""
	frappe.has_permission("Petition", "print", throw=True)
	return len(batch.find_letters(kind, read_day(day), unit or None))


@frappe.whitelist(methods=["POST"])
@plain_texts
def print_letters(kind: str, day: str, unit: str | None = None) -> int:
	"""Start making one file of a day's letters; the file comes as a message to the user.

	Args:
		kind: one of `printing.batch.KINDS`.
		day: day of the letters.
		unit: only of this unit.

	Returns:
		Number of letters.

	Raises:
		frappe.PermissionError: no right to print petitions.
		BatchError: none that day, or too many.
	"""
	frappe.has_permission("Petition", "print", throw=True)
	return batch.enqueue_batch(kind, read_day(day), unit or None)


def _respond(name: str, content: bytes) -> None:
	frappe.local.response.filename = f"{name}.pdf".replace(" ", "-").replace("/", "-")
	frappe.local.response.filecontent = content
	frappe.local.response.type = "pdf"
