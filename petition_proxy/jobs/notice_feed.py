"""Who is told of what: turns steps on the timeline into rows of the outbox.

The timeline is read behind the steps, not from within them: a step costs nothing more, and whatever door it came by, it
is on the timeline. Each run reads a little of the past again, for a transaction may become visible after a later one; the
unique key of the outbox keeps it from telling twice.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import frappe
from frappe.query_builder import Case, DocType
from frappe.query_builder.functions import Count, Sum
from frappe.utils import cint, get_datetime, now_datetime

from petition_proxy.domain import notices
from petition_proxy.domain.alerts import RUNNING_STATES
from petition_proxy.domain.notices import EMAIL, ROBOT, SMS
from petition_proxy.jobs.deadline_sweep import insert_ignoring_known, ledger_key
from petition_proxy.jobs.notice_choices import has_sms
from petition_proxy.jobs.notice_texts import Texts, get_texts, has_page
from petition_proxy.jobs.recipients import (
	HANDLING_UNIT,
	PETITION_OFFICE,
	Directory,
	has_outgoing_mail,
	is_deliverable,
)

OVERLAP = timedelta(minutes=15)
PAGE_SIZE = 500
DUE_SOON = timedelta(days=3)
STEPS = sorted({*notices.OFFICE_STEPS, *notices.PETITIONER_STEPS})
COLUMNS = (
	"name",
	"creation",
	"modified",
	"owner",
	"modified_by",
	"event",
	"petition",
	"round",
	"recipient_type",
	"recipient",
	"channel",
	"is_urgent",
	"status",
	"queued_at",
	"next_try_at",
	"item_count",
	"late_count",
	"about_on",
	"notice_key",
)


def queue_notices(rows: list[dict[str, Any]], now: datetime) -> int:
	"""Write notices to the outbox; one that is there already is left as it is.

	Args:
		rows: event, recipient_type, recipient and channel each; petition, round, moment (what makes this occasion
			differ from the next of its kind), is_urgent, next_try_at, item_count, late_count and about_on as needed.
		now: moment of writing, and of the first try unless a row says otherwise.

	Returns:
		How many were new.
	"""
	values = []
	for row in rows:
		key = ledger_key(
			row["event"],
			row.get("petition") or "",
			row.get("round") or 0,
			row["recipient_type"],
			row["recipient"],
			row["channel"],
			row.get("moment") or "",
		)
		values.append(
			(
				*(key[:20], now, now, "Administrator", "Administrator"),
				*(row["event"], row.get("petition"), row.get("round") or 0),
				*(row["recipient_type"], row["recipient"], row["channel"], cint(row.get("is_urgent"))),
				*(notices.QUEUED, now, row.get("next_try_at") or now),
				*(row.get("item_count") or 0, row.get("late_count") or 0, row.get("about_on"), key),
			)
		)
	return insert_ignoring_known("Outgoing Notice", COLUMNS, values)


class Feed:
	"""One reading of the timeline."""

	def __init__(self, now: datetime, texts: Texts) -> None:
		self.now = now
		self.texts = texts
		self.settings = frappe.get_single("Petition Proxy Settings")
		self.directory = Directory(self.settings.petition_office)
		self.can_mail = has_outgoing_mail()
		self.can_text = has_sms()
		self.robots = frappe.get_all(
			"Chat Robot",
			filters={"is_active": 1},
			fields=["name", "unit", "region", "tells_assignments", "tells_digest"],
			order_by="name asc",
		)

	def read_steps(self) -> int:
		"""Queue the notices of what has happened since the last reading.

		Returns:
			How many notices are new.
		"""
		since = self.settings.notices_read_until
		oldest = self.now - notices.LONGEST_WAIT
		start = max(get_datetime(since) - OVERLAP, oldest) if since else self.now - OVERLAP
		written, after = 0, None
		while rows := self._page(start, oldest, after):
			sent_last = self._last_sendings({row.petition for row in rows})
			found = [notice for row in rows for notice in self._notices_of(row, sent_last)]
			written += queue_notices(found, self.now)
			after = rows[-1]
			if len(rows) < PAGE_SIZE:
				break
		frappe.db.set_single_value(
			"Petition Proxy Settings", "notices_read_until", self.now, update_modified=False
		)
		return written

	def _page(self, start: datetime, oldest: datetime, after) -> list:
		event, petition = DocType("Petition Event"), DocType("Petition")
		person, agent = DocType("Petitioner"), DocType("Proxy Agent")
		user = DocType("User")
		query = (
			frappe.qb.from_(event)
			.join(petition)
			.on(petition.name == event.petition)
			.left_join(person)
			.on(person.name == petition.petitioner)
			.left_join(agent)
			.on((agent.name == petition.agent) & (agent.status == "On Duty"))
			.left_join(user)
			.on((user.name == agent.user) & (user.enabled == 1))
			.select(
				event.name,
				event.creation,
				event.event,
				event.actor,
				event.round,
				petition.name.as_("petition"),
				petition.petition_kind,
				petition.handling_unit,
				petition.town,
				petition.district,
				petition.accused_unit,
				petition.accused_user,
				petition.petitioner,
				petition.wants_secrecy,
				petition.is_urgent,
				person.wants_secrecy.as_("person_wants_secrecy"),
				person.agrees_to_sms,
				person.died_on,
				person.sealed_phone.isnotnull().as_("has_phone"),
				agent.name.as_("agent"),
				agent.user.as_("agent_user"),
				agent.duty_phone,
				agent.email.as_("agent_email"),
				user.mobile_no.as_("agent_mobile"),
				user.email.as_("agent_user_email"),
			)
			.where((event.creation >= start) & (event.creation <= self.now))
			.where(event.event.isin(STEPS) & (event.happened_at >= oldest))
			.orderby(event.creation)
			.orderby(event.name)
			.limit(PAGE_SIZE)
		)
		if after:
			query = query.where(event.creation >= after.creation).where(
				(event.creation > after.creation) | (event.name > after.name)
			)
		return query.run(as_dict=True)

	def _last_sendings(self, petitions: Collection[str]) -> dict[str, str]:
		"""Petition to the last event by which it was sent somewhere.

		A step that is read again knows only where the case is now; without this whoever has it now would be told of the
		sending before as well.
		"""
		step = DocType("Petition Event")
		rows = (
			frappe.qb.from_(step)
			.select(step.petition, step.name)
			.where(step.petition.isin(sorted(petitions)) & step.event.isin(sorted(notices.OFFICE_STEPS)))
			.orderby(step.petition)
			.orderby(step.creation)
			.orderby(step.name)
			.run()
		)
		return dict(rows)

	def _notices_of(self, row, sent_last: Mapping[str, str]) -> list[dict]:
		found = []
		event = notices.OFFICE_STEPS.get(row.event)
		if event and sent_last.get(row.petition) == row.name:
			found += self._for_office(row, event)
		if event := notices.PETITIONER_STEPS.get(row.event):
			found += self._for_petitioner(row, event)
			found += self._for_agent(row, event)
		base = {"petition": row.petition, "round": row.round, "moment": row.name}
		return [{**base, **one} for one in found if self.texts.has(one["event"], one["channel"])]

	def _for_office(self, row, event: str) -> list[dict]:
		post = HANDLING_UNIT if event == notices.ASSIGNED else PETITION_OFFICE
		people = self.directory.resolve(
			post, row.handling_unit, row.town, row.accused_unit, row.accused_user
		).users
		found = [
			{
				"event": event,
				"recipient_type": "User",
				"recipient": user,
				"channel": channel,
				"is_urgent": row.is_urgent,
			}
			for user in people
			if user != row.actor
			for channel in self.directory.channels(user, event)
			if channel != SMS or notices.may_name_in_text(row.petition_kind)
		]
		if event == notices.ASSIGNED and notices.may_tell_group(
			row.petition_kind, row.accused_unit, row.accused_user
		):
			found += [
				{"event": event, "recipient_type": "Chat Robot", "recipient": robot.name, "channel": ROBOT}
				for robot in self.robots
				if robot.tells_assignments and serves(robot, row)
			]
		return found

	def _for_petitioner(self, row, event: str) -> list[dict]:
		if not (self.can_text and self.settings.send_petitioner_sms and row.petitioner):
			return []
		if not notices.may_text_petitioner(
			row.petition_kind,
			bool(row.wants_secrecy or row.person_wants_secrecy),
			bool(row.agrees_to_sms),
			bool(row.has_phone),
			bool(row.died_on),
		):
			return []
		to = {"recipient_type": "Petitioner", "recipient": row.petitioner, "channel": SMS}
		found = [{"event": event, **to}]
		if event == notices.SERVED and has_page("rating"):
			found.append({"event": notices.RATING, "next_try_at": self.now + notices.RATING_DELAY, **to})
		return found

	def _for_agent(self, row, event: str) -> list[dict]:
		"""The agent passes the news on (clause S7): by mail, or where there is no mailbox by text message."""
		if not row.agent or row.agent_user == row.actor:
			return []
		if row.agent_user in self.directory.accused_people(row.accused_unit, row.accused_user):
			return []
		to = {"recipient_type": "Proxy Agent", "recipient": row.agent}
		if self.can_mail and any(map(is_deliverable, (row.agent_email, row.agent_user_email))):
			return [{"event": event, "channel": EMAIL, **to}]
		if not (self.can_text and any(map(notices.mobile_of, (row.duty_phone, row.agent_mobile)))):
			return []
		if not notices.may_name_in_text(row.petition_kind) or row.wants_secrecy or row.person_wants_secrecy:
			event = notices.TELL_IN_PERSON
		return [{"event": event, "channel": SMS, **to}]

	def queue_group_digests(self) -> int:
		"""Once a day each group hears how much of its area is late or due within three days, without any number."""
		if not self.texts.has(notices.DIGEST, ROBOT):
			return 0
		today = self.now.date()
		told = set(
			frappe.get_all(
				"Outgoing Notice",
				filters={"event": notices.DIGEST, "channel": ROBOT, "about_on": today},
				pluck="recipient",
				order_by="name asc",
			)
		)
		rows = []
		for robot in self.robots:
			if robot.tells_digest and robot.name not in told:
				count, late = self._counts_of(robot)
				if count:
					rows.append(
						{
							"event": notices.DIGEST,
							"recipient_type": "Chat Robot",
							"recipient": robot.name,
							"channel": ROBOT,
							"moment": today,
							"about_on": today,
							"item_count": count,
							"late_count": late,
						}
					)
		return queue_notices(rows, self.now)

	def _counts_of(self, robot) -> tuple[int, int]:
		petition = DocType("Petition")
		if robot.unit:
			area = petition.handling_unit == robot.unit
		elif robot.region:
			area = (petition.town == robot.region) | (petition.district == robot.region)
		else:
			return 0, 0
		row = (
			frappe.qb.from_(petition)
			.select(Count(petition.name), Sum(Case().when(petition.due_at < self.now, 1).else_(0)))
			.where(area & (petition.due_at < self.now + DUE_SOON))
			.where(petition.workflow_state.isin(sorted(frozenset().union(*RUNNING_STATES.values()))))
			.where((petition.petition_kind != notices.REPORT_KIND) & petition.accused_unit.isnull())
			.where(petition.accused_user.isnull())
			.run()
		)
		return cint(row[0][0]), cint(row[0][1])


def serves(robot, case) -> bool:
	"""Whether a group is that of the case's unit, or of its town or district where the robot names no unit."""
	if robot.unit:
		return robot.unit == case.handling_unit
	return bool(robot.region) and robot.region in (case.town, case.district)


def agent_channels(agents: Collection[str]) -> dict[str, str]:
	"""How agents are told of what concerns themselves: by mail, or where there is no mailbox by text message.

	Returns:
		Agent to channel; who is reached by neither is left out.
	"""
	if not agents:
		return {}
	agent, user = DocType("Proxy Agent"), DocType("User")
	rows = (
		frappe.qb.from_(agent)
		.left_join(user)
		.on((user.name == agent.user) & (user.enabled == 1))
		.select(agent.name, agent.email, user.email, agent.duty_phone, user.mobile_no)
		.where(agent.name.isin(sorted(agents)))
		.run()
	)
	can_mail, can_text = has_outgoing_mail(), has_sms()
	found = {}
	for name, own_mail, user_mail, duty_phone, mobile in rows:
		if can_mail and (is_deliverable(own_mail) or is_deliverable(user_mail)):
			found[name] = EMAIL
		elif can_text and (notices.mobile_of(duty_phone) or notices.mobile_of(mobile)):
			found[name] = SMS
	return found


def queue_for_agents(event: str, dates: Mapping[str, tuple[date, str]], now: datetime) -> int:
	"""Queue one notice to each of several agents about a date of their own.

	Args:
		event: which notice.
		dates: agent to the date and to what makes the occasion unique.
		now: moment of writing.

	Returns:
		How many notices are new.
	"""
	channels, texts = agent_channels(dates), get_texts()
	return queue_notices(
		[
			{
				"event": event,
				"recipient_type": "Proxy Agent",
				"recipient": agent,
				"channel": channel,
				"about_on": dates[agent][0],
				"moment": dates[agent][1],
			}
			for agent, channel in channels.items()
			if texts.has(event, channel)
		],
		now,
	)


def training_notices(now: datetime | None = None) -> int:
	"""Remind who signed up of trainings of the next three days, once for each date (daily hook).

	Returns:
		How many reminders are new.
	"""
	now = now or now_datetime()
	session, attendee = DocType("Training Session"), DocType("Training Attendee")
	rows = (
		frappe.qb.from_(attendee)
		.join(session)
		.on(session.name == attendee.parent)
		.select(session.name, session.starts_at, attendee.agent)
		.where(session.status.isin(["Planned", "Open"]) & (session.starts_at > now))
		.where((session.starts_at < now + DUE_SOON) & attendee.agent.isnotnull())
		.orderby(session.starts_at)
		.orderby(attendee.agent)
		.run(as_dict=True)
	)
	sessions: dict[str, dict[str, tuple[date, str]]] = {}
	for row in rows:
		day = row.starts_at.date()
		sessions.setdefault(row.name, {})[row.agent] = (day, f"{row.name}|{day}")
	# few: the sessions of three days
	return sum(queue_for_agents(notices.TRAINING, dates, now) for dates in sessions.values())
