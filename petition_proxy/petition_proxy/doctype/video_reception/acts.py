"""Booking, cancelling and recording a video reception.

A slot is taken under a lock, and the table itself allows one live booking a slot (`booked_slot` is unique): of two
people who press the button at once, the second one is told.
"""

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import add_days, get_datetime, getdate, now_datetime

from petition_proxy.domain import receptions
from petition_proxy.domain.lifecycle import AUDITOR, LEADER
from petition_proxy.permissions import SCOPE_COLUMNS
from petition_proxy.permissions.scope import get_scope
from petition_proxy.petition_proxy.doctype.petition_event.record import record_event
from petition_proxy.petition_proxy.doctype.reception_slot.reception_slot import BOOKED, FREE
from petition_proxy.petition_proxy.doctype.video_reception.video_reception import (
	ReceptionError,
	check_authority,
)
from petition_proxy.utils.client_values import read_moment
from petition_proxy.utils.errors import domain_errors
from petition_proxy.utils.rows import read_row
from petition_proxy.utils.settings import get_setting

SLOT_COLUMNS = ("name", "unit", "level", "host", "room", "starts_at", "ends_at", "status", "town", "district")


def _lock(reception: str):
	"""The reception, locked, if the session's user sees it and does more than read.

	Raises:
		frappe.PermissionError: out of the user's scope, or a reader's role.
	"""
	doc = frappe.get_doc("Video Reception", reception, for_update=True)
	doc.check_permission("read")
	if not get_scope().sees_all and set(frappe.get_roles()) & {LEADER, AUDITOR}:
		raise frappe.PermissionError(_("Your role reads receptions only."))
	return doc


def _require_booker(doc) -> None:
	scope = get_scope()
	if scope.sees_all:
		return
	claims = dict(scope.claims)
	if doc.agent in claims.get("agent", ()):
		check_authority(doc)
		return
	is_own = doc.petitioner in claims.get("petitioner", ()) and not doc.agent
	is_office = doc.village in scope.villages or any(
		doc.get(c) in claims.get(c, ()) for c in ("district", "town")
	)
	if not (is_own or is_office):
		frappe.throw(
			_("Only the agent, the petitioner or an office of the place books and cancels."), ReceptionError
		)


def free_slots(reception: str) -> list[dict]:
	"""Slots that this reception can take, the next ones first.

	Args:
		reception: Video Reception.

	Returns:
		Rows of the slots, the earliest first.

	Raises:
		frappe.PermissionError: the reception is out of the user's scope.
	"""
	doc = frappe.get_doc("Video Reception", reception)
	doc.check_permission("read")
	table = DocType("Reception Slot")
	query = (
		frappe.qb.from_(table)
		.select(*(table[c] for c in SLOT_COLUMNS))
		.where((table.status == FREE) & (table.starts_at > now_datetime()))
		.where((table.level == doc.level) & (table.district == doc.district))
		.orderby(table.starts_at)
		.limit(50)
	)
	if doc.level == "Town":
		query = query.where(table.town == doc.town)
	return [slot for slot in query.run(as_dict=True) if not _why_accused(doc, slot)]


def book(reception: str, slot: str) -> None:
	"""Take a slot.

	Args:
		reception: a reception that was asked for.
		slot: a free slot of the level asked for.

	Raises:
		ReceptionError: taken, past, of another level or place, of somebody complained about, or booked already; or the
			agent has no living authority.
		frappe.PermissionError: out of the user's scope.
	"""
	doc = _lock(reception)
	_require_booker(doc)
	if doc.status != "Asked":
		frappe.throw(
			_("This reception has a slot or has ended: {0}.").format(
				_(doc.status, context="Video Reception")
			),
			ReceptionError,
		)
	row = frappe.db.get_value("Reception Slot", slot, SLOT_COLUMNS, as_dict=True, for_update=True)
	_refuse_unfit(doc, row)
	now = now_datetime()
	remind = max(getdate(now), getdate(add_days(row.starts_at, -get_setting("reception_reminder_days"))))
	frappe.db.set_value("Reception Slot", row.name, "status", BOOKED)
	doc.db_set(
		{
			"status": "Booked",
			"slot": row.name,
			"booked_slot": row.name,
			"starts_at": row.starts_at,
			"ends_at": row.ends_at,
			"room": row.room,
			"unit": row.unit,
			"host": row.host,
			"reminder_on": remind,
			"reminded_at": None,
			"booked_by": frappe.session.user,
		}
	)
	_note_on_petition(doc, "Book Reception", f"{doc.name} {row.starts_at:%Y-%m-%d %H:%M}")


def _refuse_unfit(doc, slot) -> None:
	if not slot:
		frappe.throw(_("There is no such slot. Choose one from the list."), ReceptionError)
	if slot.status != FREE:
		frappe.throw(_("This slot has just been taken. Choose another one."), ReceptionError)
	if get_datetime(slot.starts_at) <= now_datetime():
		frappe.throw(_("This slot has begun already. Choose a later one."), ReceptionError)
	is_of_place = slot.district == doc.district and (doc.level != "Town" or slot.town == doc.town)
	if slot.level != doc.level or not is_of_place:
		frappe.throw(_("This slot is of another level or place. Choose one from the list."), ReceptionError)
	if _why_accused(doc, slot):
		frappe.throw(
			_("The host or the unit of this slot is complained about in the petition. Choose another slot."),
			ReceptionError,
		)


def _why_accused(doc, slot) -> bool:
	"""R22 arts 28, 30: nobody receives a complaint about himself or his own unit."""
	row = read_row("Petition", doc.petition, ("accused_user", "accused_unit")) if doc.petition else None
	if not row or not (row.accused_user or row.accused_unit):
		return False
	return slot.unit == row.accused_unit or get_scope(slot.host).is_accused(row)


def cancel(reception: str, reason: str) -> None:
	"""Call a reception off; its slot is free again.

	Args:
		reception: the Video Reception.
		reason: why.

	Raises:
		ReceptionError: held or cancelled already, or no reason.
		frappe.PermissionError: out of the user's scope.
	"""
	doc = _lock(reception)
	if not _is_host(doc):
		_require_booker(doc)
	if doc.status not in ("Asked", "Booked"):
		frappe.throw(
			_("This reception has ended already: {0}.").format(_(doc.status, context="Video Reception")),
			ReceptionError,
		)
	reason = _require_text(reason, _("Say why."))
	if doc.slot:
		frappe.db.set_value("Reception Slot", doc.slot, "status", FREE)
	doc.db_set({"status": "Cancelled", "booked_slot": None, "reminder_on": None, "cancel_reason": reason})
	_note_on_petition(doc, "Cancel Reception", f"{doc.name}: {reason}")


def record(
	reception: str,
	is_held: bool,
	result: str,
	started_at: str | None = None,
	ended_at: str | None = None,
	attendees: str | None = None,
	follow_up_petition: str | None = None,
) -> None:
	"""Write down what a reception brought.

	Args:
		reception: a booked reception whose time has come.
		is_held: whether it took place.
		result: what was said and promised, or why it did not take place.
		started_at: begin.
		ended_at: end.
		attendees: who was there.
		follow_up_petition: petition filed after it, of the same petitioner.

	Raises:
		ReceptionError: not booked, too early, hours or attendees missing, or a petition of somebody else.
		frappe.PermissionError: not the host or the unit of the slot.
	"""
	doc = _lock(reception)
	if not get_scope().sees_all and not _is_host(doc):
		raise frappe.PermissionError(_("Only the host or the unit of the slot records the reception."))
	if doc.status != "Booked":
		frappe.throw(_("Only a booked reception is recorded, and once."), ReceptionError)
	now = now_datetime()
	if get_datetime(doc.starts_at) > now:
		frappe.throw(_("The reception has not begun yet."), ReceptionError)
	values = {
		"status": "Held" if is_held else "Not Held",
		"result": _require_text(result, _("Write what came of it.")),
		"recorded_by": frappe.session.user,
	}
	if is_held:
		begin = read_moment(started_at) if started_at else None
		end = read_moment(ended_at) if ended_at else None
		with domain_errors(ReceptionError):
			receptions.check_record(begin, end, now)
		values |= {
			"started_at": begin,
			"ended_at": end,
			"attendees": _require_text(attendees, _("Say who was there.")),
		}
	if follow_up_petition:
		row = read_row("Petition", follow_up_petition, SCOPE_COLUMNS)
		if not row or row.petitioner != doc.petitioner or not get_scope().covers(row):
			frappe.throw(
				_("The follow-up petition is one of the same petitioner, within your area."), ReceptionError
			)
		values["follow_up_petition"] = follow_up_petition
	doc.db_set(values)
	_note_on_petition(doc, "Hold Reception" if is_held else "Miss Reception", doc.name)


def _is_host(doc) -> bool:
	scope = get_scope()
	return bool(doc.slot) and (doc.host == scope.user or doc.unit in scope.units)


def _require_text(text: str | None, message: str) -> str:
	if not (text or "").strip():
		frappe.throw(message, ReceptionError)
	return text.strip()


def _note_on_petition(doc, event: str, note: str) -> None:
	if doc.petition:
		petition = read_row(
			"Petition",
			doc.petition,
			("name", "workflow_state", "round", "agent", "petitioner", "handling_unit"),
		)
		record_event(petition, event, petition.workflow_state, petition.workflow_state, note)
