"""The petitioner's own pages: proving a case, reading it, acting on it.

Everybody may call these; what opens a case is the ticket that `look_up` or `choose` gives (utils/tickets.py), and each act
also brings the token of the page. A forged, expired or foreign ticket opens nothing. Acts run as the account that is logged
in, or as the petitioner of the one case that was proved (permissions/bearer.py).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import frappe
from frappe import _

from petition_proxy.permissions.bearer import as_petitioner_of
from petition_proxy.permissions.scope import get_scope
from petition_proxy.petition_proxy.doctype.evaluation import acts as evaluations
from petition_proxy.petition_proxy.doctype.petition import look_up as proof
from petition_proxy.petition_proxy.doctype.petition import petitioner_acts
from petition_proxy.petition_proxy.doctype.petitioner import account
from petition_proxy.petition_proxy.doctype.proxy_agreement import acts as agreements
from petition_proxy.petition_proxy.doctype.review_request import acts as reviews
from petition_proxy.printing.pages import paper_pdf
from petition_proxy.queries import petitioner_case
from petition_proxy.utils import devices, limits, tickets
from petition_proxy.utils.client_values import read_mapping
from petition_proxy.utils.quiet import quiet
from petition_proxy.utils.rows import read_row
from petition_proxy.utils.settings import get_setting
from petition_proxy.utils.texts import plain_texts

# Of one device in an hour; a letter takes the server a second to draw.
MOST_ACTS, MOST_LETTERS = 60, 120


# Opening a case
# --------------
@frappe.whitelist(allow_guest=True, methods=["POST"])
@quiet
def look_up(secret: dict | str) -> None:
	"""Open a case with what stands on the slip; the ticket goes out in a cookie.

	Args:
		secret: number, code and digits, as typed.

	Raises:
		NotProvedError: they do not belong together; one sentence whatever is wrong.
		frappe.RateLimitExceededError: too many tries.
	"""
	typed = read_mapping(secret)
	values = [str(typed.get(field) or "")[:200] for field in ("number", "code", "digits")]
	tickets.give_ticket(proof.prove(*values))


@frappe.whitelist(methods=["POST"])
@plain_texts
def choose(petition: str) -> None:
	"""Open one of the own cases of the account that is logged in.

	Args:
		petition: the case.

	Raises:
		frappe.PermissionError: not a case of this account's petitioner.
	"""
	row = read_row("Petition", petition, ("name", "petitioner"))
	if not row or get_scope().bearer or not get_scope().is_petitioner_of(row):
		raise frappe.PermissionError(_("This is no petition of yours."))
	tickets.give_ticket(row.name, frappe.session.user)


@frappe.whitelist(allow_guest=True, methods=["POST"])
def leave() -> None:
	"""Close the case on this device."""
	tickets.drop_ticket()


@frappe.whitelist(allow_guest=True, methods=["POST"])
def renew(mark: str) -> str:
	"""The token for a page whose case was opened anew in another window, so that nothing typed is lost.

	Args:
		mark: of the case the page shows.

	Returns:
		The token.

	Raises:
		TicketError: no case is open on this device, or another one.
	"""
	held = tickets.read_ticket()
	if not held or held.mark != mark:
		frappe.throw(
			_("Your time is over. Open your petition again with number, code and digits."),
			tickets.TicketError,
		)
	return held.token


# Reading
# -------
@frappe.whitelist(allow_guest=True, methods=["GET"])
def get_paper(key: str) -> None:
	"""One letter or own paper of the open case, or its slip.

	Args:
		key: as the page of the case gives it; "slip" for the slip.

	Sends:
		application/pdf: a letter or the slip.
		application/octet-stream: another paper.

	Raises:
		TicketError: no case is open on this device.
		frappe.DoesNotExistError: no such paper of this case.
		frappe.RateLimitExceededError: far more than anybody reads.
	"""
	held = tickets.read_ticket()
	if not held:
		frappe.throw(
			_("Your time is over. Open your petition again with number, code and digits."),
			tickets.TicketError,
		)
	limits.count_tries("letters", devices.ensure_device(), MOST_LETTERS)
	with as_petitioner(held):
		_send_paper(held.petition, key)


def _send_paper(petition: str, key: str) -> None:
	page = petitioner_case.case_page(petition)
	if not page:
		raise frappe.DoesNotExistError
	if key == "slip":
		return _send("slip.pdf", paper_pdf("Petition", petition, "Query Slip", is_checked=True))
	for letter in page.letters:
		if letter.key == key:
			content = paper_pdf(letter.doctype, letter.name, letter.form, is_checked=True)
			return _send("letter.pdf", content)
	if any(paper.key == key for paper in page.papers):
		file = frappe.get_doc("File", key)
		return _send(f"paper.{(file.file_name or '').rpartition('.')[2] or 'jpg'}", file.get_content())
	raise frappe.DoesNotExistError


def _send(name: str, content: bytes | str) -> None:
	frappe.local.response.filename = name
	frappe.local.response.filecontent = content.encode() if isinstance(content, str) else content
	frappe.local.response.type = "pdf" if name.endswith(".pdf") else "download"
	frappe.local.response.display_content_as = "inline" if name.endswith(".pdf") else "attachment"


# Acting
# ------
@contextmanager
def as_petitioner(held: frappe._dict) -> Iterator[None]:
	"""Act as the account that opened the case, or as whoever proved it."""
	if held.user:
		yield
		return
	with as_petitioner_of(held.petition, channel=tickets.BY_CODE, device=devices.ensure_device()):
		yield


@contextmanager
def _own_hand() -> Iterator[str]:
	"""The petitioner's own act on the open case.

	Yields:
		Name of the petition.

	Raises:
		TicketError, ForgedRequestError: no case open here, or the act is not of our page.
		OwnHandError: an agent's or a staff member's session or device.
		frappe.RateLimitExceededError: far more acts than anybody needs.
	"""
	held = tickets.require_ticket()
	limits.count_tries("acts", devices.ensure_device(), MOST_ACTS)
	petitioner_acts.require_own_hand(held.petition)
	with as_petitioner(held):
		yield held.petition


@frappe.whitelist(allow_guest=True, methods=["POST"])
def add_paper(key: str) -> None:
	"""Add the photo or PDF of this request to the open case.

	Args:
		key: random text of the page; the same paper sent again under it is kept once.

	Raises:
		PaperRefusedError, StepError: as `petitioner_acts.add_paper`.
	"""
	with _own_hand() as petition:
		petitioner_acts.add_paper(petition, key)


@frappe.whitelist(allow_guest=True, methods=["POST"])
@plain_texts
def withdraw(reason: str) -> None:
	"""Take the open case back. Errors as `petitioner_acts.withdraw`."""
	with _own_hand() as petition:
		petitioner_acts.withdraw(petition, reason)


@frappe.whitelist(allow_guest=True, methods=["POST"])
@plain_texts
def revoke_agent(reason: str) -> None:
	"""End the agent's authority. Errors as `proxy_agreement.acts.revoke`."""
	with _own_hand() as petition:
		agreements.revoke(petition, reason)


@frappe.whitelist(allow_guest=True, methods=["POST"])
@plain_texts
def ask_review(reasons: str, superior_kind: str | None = None, late_reason: str | None = None) -> None:
	"""Ask for a review or re-review of the open case. Arguments and errors as `review_request.acts.ask_review`."""
	with _own_hand() as petition:
		reviews.ask_review(petition, reasons, superior_kind or None, late_reason or None)


@frappe.whitelist(allow_guest=True, methods=["POST"])
@plain_texts
def rate(ratings: dict | str, round_no: int) -> list[str]:
	"""Rate unit and agent of the open case.

	Args:
		ratings: rated party to rating, reasons (list) and words.
		round_no: the round the page showed.

	Returns:
		The parties rated.

	Raises:
		EvaluationError: as `evaluation.acts.rate`.
	"""
	with _own_hand() as petition:
		return evaluations.rate(petition, read_ratings(ratings), round_no)


@frappe.whitelist(allow_guest=True, methods=["POST"])
@quiet
def open_account(secret: dict | str) -> None:
	"""Open an account with a name and a password for the petitioner of the open case.

	Args:
		secret: name and password.

	Raises:
		AccountError: as `account.open_account`.
		frappe.RateLimitExceededError: too many names tried.
	"""
	typed = read_mapping(secret)
	with _own_hand() as petition:
		limits.count_tries("account", petition, get_setting("tries_per_case"), limits.DAY)
		account.open_account(petition, str(typed.get("name") or ""), str(typed.get("password") or ""))


def read_ratings(value: Any) -> dict[str, dict[str, Any]]:
	"""What a page sends as ratings, each party's part a mapping.

	Raises:
		ClientValueError: no mapping.
	"""
	return {party: read_mapping(said) for party, said in read_mapping(value).items()}
