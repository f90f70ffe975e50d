"""One-time links by which a petitioner with a phone rates without an account.

What goes out is a random token of 256 bits behind the "#" of an address, which no server is sent when the link is opened;
what is kept is its fingerprint. A link opens the rating of one round of one case, once, until it ends.
"""

import hmac
import secrets
from collections.abc import Mapping

import frappe
from frappe import _
from frappe.utils import add_days, get_datetime, get_url, now_datetime

from petition_proxy.domain import ratings
from petition_proxy.permissions.bearer import as_petitioner_of
from petition_proxy.permissions.scope import get_scope
from petition_proxy.petition_proxy.doctype.evaluation import acts as evaluations
from petition_proxy.petition_proxy.doctype.evaluation.evaluation import (
	ENTERING_ROLES,
	RATING_LINK,
)
from petition_proxy.petition_proxy.doctype.petition.petitioner_acts import agents_of, require_own_hand
from petition_proxy.petition_proxy.doctype.petition_event.record import record_event
from petition_proxy.utils import devices
from petition_proxy.utils.keyed import keyed_hash
from petition_proxy.utils.settings import get_setting

OPEN, USED, REPLACED = "Open", "Used", "Replaced"
TOKEN_BYTES = 32


class RatingLinkError(frappe.ValidationError):
	"""The link cannot be made, or opens nothing."""


# Making
# ------
def make(petition: str) -> str:
	"""A link for the petitioner of an answered case, made by an office that is not rated itself.

	Args:
		petition: the case.

	Returns:
		The address to send. It is not kept and cannot be shown again; a new one ends the one before.

	Raises:
		RatingLinkError: nothing to rate yet or any more, no phone to send it to, or made by the rated.
		frappe.PermissionError: out of the user's scope, or a role that enters no ratings.
	"""
	doc = frappe.get_doc("Petition", petition, for_update=True)
	doc.check_permission("read")
	scope = get_scope()
	if not scope.sees_all:
		if not ENTERING_ROLES.intersection(frappe.get_roles()):
			raise frappe.PermissionError(_("Your role makes no rating links."))
		if doc.handling_unit in scope.units or frappe.session.user in agents_of(petition):
			frappe.throw(
				_("Neither the rated unit nor the agent makes the link. Ask another office."), RatingLinkError
			)
	return make_for(doc)


def make_for(doc) -> str:
	"""As `make`, for a job or another act that has checked who asks.

	Args:
		doc: the petition.
	"""
	if not frappe.db.get_value("Petitioner", doc.petitioner, "sealed_phone"):
		frappe.throw(
			_("The petitioner has no phone. Call at home, or take the rating on paper."), RatingLinkError
		)
	now = now_datetime()
	if not doc.served_at:
		frappe.throw(_("The reply has not been handed over yet, so nothing can be rated."), RatingLinkError)
	window = ratings.Window(get_datetime(doc.served_at), get_setting("evaluation_window_days"))
	if not window.is_open(now):
		frappe.throw(_("The days to rate this case are over."), RatingLinkError)
	if not any(row.can_rate and not row.is_rated for row in evaluations.rateable(doc)):
		frappe.throw(_("The petitioner has rated already."), RatingLinkError)
	frappe.db.set_value(
		"Rating Link", {"petition": doc.name, "status": OPEN}, "status", REPLACED, update_modified=False
	)
	token = secrets.token_urlsafe(TOKEN_BYTES)
	frappe.get_doc(
		{
			"doctype": "Rating Link",
			"petition": doc.name,
			"round": doc.round,
			"status": OPEN,
			"made_by": frappe.session.user,
			"made_at": now,
			"expires_at": min(window.closes_at, get_datetime(add_days(now, get_setting("rating_link_days")))),
			"token_hash": _fingerprint(token),
		}
	).insert(ignore_permissions=True)  # no role writes links by hand; who makes one was checked
	record_event(doc, "Make Rating Link", doc.workflow_state, doc.workflow_state)
	return f"{get_url('/rate')}#{token}"


# Using
# -----
def open_link(token: str) -> list[frappe._dict]:
	"""Whom the link lets rate.

	Args:
		token: what stood behind the "#".

	Returns:
		As `evaluations.rateable`.

	Raises:
		RatingLinkError: forged, used, replaced, expired, or of another round; one sentence for all.
		OwnHandError: an agent's or a staff member's session or device.
	"""
	_link, case = _read(token)
	require_own_hand(case.name)
	return evaluations.rateable(case)


def rate(token: str, given: Mapping[str, Mapping]) -> list[str]:
	"""Rate by the link, which is used up by it.

	Args:
		token: what stood behind the "#".
		given: as `evaluations.rate`.

	Returns:
		The parties rated.

	Raises:
		RatingLinkError: as `open_link`.
		EvaluationError: as `evaluations.rate`.
	"""
	link, case = _read(token, for_update=True)
	require_own_hand(case.name)
	device = devices.ensure_device()
	with as_petitioner_of(case.name, channel=RATING_LINK, device=device):
		rated = evaluations.rate(case.name, given, link.round)
	link.db_set({"status": USED, "used_at": now_datetime()}, update_modified=False)
	return rated


def _read(token: str, for_update: bool = False):
	"""The link and its case, whatever is wrong with it told in one sentence."""
	given = _fingerprint(token)
	name = frappe.db.get_value("Rating Link", {"token_hash": given}, "name", order_by="creation")
	link = frappe.get_doc("Rating Link", name, for_update=for_update) if name else None
	case = (
		frappe.db.get_value(
			"Petition",
			link.petition,
			("name", "round", "agent", "handling_unit", "served_at", "petitioner"),
			as_dict=True,
		)
		if link
		else None
	)
	is_good = (
		bool(link and case)
		and hmac.compare_digest(link.token_hash, given)
		and link.status == OPEN
		and get_datetime(link.expires_at) >= now_datetime()
		and link.round == case.round
		and bool(case.served_at)
	)
	if not is_good:
		frappe.throw(
			_(
				"This link is no longer valid. Rate with the number and code on your slip, or call the office."
			),
			RatingLinkError,
		)
	return link, case


def _fingerprint(token: str) -> str:
	return keyed_hash("rating-link", (token or "")[:200])
