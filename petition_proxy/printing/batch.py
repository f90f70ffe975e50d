"""A day's letters as one file: found by kind, date and unit within the scope of who asks, each case checked, in the background."""

import io
from datetime import date

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import add_days, getdate
from pypdf import PdfReader, PdfWriter

from petition_proxy.permissions.scope import scope_condition
from petition_proxy.printing.pages import paper_pdf
from petition_proxy.printing.people import PaperNotAllowedError

MAX_LETTERS = 300
PROGRESS = "petition_proxy_print_progress"
DONE = "petition_proxy_print_done"
JOB = "petition-proxy|print-batch|{user}|{kind}|{day}|{unit}"


class BatchError(frappe.ValidationError):
	"""There is nothing to print, or too much for one file."""


# kind of letter -> record, moment by which its day is found, condition on other columns
KINDS: dict[str, tuple[str, str, dict]] = {
	"Acceptance Notice": ("Petition", "accepted_at", {}),
	"Refusal Notice": ("Petition", "refused_at", {"workflow_state": "Refused"}),
	"No Longer Accepted Notice": ("Petition", "refused_at", {"workflow_state": "No Longer Accepted"}),
	"Statutory Route Notice": ("Petition", "refused_at", {"workflow_state": "Led to Statutory Route"}),
	"Query Slip": ("Petition", "registered_at", {}),
	"Proxy Register Form": ("Petition", "registered_at", {}),
	"Blank Rating Form": ("Petition", "served_at", {}),
	"Assignment Letter": ("Petition Assignment", "sent_at", {"kind": "Assign"}),
	"Forwarding Letter": ("Petition Assignment", "sent_at", {"kind": "Forward"}),
	"Opinion Letter Paper": ("Opinion Letter", "signed_at", {"docstatus": 1}),
	"Proof of Service": ("Service Receipt", "served_at", {}),
	"Extension Notice": ("Extension Request", "decided_at", {"status": "Approved"}),
	"Supervision Letter": ("Supervision Order", "issued_at", {}),
}
# Where the unit that issues the letter stands.
UNIT_FIELDS = {
	"Petition": "handling_unit",
	"Petition Assignment": "from_unit",
	"Opinion Letter": "unit",
	"Extension Request": "unit",
	"Supervision Order": "issued_by_unit",
}


def find_letters(kind: str, day: date, unit: str | None = None, user: str | None = None) -> list[str]:
	"""Records whose letter of a kind belongs to a day, oldest first.

	Args:
		kind: one of `KINDS`.
		day: day of the letter.
		unit: only letters of this unit.
		user: whose scope applies; the session's user by default.

	Raises:
		BatchError: no such kind, or more than fit one file.
	"""
	if kind not in KINDS:
		frappe.throw(_("{0} is not printed by the day.").format(kind), BatchError)
	doctype, moment, conditions = KINDS[kind]
	table, petition = DocType(doctype), DocType("Petition")
	query = frappe.qb.from_(table).select(table.name)
	if doctype == "Petition":
		case = table
	else:
		case = petition
		query = query.join(petition).on(petition.name == table.petition)
	query = query.where((table[moment] >= day) & (table[moment] < add_days(day, 1)))
	for column, value in conditions.items():
		query = query.where(table[column] == value)
	if unit and doctype in UNIT_FIELDS:
		query = query.where(table[UNIT_FIELDS[doctype]] == unit)
	elif unit:
		query = query.where(case.handling_unit == unit)
	if (scope := scope_condition(case, user)) is not None:
		query = query.where(scope)
	names = query.orderby(table[moment]).orderby(table.name).limit(MAX_LETTERS + 1).run(pluck=True)
	if len(names) > MAX_LETTERS:
		frappe.throw(
			_("More than {0} letters that day. Choose one unit at a time.").format(MAX_LETTERS), BatchError
		)
	return names


def enqueue_batch(kind: str, day: date, unit: str | None = None) -> int:
	"""Put a day's letters on the long queue for the session's user; a second call while it runs adds nothing.

	Returns:
		Number of letters found.

	Raises:
		BatchError: none found.
	"""
	names = find_letters(kind, day, unit)
	if not names:
		frappe.throw(_("No letter of this kind on {0}.").format(frappe.format(day, "Date")), BatchError)
	user = frappe.session.user
	frappe.enqueue(
		"petition_proxy.printing.batch.print_batch",
		queue="long",
		timeout=60 + 10 * len(names),
		job_id=JOB.format(user=user, kind=kind, day=day, unit=unit or "-"),
		deduplicate=True,
		enqueue_after_commit=True,
		kind=kind,
		day=str(day),
		unit=unit,
	)
	return len(names)


def print_batch(kind: str, day: str, unit: str | None = None) -> str:
	"""Job: make the file, tell the user how far it is and where it lies.

	Runs as the user who asked. Cases that left the user's scope since, or whose letter may not be printed, are left
	out and named in the end. The same letters asked for again replace the file before.

	Returns:
		Address of the private file.
	"""
	user = frappe.session.user
	names = find_letters(kind, getdate(day), unit)
	writer, skipped = PdfWriter(), []
	for at, name in enumerate(names, start=1):
		try:
			reader = PdfReader(io.BytesIO(paper_pdf(KINDS[kind][0], name, kind)))
			writer.append_pages_from_reader(reader)
		except (PaperNotAllowedError, frappe.PermissionError):
			skipped.append(name)
			frappe.clear_last_message()
		frappe.publish_realtime(PROGRESS, {"done": at, "total": len(names), "kind": kind}, user=user)
	url = _keep(writer, kind, day, unit) if len(writer.pages) else None
	frappe.publish_realtime(
		DONE,
		{"file_url": url, "count": len(names) - len(skipped), "skipped": skipped, "kind": kind},
		user=user,
		after_commit=True,
	)
	return url


def _keep(writer: PdfWriter, kind: str, day: str, unit: str | None) -> str:
	data = io.BytesIO()
	writer.write(data)
	stem = f"{kind.lower().replace(' ', '-')}-{day}{'-' + unit if unit else ''}"
	user = frappe.session.user
	earlier = frappe.get_all(
		"File",
		filters={
			"owner": user,
			"is_private": 1,
			"file_name": ("like", f"{stem}%.pdf"),
			"attached_to_doctype": ("is", "not set"),
		},
		pluck="name",
		order_by="name asc",
		limit=20,
	)
	for name in earlier:
		frappe.delete_doc("File", name, ignore_permissions=True, force=True)  # the user's own earlier print
	# attached to nothing: who may read the record a file hangs on may read the file, and this one is its owner's alone
	file = frappe.get_doc(
		{"doctype": "File", "file_name": f"{stem}.pdf", "is_private": 1, "content": data.getvalue()}
	)
	file.insert(ignore_permissions=True)  # officers need no right on File to get what they printed
	return file.file_url
