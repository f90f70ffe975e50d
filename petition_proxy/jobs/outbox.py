"""The outbox: sends what is queued, tries again what failed, and lets nothing end unseen.

Desk and mail queue are rows of this database: notice and mark are one transaction, so nothing is told twice. A gateway or
a robot cannot be rolled back: the notice is marked as being sent and committed first. Who dies between the call and the
second commit leaves the mark. Whether that message went out nobody knows, so it is not sent again by itself: it joins those
that were given up, where the petition office sees it and decides. It is never more than the one message a worker had in hand.
"""

import time
from collections import Counter, defaultdict, deque
from datetime import datetime, timedelta

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import cint, get_datetime, get_url_to_form, get_url_to_list, now_datetime
from frappe.utils.password import decrypt

from petition_proxy.domain import notices
from petition_proxy.domain.alerts import RUNNING_STATES, in_quiet_hours
from petition_proxy.domain.lifecycle import REGISTERED
from petition_proxy.domain.notices import DESK, EMAIL, ROBOT, SMS
from petition_proxy.domain.progress import NOT_TOLD_STATES
from petition_proxy.jobs.alert_messages import speaking, speaking_language
from petition_proxy.jobs.deadline_sweep import is_lost_race
from petition_proxy.jobs.locks import job_lock
from petition_proxy.jobs.notice_channels import SmsGateway, to_desk, to_mailbox, to_robot
from petition_proxy.jobs.notice_feed import Feed, queue_notices, serves
from petition_proxy.jobs.notice_texts import (
	Texts,
	case_facts,
	day_of,
	link_for,
	list_facts,
	read_cases,
	site_language,
)
from petition_proxy.jobs.recipients import HANDLING_UNIT, Directory, is_deliverable
from petition_proxy.utils.outgoing_http import SendError
from petition_proxy.utils.settings import as_time, inhouse_hosts

JOB_ID = "petition-proxy|notice-outbox"
PAGE_SIZE = 200
# A run ends in good time before the queue's own limit; the next one goes on.
LONGEST_RUN = 600
# Nobody waits for the time-out of a dead gateway a thousand times.
MOST_FAILURES_IN_A_ROW = 3
MINUTE = timedelta(minutes=1)
ABOUT_LIMITS = (notices.WARNING, notices.LATE, notices.ESCALATION)
LIMIT_STATES = frozenset().union(*RUNNING_STATES.values())


def enqueue_outbox() -> None:
	"""Put one run on the long queue, unless one waits or runs there already (cron hook)."""
	frappe.enqueue(outbox, queue="long", job_id=JOB_ID, deduplicate=True)


def outbox(now: datetime | None = None, commit: bool = True, page_size: int = PAGE_SIZE) -> dict[str, int]:
	"""Read the timeline and send what is due.

	Args:
		now: moment to run for; the present one by default.
		commit: commit around each message. Callers with a transaction of their own pass False.
		page_size: notices per page.

	Returns:
		Numbers of notices: `queued`, `sent`, `failed`, `dead`, `withdrawn`; all 0 if another run was at work.
	"""
	with job_lock("notice-outbox") as acquired:
		run = _Run(now or now_datetime(), commit, page_size)
		if acquired:
			run.work()
		return dict(run.counts)


def tell_of_dead_letters(now: datetime | None = None) -> int:
	"""Once a day, while there are any, tell the petition office and the system managers how many notices were given up.

	Returns:
		How many people were told; nobody twice on one day.
	"""
	now = now or now_datetime()
	dead = count_dead()
	if not dead:
		return 0
	office = frappe.db.get_single_value("Petition Proxy Settings", "petition_office")
	people = sorted({*Directory(office).people(office), *system_managers()})
	return queue_notices(
		[
			{
				"event": notices.DEAD_LETTERS,
				"recipient_type": "User",
				"recipient": user,
				"channel": DESK,
				"moment": now.date(),
				"item_count": dead,
			}
			for user in people
		],
		now,
	)


def count_dead() -> int:
	"""Notices given up and neither sent again nor put aside since."""
	return frappe.db.count("Outgoing Notice", {"status": notices.DEAD})


def system_managers() -> list[str]:
	"""Enabled people who look after the site."""
	user, role = DocType("User"), DocType("Has Role")
	return (
		frappe.qb.from_(role)
		.join(user)
		.on(user.name == role.parent)
		.select(user.name)
		.distinct()
		.where((role.role == "System Manager") & (role.parenttype == "User") & (user.enabled == 1))
		.where(user.name != "Administrator")
		.orderby(user.name)
		.run(pluck=True)
	)


def try_again(names: list[str] | None, now: datetime, channel: str | None = None) -> int:
	"""Queue notices that were given up, as if they were new.

	Args:
		names: which; all that are dead by default.
		now: moment of the next try.
		channel: of this channel only.

	Returns:
		How many.
	"""
	table = DocType("Outgoing Notice")
	query = (
		frappe.qb.update(table)
		.set(table.status, notices.QUEUED)
		.set(table.attempts, 0)
		.set(table.next_try_at, now)
		.set(table.queued_at, now)
		.set(table.modified, now)
		.where(table.status == notices.DEAD)
	)
	if names is not None:
		query = query.where(table.name.isin(names or [""]))
	if channel:
		query = query.where(table.channel == channel)
	query.run()
	return frappe.db.sql("select row_count()")[0][0]


class _Run:
	def __init__(self, now: datetime, commit: bool, page_size: int) -> None:
		self.started = time.monotonic()
		self.now = now
		self.commit = commit
		self.page_size = page_size
		self.counts = dict.fromkeys(("queued", "sent", "failed", "dead", "withdrawn"), 0)
		self.errors: Counter = Counter()
		self.failures_in_a_row: Counter = Counter()
		self.robot_calls: dict[str, deque] = defaultdict(deque)

	def work(self) -> None:
		self.texts = Texts()
		feed = Feed(self.now, self.texts)
		self.settings, self.directory = feed.settings, feed.directory
		self.hosts = inhouse_hosts()
		quiet = (as_time(self.settings.quiet_from), as_time(self.settings.quiet_to))
		self.is_quiet = in_quiet_hours(self.now, *quiet)
		self.language = site_language()
		self.counts["queued"] = feed.read_steps()
		if not self.is_quiet and self.now.time() >= (as_time(self.settings.digest_at) or self.now.time()):
			self.counts["queued"] += feed.queue_group_digests()
		self._take_up_interrupted()
		self._take_back_refused_mails()
		self._commit()
		self.gateway = SmsGateway(self.settings.sms_success_text)
		self._read_robots()
		after = None
		while rows := self._page(after):
			self._read_facts(rows)
			for row in rows:
				self._serve(row)
			after = rows[-1]
			if len(rows) < self.page_size or time.monotonic() - self.started > LONGEST_RUN:
				break
		if self.errors:
			# Once per run and by kind only: the text of an error could quote an address or a number.
			frappe.log_error(
				title="Outgoing notices failed",
				message="\n".join(f"{kind}: {number}" for kind, number in sorted(self.errors.items())),
			)
		self._commit()

	def _commit(self) -> None:
		if self.commit:
			# A message and its mark stand or fall together; the mark before a call must outlive a dead worker.
			frappe.db.commit()  # nosemgrep: frappe-manual-commit

	def _at(self) -> datetime:
		"""The moment now, for a run may last for minutes."""
		return self.now + timedelta(seconds=time.monotonic() - self.started)

	# ------------------------------------------------------------------ what earlier runs left

	def _take_up_interrupted(self) -> None:
		"""Whoever holds the lock is alone: what is still marked as being sent was left by a worker that died."""
		names = frappe.get_all(
			"Outgoing Notice", filters={"status": notices.SENDING}, pluck="name", order_by="name asc"
		)
		if names:
			self._update(names, status=notices.DEAD, last_error=error_words("Interrupted"), next_try_at=None)
			self.counts["dead"] += len(names)

	def _take_back_refused_mails(self) -> None:
		"""A mail that Frappe's queue has given up is a notice nobody got: it joins the dead."""
		notice, mail = DocType("Outgoing Notice"), DocType("Email Queue")
		names = (
			frappe.qb.from_(notice)
			.join(mail)
			.on(mail.name == notice.mail)
			.select(notice.name)
			.where((notice.channel == EMAIL) & (notice.status == notices.SENT) & (mail.status == "Error"))
			.where(notice.sent_at >= self.now - notices.LONGEST_WAIT)
			.orderby(notice.name)
			.run(pluck=True)
		)
		if names:
			self._update(
				names,
				status=notices.DEAD,
				last_error=error_words("Refused by the mail server"),
				next_try_at=None,
			)
			self.counts["dead"] += len(names)

	def _read_robots(self) -> None:
		self.robots = {
			row.name: row
			for row in frappe.get_all(
				"Chat Robot",
				filters={"is_active": 1},
				fields=["name", "kind", "unit", "region", "tells_assignments"],
				order_by="name asc",
			)
		}
		sent = frappe.get_all(
			"Outgoing Notice",
			filters={"channel": ROBOT, "status": notices.SENT, "sent_at": (">", self.now - MINUTE)},
			fields=["recipient", "sent_at"],
			order_by="sent_at asc",
		)
		for row in sent:
			self.robot_calls[row.recipient].append(row.sent_at)

	# ------------------------------------------------------------------ a page

	def _page(self, after) -> list:
		"""The next notices that are due, in the order of the index; at night only the desk's and urgent ones of offices."""
		notice = DocType("Outgoing Notice")
		query = (
			frappe.qb.from_(notice)
			.select(
				notice.name,
				notice.queued_at,
				notice.event,
				notice.petition,
				notice.round,
				notice.recipient_type,
				notice.recipient,
				notice.channel,
				notice.attempts,
				notice.next_try_at,
				notice.item_count,
				notice.late_count,
				notice.about_on,
			)
			.where(notice.status.isin([notices.QUEUED, notices.FAILED]) & (notice.next_try_at <= self.now))
			.orderby(notice.next_try_at)
			.orderby(notice.name)
			.limit(self.page_size)
		)
		if self.is_quiet:
			query = query.where((notice.channel == DESK) | (notice.is_urgent == 1))
		if after:
			query = query.where(notice.next_try_at >= after.next_try_at).where(
				(notice.next_try_at > after.next_try_at) | (notice.name > after.name)
			)
		return query.run(as_dict=True)

	def _read_facts(self, rows: list) -> None:
		"""Cases and people of a page: as they are now, not as they were when the notice was written."""
		names = defaultdict(set)
		for row in rows:
			names[row.recipient_type].add(row.recipient)
		self.cases = read_cases({row.petition for row in rows if row.petition})
		self.petitioners = _rows(
			"Petitioner",
			names["Petitioner"],
			("sealed_phone", "wants_secrecy", "agrees_to_sms", "died_on"),
		)
		self.agents = _rows("Proxy Agent", names["Proxy Agent"], ("user", "duty_phone", "email", "status"))
		users = names["User"] | {row.user for row in self.agents.values() if row.user}
		self.users = _rows("User", users, ("enabled", "email", "mobile_no", "language"))
		rated = [row.petition for row in rows if row.event == notices.RATING]
		self.rated = set(
			frappe.get_all(
				"Evaluation",
				filters={"petition": ("in", sorted(rated))},
				fields=["petition", "round"],
				order_by="name asc",
				as_list=True,
			)
			if rated
			else ()
		)

	# ------------------------------------------------------------------ one notice

	def _serve(self, row) -> None:
		if self.failures_in_a_row[self._line_of(row)] >= MOST_FAILURES_IN_A_ROW:
			return  # stays due; the next run asks again
		reason = self._withdrawn_because(row)
		address = None if reason else self._address(row)
		if not reason and not address:
			reason = NO_ADDRESS
		if not reason and not self.texts.has(row.event, row.channel) and row.event != notices.DEAD_LETTERS:
			reason = SWITCHED_OFF
		if not reason and row.channel == ROBOT and not self._may_call(row):
			return
		# only now, for the link may be made for this one message
		link = None if reason else self._link(row)
		if not reason and not link:
			reason = UNTRUE
		if reason:
			self._update([row.name], status=notices.WITHDRAWN, last_error=_reason(reason), next_try_at=None)
			self.counts["withdrawn"] += 1
			self._commit()
			return
		self._send(row, address, link)

	def _send(self, row, address: str, link: str) -> None:
		subject, body = self._words(row, link)
		row.attempts = cint(row.attempts) + 1
		if row.channel in (SMS, ROBOT):
			self._update([row.name], status=notices.SENDING, attempts=row.attempts)
			self._commit()
		frappe.db.savepoint("outgoing_notice")
		mail = None
		try:
			mail = self._hand_over(row, address, subject, body, link)
		except Exception as error:
			if is_lost_race(error):
				if not self.commit:
					raise
				frappe.db.rollback()  # undone by the server already; the next run takes it up
				return
			frappe.db.rollback(save_point="outgoing_notice")
			kind = error.kind if isinstance(error, SendError) else type(error).__name__
			self._fail(row, kind, getattr(error, "wait", None), getattr(error, "is_unclear", False))
			self.errors[f"{row.channel}: {kind}"] += 1
			self.failures_in_a_row[self._line_of(row)] += 1
			self._commit()
			return
		self._update(
			[row.name],
			status=notices.SENT,
			attempts=row.attempts,
			sent_at=self._at(),
			last_error=None,
			next_try_at=None,
			mail=mail,
		)
		self.counts["sent"] += 1
		self.failures_in_a_row[self._line_of(row)] = 0
		self._commit()

	def _hand_over(self, row, address: str, subject: str, body: str, link: str) -> str | None:
		if row.channel == DESK:
			doctype = "Petition" if row.petition else "Outgoing Notice"
			to_desk(address, subject, body, doctype, link)
		elif row.channel == EMAIL:
			return to_mailbox(address, subject, body)
		elif row.channel == SMS:
			self.gateway.send(address, body)
		else:
			self.robot_calls[row.recipient].append(self._at())
			to_robot(self.robots[row.recipient], body, self.hosts)
		return None

	def _line_of(self, row) -> tuple:
		return (row.channel, row.recipient if row.channel == ROBOT else None)

	def _may_call(self, row) -> bool:
		"""The services shut a robot out that speaks more than twenty times a minute; the rest waits, uncounted."""
		calls, at = self.robot_calls[row.recipient], self._at()
		while calls and calls[0] <= at - MINUTE:
			calls.popleft()
		if len(calls) < notices.MOST_PER_MINUTE:
			return True
		self._update([row.name], next_try_at=calls[0] + MINUTE)
		self._commit()
		return False

	def _withdrawn_because(self, row) -> str | None:
		"""What has become untrue or forbidden since the notice was written."""
		if row.recipient_type == "Chat Robot" and row.recipient not in self.robots:
			return LEFT
		if row.recipient_type == "User" and not (
			row.recipient in self.users and self.users[row.recipient].enabled
		):
			return LEFT
		agent = self.agents.get(row.recipient) if row.recipient_type == "Proxy Agent" else None
		if not row.petition:
			return None
		if agent and agent.status != "On Duty":
			return LEFT
		case = self.cases.get(row.petition)
		if not case or case.round != row.round:
			return UNTRUE
		person = agent.user if agent else row.recipient
		if person in self.directory.accused_people(case.accused_unit, case.accused_user):
			return FORBIDDEN
		if (
			row.channel == SMS
			and row.event != notices.TELL_IN_PERSON
			and not notices.may_name_in_text(case.petition_kind)
		):
			return FORBIDDEN
		if row.channel == ROBOT and not notices.may_tell_group(
			case.petition_kind, case.accused_unit, case.accused_user
		):
			return FORBIDDEN
		if row.recipient_type != "User" and case.workflow_state in NOT_TOLD_STATES:
			return UNTRUE
		if row.event in ABOUT_LIMITS and case.workflow_state not in LIMIT_STATES:
			return UNTRUE
		if row.event == notices.RETURNED and case.workflow_state != REGISTERED:
			return UNTRUE
		if row.event == notices.ASSIGNED and not self._has_case(row, case):
			return LEFT
		if agent:
			if agent.name != case.agent:
				return LEFT
			if row.channel == SMS and row.event != notices.TELL_IN_PERSON and self._is_secret(case):
				return FORBIDDEN
		if row.recipient_type == "Petitioner":
			return self._petitioner_not_told(row, case)
		return None

	def _has_case(self, row, case) -> bool:
		"""Whether the case is still with the unit, or in the area, of whoever is told of the assignment."""
		if row.recipient_type == "Chat Robot":
			robot = self.robots[row.recipient]
			return bool(robot.tells_assignments and case.handling_unit and serves(robot, case))
		return bool(
			case.handling_unit
			and row.recipient
			in self.directory.resolve(
				HANDLING_UNIT, case.handling_unit, case.town, case.accused_unit, case.accused_user
			).users
		)

	def _is_secret(self, case) -> bool:
		return bool(case.wants_secrecy or case.person_wants_secrecy)

	def _petitioner_not_told(self, row, case) -> str | None:
		person = self.petitioners.get(row.recipient)
		if not person or row.recipient != case.petitioner:
			return LEFT
		if not self.settings.send_petitioner_sms or not notices.may_text_petitioner(
			case.petition_kind,
			bool(case.wants_secrecy or person.wants_secrecy),
			bool(person.agrees_to_sms),
			bool(person.sealed_phone),
			bool(person.died_on),
		):
			return FORBIDDEN
		if row.event == notices.RATING and (row.petition, row.round) in self.rated:
			return UNTRUE
		return None

	def _address(self, row) -> str | None:
		"""Where it goes. A sealed number is opened here, for this one call, and written nowhere."""
		if row.channel == DESK or row.channel == ROBOT:
			return row.recipient
		if row.recipient_type == "Petitioner":
			return notices.mobile_of(decrypt(self.petitioners[row.recipient].sealed_phone))
		agent = self.agents.get(row.recipient) if row.recipient_type == "Proxy Agent" else None
		user = self.users.get(agent.user if agent else row.recipient) or frappe._dict()
		if row.channel == EMAIL:
			found = (agent.email if agent else None, user.email)
			return next((address for address in found if is_deliverable(address)), None)
		found = (agent.duty_phone if agent else None, user.mobile_no)
		return next((number for number in map(notices.mobile_of, found) if number), None)

	def _words(self, row, link: str) -> tuple[str, str]:
		if row.recipient_type == "User":
			with speaking(row.recipient):
				return self._filled(row, frappe.local.lang, link)
		with speaking_language(self.language):
			return self._filled(row, self.language, link)

	def _filled(self, row, language: str, link: str) -> tuple[str, str]:
		return self.texts.fill(row.event, row.channel, language, self._values(row, link)) or _built_in(row)

	def _values(self, row, link: str) -> dict[str, str]:
		if row.petition:
			return case_facts(self.cases[row.petition], link)
		if row.item_count:
			return list_facts(row.item_count, row.late_count, link)
		return {"due_date": day_of(row.about_on), "link": link}

	def _link(self, row) -> str | None:
		if row.event == notices.DEAD_LETTERS:
			# who looks after the site sees numbers and may try again, but reads no notice
			keeps = row.recipient in self.directory.people(self.settings.petition_office)
			return get_url_to_list("Outgoing Notice") if keeps else get_url_to_form(SETTINGS, SETTINGS)
		if row.event == notices.RATING:
			return link_for("rating", row.petition)
		if row.recipient_type == "Petitioner":
			return link_for("progress", row.petition)
		if row.recipient_type == "Proxy Agent":
			return link_for("agent", None)
		# a group's members open what they may: a list, never one case
		return link_for("case", row.petition) if row.petition and row.channel != ROBOT else link_for("list")

	def _fail(self, row, kind: str, wait: timedelta | None = None, is_unclear: bool = False) -> None:
		at = notices.next_try_at(
			cint(row.attempts), get_datetime(row.queued_at), self._at(), wait, is_unclear
		)
		status = notices.FAILED if at else notices.DEAD
		self._update(
			[row.name],
			status=status,
			attempts=cint(row.attempts),
			next_try_at=at,
			last_error=error_words(kind),
		)
		self.counts["failed" if at else "dead"] += 1

	def _update(self, names: list[str], **values) -> None:
		notice = DocType("Outgoing Notice")
		query = frappe.qb.update(notice).where(notice.name.isin(names)).set(notice.modified, self.now)
		for field, value in values.items():
			query = query.set(notice[field], value)
		query.run()


SETTINGS = "Petition Proxy Settings"
LEFT, UNTRUE, FORBIDDEN = "left", "untrue", "forbidden"
NO_ADDRESS, SWITCHED_OFF = "no address", "switched off"


def _reason(code: str) -> str:
	return {
		LEFT: _("The recipient no longer has this part in the case."),
		UNTRUE: _("What the notice says is no longer so."),
		FORBIDDEN: _("The recipient may not be told of this case on this channel."),
		NO_ADDRESS: _("No mobile number or mailbox is on record."),
		SWITCHED_OFF: _("The notice is switched off on this channel."),
	}[code]


def error_words(kind: str) -> str:
	"""A kind of error in words the office understands; codes of the other side stay as they are."""
	known = {
		"Timeout": _("No answer in time; it may have gone out"),
		"Line cut": _("The line was cut; it may have gone out"),
		"Interrupted": _("The work was interrupted; it may have gone out"),
		"No connection": _("No connection to the other side"),
		"Unknown host": _("The host of the address is not known"),
		"Bad certificate": _("The certificate of the other side is not valid"),
		"SMS not set up": _("SMS Settings are not complete"),
		"Bad gateway address": _("The address in SMS Settings is no web address"),
		"Refused by the gateway": _("The SMS gateway refused it"),
		"Refused by the mail server": _("The mail server refused it"),
		"Not queued": _("The mail queue did not take it"),
		"No address": _("The robot has no address"),
		"Address not allowed": _("The settings do not allow the robot's address"),
		"Unknown answer": _("The chat service gave an answer that is not known"),
	}
	return known.get(kind, kind)


def _built_in(row) -> tuple[str, str]:
	return (
		_("{0} notices could not be delivered and were given up.").format(row.item_count),
		_("Open the list, look at the error, put it right and press Try Again."),
	)


def _rows(doctype: str, names: set[str], fields: tuple[str, ...]) -> dict:
	if not names:
		return {}
	rows = frappe.get_all(
		doctype, filters={"name": ("in", sorted(names))}, fields=["name", *fields], order_by="name asc"
	)
	return {row.name: row for row in rows}
