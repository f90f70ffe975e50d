"""Takes alerts from the ledger to the people: urgent ones at once, all others in one digest per person and day.

A message, its digest row and the "Sent" marks of its alerts are one transaction, one per person, so a kill or a second
run sends nothing twice; a failure touches nobody else and is tried again with growing delay.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime, time
from itertools import groupby

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.query_builder.functions import Max
from frappe.utils import cint, now_datetime

from petition_proxy.domain.alerts import RUNNING_STATES, digest_order, in_quiet_hours, retry_delay
from petition_proxy.domain.notices import alert_event
from petition_proxy.jobs.alert_messages import SENDERS, Message
from petition_proxy.jobs.deadline_sweep import is_lost_race, ledger_key
from petition_proxy.jobs.locks import job_lock
from petition_proxy.jobs.notice_texts import clear_texts, read_cases
from petition_proxy.jobs.recipients import Directory
from petition_proxy.utils.errors import trace_of
from petition_proxy.utils.settings import as_time

JOB_ID = "petition-proxy|alert-delivery"
DEFAULT_MAX_ATTEMPTS = 5


def enqueue_alert_delivery() -> None:
	"""Put one delivery on the long queue, unless one waits or runs there already (cron hook)."""
	frappe.enqueue(alert_delivery, queue="long", job_id=JOB_ID, deduplicate=True)


def alert_delivery(
	now: datetime | None = None,
	commit: bool = True,
	senders: Mapping[str, Callable[[Message], None]] | None = None,
) -> dict[str, int]:
	"""Send what is due in the alert ledger.

	Args:
		now: moment to deliver for, in the site's time zone; the present one by default.
		commit: commit after each person. Callers with a transaction of their own pass False.
		senders: how to send on each channel; desk notification and e-mail by default.

	Returns:
		Numbers of messages and alerts: `messages`, `sent`, `withdrawn`, `failed`, `dead`; all 0 if another delivery
		was running.
	"""
	with job_lock("alert-delivery") as acquired:
		delivery = _Delivery(now or now_datetime(), commit, senders or SENDERS)
		if acquired:
			delivery.run()
		return dict(delivery.counts)


class _Delivery:
	def __init__(self, now: datetime, commit: bool, senders: Mapping[str, Callable[[Message], None]]) -> None:
		settings = frappe.get_single("Petition Proxy Settings")
		self.now = now
		self.commit = commit
		self.senders = senders
		self.max_attempts = cint(settings.alert_max_attempts) or DEFAULT_MAX_ATTEMPTS
		self.office = settings.petition_office
		quiet = in_quiet_hours(now, as_time(settings.quiet_from), as_time(settings.quiet_to))
		self.is_digest_time = not quiet and now.time() >= (as_time(settings.digest_at) or time.min)
		self.counts = dict.fromkeys(("messages", "sent", "withdrawn", "failed", "dead"), 0)
		self.first_error = ""

	def run(self) -> None:
		self.directory = Directory(self.office)
		self.rules = {
			row.name: row
			for row in frappe.get_all(
				"Alert Rule",
				fields=["name", "clock", "offset_hours", "use_class_warning", "recipient"],
				order_by="name",
			)
		}
		clear_texts()
		self._release_unaddressed()
		for recipient, channel, urgent_only in self._plan():
			self._serve(recipient, channel, urgent_only)
		if self.first_error:
			# Once per run: with the mail server down every person fails alike.
			frappe.log_error(title="Alert delivery failed", message=self.first_error)
		if self.counts["dead"]:
			self._tell_office()
		self._commit()

	def _commit(self) -> None:
		if self.commit:
			# The one commit of the delivery: a message and the marks on its alerts stand or fall together.
			frappe.db.commit()  # nosemgrep: frappe-manual-commit

	# ------------------------------------------------------------------ who gets a message now

	def _plan(self) -> list[tuple[str, str, bool]]:
		"""The (person, channel) pairs to serve now, and whether only with their urgent alerts."""
		alert = DocType("Alert")
		rows = (
			frappe.qb.from_(alert)
			.select(alert.recipient, alert.channel, alert.is_urgent, alert.status, Max(alert.next_try_at))
			.where(alert.status.isin(["Pending", "Failed"]) & alert.recipient.isnotnull())
			.groupby(alert.recipient, alert.channel, alert.is_urgent, alert.status)
			.orderby(alert.recipient)
			.orderby(alert.channel)
			.run()
		)
		served_today = self._served_today() if self.is_digest_time else set()
		plan = []
		for (recipient, channel), group in groupby(rows, key=lambda row: row[:2]):
			kinds = [row[2:] for row in group]
			waiting = [kind for kind in kinds if kind[1] == "Failed" and kind[2] and kind[2] > self.now]
			# A digest that failed is held until its next try, and what came since joins it.
			if self.is_digest_time and not waiting and (recipient, channel) not in served_today:
				plan.append((recipient, channel, False))
			elif any(is_urgent for is_urgent, status, _at in kinds):
				plan.append((recipient, channel, True))
		return plan

	def _served_today(self) -> set[tuple[str, str]]:
		rows = frappe.get_all(
			"Alert Digest",
			filters={"digest_date": self.now.date(), "is_urgent": 0},
			fields=["recipient", "channel"],
			order_by="name",
		)
		return {(row.recipient, row.channel) for row in rows}

	# ------------------------------------------------------------------ one person

	def _serve(self, recipient: str, channel: str, urgent_only: bool) -> None:
		frappe.db.savepoint("alert_recipient")
		names: list[str] = []
		try:
			alerts = self._lock_alerts(recipient, channel, urgent_only)
			names = [alert.name for alert in alerts]
			live = self._withdraw_settled(alerts, recipient)
			if live:
				self._send(live, recipient, channel, urgent_only)
		except Exception as error:
			if is_lost_race(error):
				if not self.commit:
					raise
				# The server has undone this person's part already; the next run takes it up.
				frappe.db.rollback()
				return
			frappe.db.rollback(save_point="alert_recipient")
			self._record_failure(names, error)
		self._commit()

	def _lock_alerts(self, recipient: str, channel: str, urgent_only: bool) -> list:
		"""The person's alerts that may go out, locked, so that a second delivery waits and then finds them sent."""
		alert = DocType("Alert")
		query = (
			frappe.qb.from_(alert)
			.select(
				alert.name,
				alert.petition,
				alert.rule,
				alert.round,
				alert.due_at,
				alert.is_urgent,
				alert.is_vacant_post,
			)
			.where((alert.recipient == recipient) & (alert.channel == channel))
			.where(
				(alert.status == "Pending") | ((alert.status == "Failed") & (alert.next_try_at <= self.now))
			)
			.orderby(alert.name)
			.for_update()
		)
		if urgent_only:
			query = query.where(alert.is_urgent == 1)
		return query.run(as_dict=True)

	def _withdraw_settled(self, alerts: list, recipient: str) -> list:
		"""Take back what has become untrue or forbidden since the sweep; returns the rest with its case's facts."""
		cases = read_cases(sorted({alert.petition for alert in alerts}))
		live, reasons = [], defaultdict(list)
		for alert in alerts:
			case = cases.get(alert.petition)
			rule = self.rules.get(alert.rule)
			reason = self._settled(alert, case, rule.clock if rule else None, recipient)
			if reason:
				reasons[reason].append(alert)
			else:
				alert.update(
					state=case.workflow_state,
					unit=case.unit_name or case.handling_unit,
					petition_kind=case.petition_kind,
					event=alert_event(rule.offset_hours, rule.use_class_warning, rule.recipient),
				)
				live.append(alert)
		for reason, taken_back in reasons.items():
			self._withdraw(taken_back, reason)
		return live

	def _settled(self, alert, case, clock: str | None, recipient: str) -> str | None:
		if case is None:
			return GONE
		if recipient in self.directory.accused_people(case.accused_unit, case.accused_user):
			return ACCUSED
		if alert.round != case.round or case.workflow_state not in RUNNING_STATES.get(clock, ()):
			return ANSWERED
		if recipient not in self.directory.users:
			return LEFT
		return None

	def _send(self, alerts: list, recipient: str, channel: str, urgent_only: bool) -> None:
		worst = {}
		for alert in digest_order(alerts):
			worst.setdefault(alert.petition, alert)
		digest = self._insert_digest(alerts, len(worst), recipient, channel, urgent_only)
		self.senders[channel](
			Message(
				recipient=recipient,
				address=self.directory.mailboxes.get(recipient),
				items=tuple(worst.values()),
				is_urgent=urgent_only,
				now=self.now,
				channel=channel,
			)
		)
		self._update(
			[alert.name for alert in alerts],
			status="Sent",
			sent_at=self.now,
			digest=digest,
			last_error=None,
			next_try_at=None,
		)
		self.counts["messages"] += 1
		self.counts["sent"] += len(alerts)

	def _insert_digest(
		self, alerts: list, item_count: int, recipient: str, channel: str, urgent_only: bool
	) -> str:
		# One digest per person, channel and day; urgent bundles are told apart by what is in them.
		bundle = [alert.name for alert in alerts] if urgent_only else []
		digest = frappe.new_doc("Alert Digest")
		digest.update(
			{
				"recipient": recipient,
				"digest_date": self.now.date(),
				"channel": channel,
				"item_count": item_count,
				"is_urgent": int(urgent_only),
				"sent_at": self.now,
				"digest_key": ledger_key(recipient, self.now.date(), channel, *bundle),
			}
		)
		# Jobs run as whoever enqueued them; no role may write the record by hand.
		return digest.insert(ignore_permissions=True).name

	# ------------------------------------------------------------------ what goes wrong

	def _record_failure(self, names: list[str], error: Exception) -> None:
		"""Put the alerts off with growing delay, and give them up after the last try."""
		by_attempts = defaultdict(list)
		for name, attempts in self._attempts(names):
			by_attempts[cint(attempts) + 1].append(name)
		for attempts, failed in by_attempts.items():
			is_dead = attempts >= self.max_attempts
			self._update(
				failed,
				status="Dead" if is_dead else "Failed",
				attempts=attempts,
				next_try_at=None if is_dead else self.now + retry_delay(attempts),
				# The kind of error only: its text could quote the message.
				last_error=type(error).__name__,
			)
			self.counts["dead" if is_dead else "failed"] += len(failed)
		self.first_error = self.first_error or trace_of(error)

	def _attempts(self, names: list[str]) -> list[tuple]:
		if not names:
			return []
		return frappe.get_all(
			"Alert",
			filters={"name": ("in", names)},
			fields=["name", "attempts"],
			order_by="name",
			as_list=True,
		)

	def _release_unaddressed(self) -> None:
		"""Alerts that had nobody are judged again as soon as the petition office has people."""
		if not self.directory.people(self.office):
			return
		waiting = frappe.get_all(
			"Alert",
			filters={"recipient": ("is", "not set"), "status": "Pending"},
			fields=["name", "petition"],
			order_by="name",
		)
		if waiting:
			self._withdraw(waiting, LEFT)
			self._commit()

	def _withdraw(self, alerts: list, reason: str) -> None:
		self._update(
			[alert.name for alert in alerts], status="Withdrawn", last_error=_reason(reason), next_try_at=None
		)
		self.counts["withdrawn"] += len(alerts)
		if reason == LEFT:
			self._sweep_again({alert.petition for alert in alerts})

	def _sweep_again(self, petitions: set[str]) -> None:
		petition = DocType("Petition")
		(
			frappe.qb.update(petition)
			.set(petition.next_action_at, self.now)
			.where(petition.name.isin(sorted(petitions)) & petition.workflow_state.isin(sorted(ALL_RUNNING)))
			.run()
		)

	def _tell_office(self) -> None:
		"""Undeliverable alerts must not vanish: the petition office sees how many there are, and where."""
		for user in self.directory.people(self.office):
			note = frappe.new_doc("Notification Log")
			note.update(
				{
					"for_user": user,
					"type": "Alert",
					"document_type": "Alert",
					"subject": _("{0} alerts could not be delivered and were given up.").format(
						self.counts["dead"]
					),
				}
			)
			note.insert(ignore_permissions=True)  # a notice of the system, not of a user

	def _update(self, names: list[str], **values) -> None:
		alert = DocType("Alert")
		query = frappe.qb.update(alert).where(alert.name.isin(names)).set(alert.modified, self.now)
		for field, value in values.items():
			query = query.set(alert[field], value)
		query.run()


ALL_RUNNING = frozenset().union(*RUNNING_STATES.values())
GONE, ACCUSED, ANSWERED, LEFT = "gone", "accused", "answered", "left"


def _reason(code: str) -> str:
	return {
		GONE: _("The petition no longer exists."),
		ACCUSED: _("The petition complains about the recipient."),
		ANSWERED: _("The clock stopped before the alert went out."),
		LEFT: _("Nobody holds the post any more; the case was swept again."),
	}[code]
