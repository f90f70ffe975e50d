"""From what an agent types at a kitchen table to petitioner and agreement: found if known, made if new."""

import frappe
from frappe import _
from frappe.utils import add_days, get_datetime, getdate, now_datetime

from petition_proxy.domain.lifecycle import AGENT, DRAFT, PETITIONER
from petition_proxy.domain.routing import PAPER_CHANNEL
from petition_proxy.permissions.scope import get_scope
from petition_proxy.utils.identity import hash_of
from petition_proxy.utils.rows import read_row

INTAKE_FIELDS = (
	"new_petitioner_name",
	"new_petitioner_phone",
	"new_petitioner_id_number",
	"new_petitioner_agrees_to_sms",
)
AGREEMENT_DAYS = 365


class IntakeError(frappe.ValidationError):
	"""The intake block does not say enough to file."""


class UnknownToYouError(IntakeError, frappe.PermissionError):
	"""A person or an agreement was named that the user may not read."""


class PaperNumberError(IntakeError):
	"""The sheet with this number has been entered already."""


def check_chosen(doc) -> None:
	"""A link gives no right: whoever may not read a person or an agreement does not open it by naming it in a draft.

	People whom one does not know are typed in (`set_petitioner`).

	Raises:
		UnknownToYouError: one of the two was set by somebody who may not read it.
	"""
	if frappe.session.user == "Administrator":
		return
	before = doc.get_doc_before_save()
	chosen = {f: doc.get(f) for f in ("agreement", "petitioner") if doc.get(f) != (before and before.get(f))}
	agreement, petitioner = chosen.get("agreement"), chosen.get("petitioner")
	is_open = not agreement or may_read("Proxy Agreement", agreement)
	if is_open and petitioner and petitioner != _own("petitioner"):
		signed = (
			read_row("Proxy Agreement", doc.agreement, ("petitioner", "docstatus")) if doc.agreement else None
		)
		is_signed_by = bool(signed) and signed.docstatus == 1 and signed.petitioner == petitioner
		is_open = is_signed_by or may_read("Petitioner", petitioner)
	if not is_open:
		refuse_unknown()


def may_read(doctype: str, name: str) -> bool:
	"""Whether the record exists and the session's user may read it."""
	return bool(frappe.db.exists(doctype, name) and frappe.has_permission(doctype, "read", name))


def refuse_unknown() -> None:
	frappe.throw(
		_("This person or agreement is not open to you. Type in name and phone of the petitioner instead."),
		UnknownToYouError,
	)


def set_agent(doc) -> None:
	"""An agent files as himself, whatever the request says; a petitioner files alone for himself.

	Raises:
		IntakeError: the user has the agent's role but no agent record.
	"""
	roles = set(frappe.get_roles())
	if frappe.session.user == "Administrator" or not roles & {AGENT, PETITIONER}:
		return
	own_agent = _own("agent")
	if AGENT in roles:
		if not own_agent:
			frappe.throw(_("Your account is not linked to an agent. Ask the petition office."), IntakeError)
		doc.agent = own_agent
		return
	own = _own("petitioner")
	if not own:
		frappe.throw(_("Your account is not linked to a petitioner. Ask the petition office."), IntakeError)
	if doc.agent:
		frappe.throw(
			_("You file for yourself here. An agent files from the agent's own account."), IntakeError
		)
	doc.petitioner, doc.agreement = own, None


def _own(column: str) -> str | None:
	"""The agent's or petitioner's record of whoever is logged in, which the row scope knows already."""
	return next((min(values) for name, values in get_scope().claims if name == column), None)


def set_petitioner(doc) -> None:
	"""Find the petitioner of the intake block by ID number, or by phone and name; make one if new.

	The typed numbers leave the petition again: they stand only in the petitioner's own record, at their own
	permission level.
	"""
	name = (doc.new_petitioner_name or "").strip()
	if not doc.petitioner and name:
		doc.petitioner = find_petitioner(name, doc.new_petitioner_phone, doc.new_petitioner_id_number)
		if doc.petitioner:
			note_consent(doc)
		else:
			doc.petitioner = make_petitioner(doc, name)
	if doc.petitioner:
		for fieldname in INTAKE_FIELDS:
			doc.set(fieldname, None)


def find_petitioner(name: str, phone: str | None, id_number: str | None) -> str | None:
	"""Name of the record of the same person: same ID number, or same phone and same name."""
	if id_hash := hash_of(id_number):
		if found := frappe.db.get_value("Petitioner", {"id_hash": id_hash}, "name", order_by="creation"):
			return found
	if phone_hash := hash_of(phone):
		return frappe.db.get_value(
			"Petitioner", {"phone_hash": phone_hash, "petitioner_name": name}, "name", order_by="creation"
		)
	return None


def note_consent(doc) -> None:
	"""A person known already agrees to text messages, if it is for the very phone on record.

	Consent is never taken back here: a box left empty says nothing (Personal Information Protection Law, art. 14).
	"""
	phone_hash = doc.new_petitioner_agrees_to_sms and hash_of(doc.new_petitioner_phone)
	if phone_hash:
		known = {"name": doc.petitioner, "phone_hash": phone_hash, "agrees_to_sms": 0}
		frappe.db.set_value("Petitioner", known, "agrees_to_sms", 1)


def make_petitioner(doc, name: str) -> str:
	petitioner = frappe.get_doc(
		{
			"doctype": "Petitioner",
			"petitioner_name": name,
			"phone": doc.new_petitioner_phone,
			"id_number": doc.new_petitioner_id_number,
			"village": doc.village,
			"wants_secrecy": doc.wants_secrecy,
			"agrees_to_sms": doc.new_petitioner_agrees_to_sms,
		}
	)
	# an agent may not write identities; here the agent only hands over what the person said
	petitioner.insert(ignore_permissions=True)
	return petitioner.name


def set_agreement(doc) -> None:
	"""Make the signed agreement (Civil Code art. 165) from the intake block where the case has none yet."""
	is_signed = doc.agreement_signature or doc.agreement_scan
	if doc.agreement or not doc.agent or not doc.petitioner or not is_signed:
		return
	if not doc.powers_agreed:
		frappe.throw(
			_("Tick that the petitioner agreed: free of charge, true, may be revoked at any time."),
			IntakeError,
		)
	signed_on = getdate(doc.petitioned_at) if doc.channel == PAPER_CHANNEL else getdate()
	agreement = frappe.get_doc(
		{
			"doctype": "Proxy Agreement",
			"petitioner": doc.petitioner,
			"agent": doc.agent,
			"matter": doc.subject,
			"valid_from": signed_on,
			"valid_to": add_days(signed_on, AGREEMENT_DAYS),
			"signed_on": signed_on,
			"signature": doc.agreement_signature,
			"signed_scan": doc.agreement_scan,
			"is_free_of_charge": 1,
			"is_truthful": 1,
			"is_revocation_explained": 1,
		}
	)
	agreement.flags.ignore_permissions = True  # made from the agent's own filing, checked by its controller
	agreement.insert()
	agreement.submit()
	doc.agreement = agreement.name
	doc.agreement_signature = None
	doc.agreement_scan = None


def set_channel(doc) -> None:
	"""A sheet that somebody else has keyed in came by paper (clause S11); agents and petitioners file online."""
	is_own = bool(set(frappe.get_roles()) & {AGENT, PETITIONER}) and frappe.session.user != "Administrator"
	if doc.paper_no and not is_own:
		doc.paper_no = doc.paper_no.strip()
		doc.channel = PAPER_CHANNEL
		return
	doc.channel = "Online"
	if is_own:
		doc.paper_no = doc.paper_scan = None


def set_paper(doc) -> None:
	"""Paper number, both names and the delay from paper to entry, while the case is a draft (clause S11).

	The agent who wrote the sheet and the clerk who enters it both stand on the case.

	Raises:
		PaperNumberError: the village or the agent has handed in a sheet with this number before.
	"""
	if doc.channel != PAPER_CHANNEL or doc.get_state_before() != DRAFT:
		return
	if not doc.entered_at:
		now = now_datetime()
		doc.entered_by, doc.entered_at = frappe.session.user, now
	seconds = (get_datetime(doc.entered_at) - get_datetime(doc.petitioned_at)).total_seconds()
	doc.entry_delay_hours = max(0, int(seconds // 3600))
	doc.written_by = frappe.db.get_value("Proxy Agent", doc.agent, "agent_name") if doc.agent else None
	check_paper_number(doc)


def check_paper_number(doc) -> None:
	"""The same sheet is entered once, whoever of two clerks has it in hand.

	The village's row is locked first: two clerks with the same sheet come here one after the other, and the locking
	read sees what the first one wrote.
	"""
	frappe.db.get_value("Region", doc.village, "name", for_update=True)
	table = frappe.qb.DocType("Petition")
	same_origin = table.village == doc.village
	if doc.agent:
		same_origin |= table.agent == doc.agent
	first = (
		frappe.qb.from_(table)
		.select(table.name)
		.where((table.paper_no == doc.paper_no) & (table.name != (doc.name or "")) & same_origin)
		.orderby(table.creation)
		.limit(1)
		.for_update()
		.run()
	)
	if first:
		frappe.throw(
			_(
				"Paper {0} has been entered already as {1}. Compare the two; each sheet is entered once."
			).format(doc.paper_no, first[0][0]),
			PaperNumberError,
		)


def copy_petitioner_fields(doc) -> None:
	"""Name and masked phone stand on the case, so that lists need no join."""
	if not doc.petitioner:
		doc.petitioner_name = doc.masked_phone = None
		return
	fields = ("petitioner_name", "masked_phone", "wants_secrecy", "died_on", "id_hash", "phone_hash")
	row = doc.flags.petitioner_row = read_row("Petitioner", doc.petitioner, fields)  # repeats compare by it
	if row:
		doc.petitioner_name, doc.masked_phone = row.petitioner_name, row.masked_phone
		doc.wants_secrecy = doc.wants_secrecy or row.wants_secrecy
