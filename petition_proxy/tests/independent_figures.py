"""Every indicator once more, counted row by row in plain Python as its definition reads.

It reads whole tables with `get_all` and shares no code with `queries/`: what both give alike, two readings of the rules agree on.
"""

from collections import defaultdict
from datetime import date, datetime, time, timedelta

import frappe

GOOD = ("Satisfied", "Basically Satisfied")
RATED = (*GOOD, "Dissatisfied")
DAY = timedelta(days=1)
REGISTER = ("petitioner", "village", "subject", "content", "filing_channel", "petition_kind")


def rows_of(doctype: str, **filters) -> list:
	return frappe.get_all(doctype, filters=filters, fields=["*"], order_by="name asc", limit_page_length=0)


def grouped(doctype: str) -> dict[str, list]:
	"""Rows by the petition they belong to."""
	found = defaultdict(list)
	for row in rows_of(doctype):
		found[row.petition].append(row)
	return found


def midnight(day: date) -> datetime:
	return datetime.combine(day, time())


class Independent:
	"""Counts for one period, of the cases somebody may see.

	Args:
		first, last: the period.
		cut_off: as of when.
		visible: names of the cases that count; None: all.
		waiting: days in which a matter must not come again.
		receipt_days: days for signing.
		attempts: attempts that stand for service.
	"""

	def __init__(self, first, last, cut_off, visible=None, waiting=30, receipt_days=3, attempts=3):
		self.first, self.last, self.cut_off = first, last, cut_off
		self.waiting, self.receipt, self.attempts = timedelta(days=waiting), receipt_days * DAY, attempts
		cases = [c for c in rows_of("Petition") if visible is None or c.name in visible]
		self.all_cases = rows_of("Petition")
		self.case = {c.name: c for c in cases}
		self.warn = {r.name: r.warn_hours for r in rows_of("Reply Class")}
		self.ratings = {
			(e.petition, e.round, e.rated_party): e.rating
			for e in rows_of("Evaluation")
			if e.entered_at <= cut_off
		}
		self.past = grouped("Petition Round")
		self.statements = grouped("Settlement Statement")
		self.receipts = grouped("Service Receipt")
		self.later = defaultdict(list)
		for c in self.all_cases:
			if c.main_petition and c.workflow_state != "Draft" and c.petitioned_at:
				self.later[c.main_petition].append(c.petitioned_at)
		self.rounds = [r for c in cases for r in self.rounds_of(c)]

	# rows

	def rounds_of(self, c) -> list:
		"""The present round of a case, and those before it."""
		if c.workflow_state == "Draft" or not c.registered_at:
			return []
		if c.workflow_state == "Merged":
			ended = c.merged_at
		else:
			ended = c.withdrawn_at or c.refused_at or c.closed_at
		found = [self.round(c, c, c.agent, True, ended)]
		for past in self.past[c.name]:
			found.append(self.round(c, past, past.agent, False, past.ended_at))
		return found

	def round(self, c, source, agent, is_current, ended):
		statute = source.statutory_due_at
		if statute and source.extended_until:
			statute = max(statute, source.extended_until)
		number = source.round
		return frappe._dict(
			case=c,
			number=number,
			district=c.district,
			town=c.town,
			village=c.village,
			unit=source.handling_unit,
			agent=agent,
			is_current=is_current,
			ended=ended,
			registered=source.registered_at,
			assigned=source.assigned_at,
			decided=source.accepted_at or source.refused_at or source.closed_at,
			notice_due=source.notice_due_at,
			replied=source.replied_at,
			promise=source.reply_due_at,
			statute=statute,
			served=source.served_at,
			closed=source.closed_at,
			outcome=source.outcome,
			warn=self.warn.get(source.reply_class),
			unit_rating=self.ratings.get((c.name, number, "Handling Unit")),
			agent_rating=self.ratings.get((c.name, number, "Proxy Agent")),
			office_rating=self.ratings.get((c.name, number, "Petition Office")),
		)

	# words

	def inside(self, moment) -> bool:
		if not moment:
			return False
		return midnight(self.first) <= moment < midnight(self.last) + DAY and moment <= self.cut_off

	def on_day(self, day) -> bool:
		return bool(day) and self.first <= day <= self.last and day <= self.cut_off.date()

	def in_time(self, done, due, ended):
		"""True or False where a clock was decided in the period, None where it was not."""
		if not due:
			return None
		if done and done.replace(microsecond=0) <= due:
			return True if self.inside(done) else None
		if ended and ended <= due:
			return None
		return False if self.inside(due) and due < self.cut_off else None

	@staticmethod
	def rate(values):
		values = [v for v in values if v is not None]
		return sum(values), len(values)

	@staticmethod
	def share(rows, is_counted):
		rows = list(rows)
		return sum(1 for row in rows if is_counted(row)), len(rows)

	# figures

	def figures(self, level: str, scope: str) -> dict:
		"""Code to (counted, of) for one place, unit or agent."""
		key = level.lower()
		own = [r for r in self.rounds if level == "Total" or r[key] == scope]
		found = {**self.of_rounds(own)}
		found |= self.of_sendings(level, scope)
		found |= self.of_nodes(level, scope)
		found |= self.of_orders(level, scope)
		found |= self.of_extensions(level, scope)
		found |= self.of_reviews(level, scope)
		if level != "Unit":
			found |= self.of_rewards(level, scope)
			found |= self.of_training(level, scope)
		if level not in ("Unit", "Agent"):
			found |= self.of_places(level, scope)
		return found

	def of_rounds(self, own) -> dict:
		filed = [r for r in own if self.inside(r.registered)]
		served = [r for r in own if self.inside(r.served)]
		closed = [r for r in own if self.inside(r.closed)]
		waiting = [
			r
			for r in own
			if r.is_current
			and r.registered <= self.cut_off
			and not (r.replied and r.replied <= self.cut_off)
			and not (r.ended and r.ended <= self.cut_off)
		]
		overdue = [r for r in waiting if r.promise and r.promise < self.cut_off]
		soon = [
			r
			for r in waiting
			if r.promise
			and r.promise >= self.cut_off
			and r.warn is not None
			and r.promise - self.cut_off <= timedelta(hours=r.warn)
		]
		waited = [
			r
			for r in own
			if r.number == 1 and not r.case.is_repeat and r.closed and self.inside(r.closed + self.waiting)
		]
		appeals = [r for r in closed if r.case.petition_kind == "Appeal and Request"]
		online = [r for r in filed if r.case.channel == "Online"]

		def rated(field):
			return [r[field] for r in served if r[field] in RATED]

		unit, agent, office = rated("unit_rating"), rated("agent_rating"), rated("office_rating")
		return {
			"Filed": (len(filed), None),
			"Timely Acceptance": self.rate(self.in_time(r.decided, r.notice_due, r.ended) for r in own),
			"Timely Forwarding": self.rate(
				self.in_time(r.assigned or r.decided, r.notice_due, r.ended) for r in own
			),
			"On-time Reply": self.rate(self.in_time(r.replied, r.promise, r.ended) for r in own),
			"On-time by Statute": self.rate(self.in_time(r.replied, r.statute, r.ended) for r in own),
			"On-time Closing": self.rate(self.in_time(r.closed, r.promise, r.ended) for r in own),
			"On-time Closing by Statute": self.rate(self.in_time(r.closed, r.statute, r.ended) for r in own),
			"Participation": (len(unit), len(served)),
			"Satisfaction": self.share(unit, lambda g: g in GOOD),
			"Strict Satisfaction": self.share(unit, lambda g: g == "Satisfied"),
			"Agent Satisfaction": self.share(agent, lambda g: g in GOOD),
			"Office Satisfaction": self.share(office, lambda g: g in GOOD),
			# a reopened case is no repeat of another: only its last round carries the mark
			"Repeat Rate": self.share(filed, lambda r: r.is_current and r.case.is_repeat),
			"Proxy Rate": self.share(filed, lambda r: r.case.is_proxied),
			"Online Share": self.share(filed, lambda r: r.case.channel == "Online"),
			"Proxy Share of Online": self.share(online, lambda r: r.case.is_proxied),
			"Village Settled": self.share(
				filed,
				lambda r: r.outcome == "Settled on the Spot" and r.closed and r.closed <= self.cut_off,
			),
			"Closed Cases": (len(closed), None),
			"Open Cases": (len(waiting), None),
			"Overdue at Cut-off": (len(overdue), None),
			"Due Soon": (len(soon), None),
			"First-time Settlement": self.share(waited, self.stayed_settled),
			"Settled for Good": self.share(appeals, self.has_statement),
			"Complete Papers": self.share(closed, self.has_all_papers),
		}

	def stayed_settled(self, r) -> bool:
		end = r.closed + self.waiting
		if not r.is_current and r.ended and r.ended <= end:
			return False
		return not any(r.closed < moment <= end for moment in self.later[r.case.name])

	def has_statement(self, r) -> bool:
		return any(
			s.status == "Confirmed" and s.confirmed_at and s.confirmed_at <= self.cut_off
			for s in self.statements[r.case.name]
			if s.round == r.number
		)

	def has_all_papers(self, r) -> bool:
		if any(not r.case[field] for field in REGISTER):
			return False
		if r.agent and not r.case.agreement:
			return False
		if r.outcome == "Settled on the Spot":
			return True
		if r.is_current and (r.case.service_attempts or 0) >= self.attempts:
			return True
		return any(p.round == r.number and p.result == "Served" for p in self.receipts[r.case.name])

	def beside(
		self, doctype: str, level: str, scope: str, unit: str | None, agent: str | None = None
	) -> list:
		"""Records of visible cases that belong to a place, unit or agent."""
		found = []
		for row in rows_of(doctype):
			case = self.case.get(row.petition)
			if not case:
				continue
			place = {
				"District": case.district,
				"Town": case.town,
				"Village": case.village,
				"Unit": row[unit] if unit else case.handling_unit,
				"Agent": row[agent] if agent else case.agent,
			}
			if level == "Total" or place[level] == scope:
				found.append(row)
		return found

	def of_sendings(self, level, scope) -> dict:
		rows = self.beside("Petition Assignment", level, scope, "to_unit")
		sent = [r for r in rows if self.inside(r.sent_at)]
		signed = []
		for r in sent:
			if r.received_at and r.received_at <= self.cut_off:
				# whole seconds, as a clock on the wall shows them
				signed.append(
					(r.received_at - r.sent_at) // timedelta(seconds=1) <= self.receipt.total_seconds()
				)
			elif r.sent_at < self.cut_off - self.receipt and not (
				r.ended_at and r.ended_at - r.sent_at < self.receipt + timedelta(seconds=1)
			):
				signed.append(False)
		answered = [r for r in rows if self.inside(r.answered_at) and r.part == "Lead"]
		every = rows_of("Petition Assignment")

		def came_back(r):
			return any(
				a.petition == r.petition
				and a.round == r.round
				and a.kind == "Rework"
				and r.answered_at <= a.sent_at <= self.cut_off
				for a in every
			)

		return {
			"Signed in Time": self.rate(signed),
			"Objection Rate": self.share(sent, lambda r: r.objected_at and r.objected_at <= self.cut_off),
			"Sent Back Rate": self.share(answered, came_back),
		}

	def of_nodes(self, level, scope) -> dict:
		nodes = [r for r in self.beside("Progress Notice", level, scope, None) if self.inside(r.happened_at)]
		told = []
		for r in nodes:
			if r.status == "Told" and r.told_at and r.told_at <= self.cut_off:
				told.append(r.told_at.replace(microsecond=0) <= r.tell_by)
			elif (
				r.status == "To Tell"
				and r.tell_by < self.cut_off
				and self.case[r.petition].workflow_state not in ("Withdrawn", "Merged")
			):
				told.append(False)
		return {"Steps to Tell": (len(nodes), None), "Told in Time": self.rate(told)}

	def of_orders(self, level, scope) -> dict:
		rows = [r for r in self.beside("Supervision Order", level, scope, "unit") if self.inside(r.issued_at)]
		graded = [r for r in rows if r.grade]
		return {
			"Orders": (len(rows), None),
			"Orders Adopted": self.share(graded, lambda r: r.grade == "Adopted"),
			"Orders Unanswered": self.share(rows, lambda r: r.status == "Unanswered"),
		}

	def of_extensions(self, level, scope) -> dict:
		rows = [r for r in self.beside("Extension Request", level, scope, "unit") if self.inside(r.asked_at)]
		decided = [
			r
			for r in rows
			if r.status in ("Approved", "Rejected") and r.decided_at and r.decided_at <= self.cut_off
		]
		approved = [r for r in decided if r.status == "Approved"]
		return {
			"Extensions Asked": (len(rows), None),
			"Extensions Approved": (len(approved), len(decided)),
			"Extensions Lapsed": self.share(rows, lambda r: r.status == "Lapsed"),
			"Days per Extension": (sum(r.asked_days for r in approved), len(approved)),
		}

	def of_reviews(self, level, scope) -> dict:
		rows = self.beside("Review Request", level, scope, "respondent_unit", "agent")
		asked = [r for r in rows if self.inside(r.asked_at)]
		decided = [r for r in rows if self.inside(r.decided_at) and r.decision]
		return {
			"Reviews Asked": (len(asked), None),
			"Reviews Decided": (len(decided), None),
			"Opinions Upheld": self.share(decided, lambda r: r.decision == "Upheld"),
			"Opinions Changed or Revoked": self.share(
				decided, lambda r: r.decision in ("Changed", "Revoked")
			),
			"Reviews in Time": self.share(
				decided, lambda r: r.due_at and r.decided_at.replace(microsecond=0) <= r.due_at
			),
		}

	def of_rewards(self, level, scope) -> dict:
		lines = [
			r
			for r in rows_of("Reward Entry")
			if (level == "Total" or r[level.lower()] == scope)
			and self.on_day(r.earned_on)
			and r.status not in ("Held", "Reversed")
			and r.petition in self.case
		]
		amount = sum(r.amount_fen for r in lines)

		def times(rows):
			return sum(-1 if r.reverses else 1 for r in rows)

		top = [r for r in lines if r.tier == "Satisfied and Settled"]
		return {
			"Rewards": (amount, None),
			"Rewarded Cases": (times(lines), None),
			"Reward per Case": (amount, times(lines)),
			"Highest Tier": (times(top), times(lines)),
		}

	def of_training(self, level, scope) -> dict:
		agents = {a.name: a for a in rows_of("Proxy Agent")}
		over = {s.name for s in rows_of("Training Session", status="Finished") if self.on_day(s.finished_on)}
		seats = []
		for seat in frappe.get_all(
			"Training Attendee", fields=["*"], order_by="name asc", limit_page_length=0
		):
			agent = agents.get(seat.agent)
			if seat.parent not in over or not agent:
				continue
			place = {
				"District": agent.district,
				"Town": agent.town,
				"Village": agent.village,
				"Agent": agent.name,
			}
			if level == "Total" or place[level] == scope:
				seats.append(seat)
		took_part = [s for s in seats if s.attended]
		return {
			"Took Part in Training": (len(took_part), None),
			"Training Attendance": (len(took_part), len(seats)),
			"Training Passed": self.share(took_part, lambda s: s.passed),
		}

	def of_places(self, level, scope) -> dict:
		on = min(self.last, frappe.utils.getdate())

		def belongs(row):
			return level == "Total" or row[level.lower()] == scope

		filed = defaultdict(int)
		by_agent = defaultdict(int)
		for r in self.rounds:
			if self.inside(r.registered):
				filed[r.village] += 1
				by_agent[r.agent] += 1
		villages = []
		for region in rows_of("Region", level="Village"):
			region.village = region.name
			starts, ends = region.valid_from, region.valid_to
			if belongs(region) and (not starts or starts <= self.last) and (not ends or ends >= self.last):
				villages.append(region)
		open_at = {
			p.village
			for p in rows_of("Service Point")
			if (not p.opened_on or p.opened_on <= on) and (not p.closed_on or p.closed_on > on)
		}
		events = [e for e in rows_of("Publicity Event") if self.on_day(e.held_on)]
		own = [e for e in events if belongs(e)]
		agents = [a for a in self.roster(on) if belongs(a)]
		on_duty = [a for a in agents if a.to_status == "On Duty"]
		return {
			"Villages Without a Case": self.share(villages, lambda v: not filed[v.name]),
			"Villages With a Point": self.share(villages, lambda v: v.name in open_at),
			"Villages Reached": self.share(villages, lambda v: v.name in {e.village for e in events}),
			"Leaflets": (sum(e.copies or 0 for e in own), None),
			"Publicity Events": (len(own), None),
			"Agents at Their Post": (len(on_duty), len(agents)),
			"Active Agents": self.share(on_duty, lambda a: by_agent[a.agent]),
			"Certified on Duty": self.share(on_duty, lambda a: self.is_certified(a.agent, on)),
		}

	@staticmethod
	def roster(on) -> list:
		"""The last change of each agent up to a day, of those on the register."""
		last = {}
		changes = frappe.get_all(
			"Agent Status Change",
			filters={"effective_on": ("<=", on)},
			fields=["*"],
			order_by="effective_on asc, creation asc",
			limit_page_length=0,
		)
		for change in changes:
			last[change.agent] = change
		return [c for c in last.values() if c.to_status in ("In Training", "On Duty", "Suspended")]

	@staticmethod
	def is_certified(agent, on) -> bool:
		return any(
			c.issued_on <= on <= c.valid_to and not (c.revoked_on and c.revoked_on <= on)
			for c in rows_of("Agent Certificate", agent=agent)
		)
