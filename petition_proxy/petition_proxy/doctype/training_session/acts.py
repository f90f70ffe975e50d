"""Acts on a training: open it, take or leave a seat, finish it, call it off.

The session's row is the lock: of two who ask for the last seat at once, the second finds it taken.
"""

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import add_months, get_datetime, getdate, now_datetime

from petition_proxy.domain.agent_lifecycle import CHECKED, IN_TRAINING, ON_DUTY, SUSPENDED
from petition_proxy.domain.lifecycle import AGENT
from petition_proxy.permissions import is_in_place
from petition_proxy.permissions.scope import get_scope
from petition_proxy.petition_proxy.doctype.agent_certificate.passes import (
	insert_certificates,
	pass_certificate_rows,
	refresh_passes,
)
from petition_proxy.petition_proxy.doctype.proxy_agent import acts as agent_acts
from petition_proxy.petition_proxy.doctype.training_session.training_session import (
	CANCELLED,
	FINISHED,
	OPEN,
	PLANNED,
	TrainingError,
)

TRAINABLE = (CHECKED, IN_TRAINING, ON_DUTY, SUSPENDED)


def _lock(session: str):
	if not frappe.db.exists("Training Session", session):
		frappe.throw(_("There is no training {0}.").format(session), TrainingError)
	return frappe.get_doc("Training Session", session, for_update=True)


def _lock_to_write(session: str):
	doc = _lock(session)
	doc.check_permission("write")
	return doc


def _save(doc) -> None:
	doc.flags.acting = True
	doc.flags.ignore_permissions = True  # each act has checked who takes it
	doc.save()


def open_sign_up(session: str) -> None:
	"""Let agents take seats.

	Args:
		session: the Training Session.

	Raises:
		TrainingError: open already, or over.
	"""
	doc = _lock_to_write(session)
	if doc.status != PLANNED:
		frappe.throw(
			_("This training is {0} already.").format(_(doc.status, context="Training Session")),
			TrainingError,
		)
	doc.status = OPEN
	_save(doc)


def sign_up(session: str, agent: str | None = None) -> int:
	"""Take a seat, for oneself or, as an office of the place, for an agent.

	Args:
		session: Training Session.
		agent: Proxy Agent; the session's user's own by default.

	Returns:
		Seats left.

	Raises:
		TrainingError: not open, too late, full, signed up already, or not an agent who is to be trained.
		frappe.PermissionError: somebody else's agent.
	"""
	name = _agent_of_user(agent)
	doc = _lock(session)
	_require_open(doc)
	if any(row.agent == name for row in doc.attendees):
		frappe.throw(_("This agent has a seat already."), TrainingError)
	if len(doc.attendees) >= doc.seats:
		frappe.throw(_("All {0} seats are taken. Choose another training.").format(doc.seats), TrainingError)
	row = frappe.db.get_value("Proxy Agent", name, ("agent_name", "status"), as_dict=True)
	if row.status not in TRAINABLE:
		frappe.throw(
			_("Agent {0} is not to be trained (status: {1}).").format(
				row.agent_name, _(row.status, context="Proxy Agent")
			),
			TrainingError,
		)
	doc.append("attendees", {"agent": name, "signed_up_at": now_datetime()})
	_save(doc)
	return doc.seats_left


def give_up_seat(session: str, agent: str | None = None) -> int:
	"""Leave a seat to somebody else.

	Args:
		session: Training Session.
		agent: as in `sign_up`.

	Returns:
		Seats left.

	Raises:
		TrainingError: no seat, or too late.
	"""
	name = _agent_of_user(agent)
	doc = _lock(session)
	_require_open(doc)
	rows = [row for row in doc.attendees if row.agent == name]
	if not rows:
		frappe.throw(_("This agent has no seat in this training."), TrainingError)
	doc.remove(rows[0])
	_save(doc)
	return doc.seats_left


def _agent_of_user(agent: str | None) -> str:
	"""The agent a seat is for.

	Raises:
		TrainingError: the user is no agent and names none.
		frappe.PermissionError: an agent of another place.
	"""
	scope = get_scope()
	own = frappe.db.get_value("Proxy Agent", {"user": scope.user}) if AGENT in frappe.get_roles() else None
	if not agent or agent == own:
		if not own:
			frappe.throw(_("Say which agent the seat is for."), TrainingError)
		return own
	row = frappe.db.get_value("Proxy Agent", agent, ("village", "town", "district"), as_dict=True)
	if not row:
		frappe.throw(_("There is no agent {0}. Choose one from the list.").format(agent), TrainingError)
	if not scope.sees_all and not is_in_place(row, scope):
		raise frappe.PermissionError(_("You take seats for agents of your own place only."))
	return agent


def _require_open(doc) -> None:
	if doc.status != OPEN:
		frappe.throw(_("Seats are taken while sign-up is open. It is not."), TrainingError)
	if now_datetime() > get_datetime(doc.sign_up_until or doc.starts_at):
		frappe.throw(_("The time to sign up is over. Choose another training."), TrainingError)


def finish(session: str) -> int:
	"""Close the results: who passed gets a certificate, and the results stand from now on.

	Args:
		session: Training Session with attendance and scores entered.

	Returns:
		Number of certificates issued.

	Raises:
		TrainingError: over, not held yet, nobody attended, or a test without scores.
	"""
	doc = _lock_to_write(session)
	if doc.status not in (PLANNED, OPEN):
		frappe.throw(
			_("This training is {0} already.").format(_(doc.status, context="Training Session")),
			TrainingError,
		)
	if now_datetime() < get_datetime(doc.starts_at):
		frappe.throw(_("The training has not begun yet."), TrainingError)
	attended = [row for row in doc.attendees if row.attended]
	if not attended:
		frappe.throw(_("Tick who attended first."), TrainingError)
	today = getdate()
	doc.status, doc.finished_on = FINISHED, today
	passed = [row for row in attended if row.score >= doc.pass_mark] if doc.gives_certificate else []
	if passed:
		_certify(doc, passed, today)
	doc.flags.acting = True
	doc.flags.ignore_permissions = True  # write permission was checked above
	doc.save()
	doc.db_set("finished_on", today, update_modified=False)
	return len(passed)


def _certify(doc, passed: list, today) -> None:
	valid_to = getdate(add_months(today, doc.validity_months))
	agents = frappe.get_all(
		"Proxy Agent",
		filters={"name": ("in", [row.agent for row in passed])},
		fields=["name", "agent_name", "district", "user"],
		order_by="name asc",
	)
	if any(row.user and row.user == frappe.session.user for row in agents):
		raise frappe.PermissionError(
			_("Nobody issues a certificate to himself. Another officer must finish it.")
		)
	certificates = pass_certificate_rows(agents, today, valid_to, "Training Session", doc.name)
	insert_certificates(certificates)
	numbers = {row["agent"]: row["certificate_no"] for row in certificates}
	for row in passed:
		row.certificate_no, row.valid_until = numbers[row.agent], valid_to
	refresh_passes([row.agent for row in passed])


def call_off(session: str, reason: str) -> None:
	"""Call a training off.

	Args:
		session: the Training Session.
		reason: why.

	Raises:
		TrainingError: over already, or no reason.
	"""
	doc = _lock_to_write(session)
	if doc.status not in (PLANNED, OPEN):
		frappe.throw(
			_("This training is {0} already.").format(_(doc.status, context="Training Session")),
			TrainingError,
		)
	if not (reason or "").strip():
		frappe.throw(_("Say why."), TrainingError)
	doc.status = CANCELLED
	doc.note = "\n".join(filter(None, (doc.note, reason.strip())))
	_save(doc)


def put_passed_on_duty(session: str) -> int:
	"""Put those who passed and are in training on duty, in one act.

	Args:
		session: finished Training Session.

	Returns:
		How many went on duty.

	Raises:
		TrainingError: nobody waits for it.
	"""
	doc = _lock_to_write(session)
	attendee, agent = DocType("Training Attendee"), DocType("Proxy Agent")
	names = (
		frappe.qb.from_(attendee)
		.join(agent)
		.on(agent.name == attendee.agent)
		.select(agent.name)
		.where((attendee.parent == doc.name) & (attendee.parenttype == "Training Session"))
		.where((attendee.passed == 1) & (agent.status == IN_TRAINING))
		.where(agent.certificate_valid_to >= getdate())
		.orderby(agent.name)
		.run(pluck=True)
	)
	if not names:
		frappe.throw(_("Nobody of this training waits to be put on duty."), TrainingError)
	agent_acts.change_status(names, "Put on Duty", _("Passed the training {0}").format(doc.topic))
	return len(names)
