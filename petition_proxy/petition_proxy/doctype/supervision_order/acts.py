"""Issuing, answering and grading supervision orders (督办). Regulation on Petition Work arts 39, 40."""

import frappe
from frappe import _
from frappe.utils import now_datetime

from petition_proxy.domain import lifecycle, supervision
from petition_proxy.jobs.notices import tell_units_of_orders
from petition_proxy.permissions.scope import get_scope
from petition_proxy.petition_proxy.doctype.official_letter.register import issue_letter
from petition_proxy.petition_proxy.doctype.petition_event.record import record_event
from petition_proxy.petition_proxy.doctype.supervision_order.record import order_due_at, set_supervised
from petition_proxy.utils.errors import domain_errors

CONTEXT = "Supervision Order"
ISSUER_TYPES = ("Petition Office", "District Government")
NOT_SUPERVISED = (lifecycle.DRAFT, lifecycle.MERGED, lifecycle.WITHDRAWN, lifecycle.ARCHIVED)


class SupervisionError(frappe.ValidationError):
	"""The order cannot be issued, answered or graded so."""


def issue_order(petition: str, level: str, trigger: str, requirement: str, unit: str | None = None) -> str:
	"""Supervise a unit because of a case.

	Args:
		petition: the case.
		level: "Reminder", "Letter", "Interview" or "Listed".
		trigger: what for.
		requirement: what the unit is to do.
		unit: a unit with a part in the case; the handling unit by default.

	Returns:
		Number of the order.

	Raises:
		SupervisionError: not the petition office or the district government, a unit that has no part in the case or
			is complained about in it, an order for the same thing is open, or something is missing.
		frappe.PermissionError: out of the person's scope.
	"""
	doc = _lock(petition)
	issuer = _require_issuer(doc)
	with domain_errors(SupervisionError):
		supervision.check_issue(level, trigger, requirement)
	if doc.workflow_state in NOT_SUPERVISED:
		frappe.throw(
			_("A case in state {0} is not supervised.").format(_(doc.workflow_state)), SupervisionError
		)
	unit = unit or doc.handling_unit
	_check_unit(doc, unit, issuer)
	asked = {"petition": doc.name, "unit": unit, "trigger": trigger}
	if frappe.db.exists("Supervision Order", {**asked, "status": ("in", supervision.OPEN_STATUSES)}):
		frappe.throw(
			_("The unit is under supervision for this already. Wait for its reply, or grade it first."),
			SupervisionError,
		)
	now = now_datetime()
	with domain_errors(SupervisionError):
		due_at, rule = order_due_at(now)
	order = frappe.new_doc("Supervision Order")
	order.update(
		{
			"petition": doc.name,
			"round": doc.round,
			"unit": unit,
			"level": level,
			"trigger": trigger,
			"status": supervision.ISSUED,
			"origin": "By Hand",
			"issued_by_unit": issuer,
			"issued_by": frappe.session.user,
			"issued_at": now,
			"due_at": due_at,
			"limit_rule": rule,
			"earlier_orders": frappe.db.count("Supervision Order", {"petition": doc.name}),
			"requirement": requirement.strip(),
		}
	)
	order.flags.district = doc.district
	order.insert(ignore_permissions=True)  # checked above; no role writes orders by hand
	issue_letter("Supervision Letter", doc, issuer, order.doctype, order.name, issued_on=now)
	set_supervised([doc.name])
	record_event(
		doc, "Supervise", doc.workflow_state, doc.workflow_state, f"{order.name} {_(level, context=CONTEXT)}"
	)
	tell_units_of_orders([order.name])
	return order.name


def reply_to_order(order: str, text: str, attachment: str | None = None) -> None:
	"""The supervised unit answers.

	Args:
		order: the Supervision Order.
		text: what was done.
		attachment: address of an uploaded paper.

	Raises:
		SupervisionError: answered already, no text, or not a member of the unit.
	"""
	row, doc = _lock_order(order)
	scope = get_scope()
	if not scope.sees_all and row.unit not in scope.units:
		frappe.throw(_("Only a head or member of the supervised unit replies."), SupervisionError)
	with domain_errors(SupervisionError):
		supervision.check_reply(row.status, text)
	now = now_datetime()
	row.update(
		{
			"status": supervision.REPLIED,
			"reply_text": text.strip(),
			"reply_attachment": attachment,
			"replied_by": frappe.session.user,
			"replied_at": now,
		}
	)
	row.save(ignore_permissions=True)  # checked above
	set_supervised([doc.name])
	record_event(doc, "Reply to Supervision", doc.workflow_state, doc.workflow_state, row.name)


def grade_order(order: str, grade: str, note: str | None = None) -> None:
	"""The issuer grades the reply and closes the order.

	Args:
		order: its number.
		grade: "Adopted", "Partly" or "Not Done"; without a reply only the last.
		note: why, for the latter two.

	Raises:
		SupervisionError: closed already, no such grade, no reason, or not an issuer (a unit never grades itself).
	"""
	row, doc = _lock_order(order)
	_require_issuer(doc)
	if row.unit in get_scope().units:
		frappe.throw(_("Nobody grades the reply of the own unit."), SupervisionError)
	with domain_errors(SupervisionError):
		supervision.check_grade(row.status, grade, note)
	row.update(
		{
			"status": supervision.CLOSED,
			"grade": grade,
			"grade_note": note,
			"graded_by": frappe.session.user,
			"closed_at": now_datetime(),
		}
	)
	row.save(ignore_permissions=True)  # checked above
	set_supervised([doc.name])
	record_event(
		doc,
		"Grade Supervision",
		doc.workflow_state,
		doc.workflow_state,
		f"{row.name} {_(grade, context=CONTEXT)}",
	)


def _check_unit(doc, unit: str | None, issuer: str | None) -> None:
	"""The unit has, or had, the case in this round; a unit complained about is not written to (art. 30)."""
	if not unit:
		frappe.throw(_("The case is with no unit yet. Choose whom to supervise."), SupervisionError)
	if unit == doc.accused_unit:
		frappe.throw(
			_("The petition complains about this unit, so it is not written to about it."), SupervisionError
		)
	if unit == issuer:
		frappe.throw(_("An office does not supervise itself."), SupervisionError)
	had = {"petition": doc.name, "round": doc.round, "to_unit": unit}
	if unit != doc.handling_unit and not frappe.db.exists("Petition Assignment", had):
		frappe.throw(_("This unit has no part in the case."), SupervisionError)


def _require_issuer(doc) -> str | None:
	"""The petition office or the government of the district.

	Returns:
		The unit the person issues for.
	"""
	scope = get_scope()
	if scope.sees_all:
		return frappe.db.get_single_value("Petition Proxy Settings", "petition_office")
	units = frappe.get_all(
		"Handling Unit",
		filters={
			"name": ("in", sorted(scope.units) or [""]),
			"unit_type": ("in", ISSUER_TYPES),
			"district": doc.district,
		},
		pluck="name",
		order_by="unit_type desc, name asc",
		limit=1,
	)
	if not units:
		frappe.throw(_("Only the petition office or the district government supervises."), SupervisionError)
	return units[0]


def _lock(name: str):
	doc = frappe.get_doc("Petition", name, for_update=True)
	doc.check_permission("read")
	return doc


def _lock_order(name: str) -> tuple:
	petition = frappe.db.get_value("Supervision Order", name, "petition")
	if not petition:
		frappe.throw(_("There is no supervision order {0}.").format(name), SupervisionError)
	doc = _lock(petition)
	return frappe.get_doc("Supervision Order", name, for_update=True), doc
