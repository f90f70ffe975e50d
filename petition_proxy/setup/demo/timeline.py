"""When the steps of a demo case took place: office hours, usual delays, and some that came too late.

Pure: no database, no clock. Every limit comes in as a value.
"""

import random
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from petition_proxy.domain import lifecycle
from petition_proxy.domain.lifecycle import Transition
from petition_proxy.domain.workdays import WorkCalendar

ONE_DAY = timedelta(days=1)
OFFICE_OPENS, OFFICE_CLOSES = time(8, 40), time(17, 30)
A_WHILE = timedelta(minutes=25)

ON_TIME, LATE_NOTICE, LATE_PROMISE, LATE_STATUTE = "on time", "late notice", "late promise", "late statute"

# How long ago, in days, a case may have come in that still stands in a state; beyond it nobody would believe it.
REACH = {
	lifecycle.DRAFT: 9,
	lifecycle.REGISTERED: 8,
	lifecycle.ASSIGNED: 10,
	lifecycle.RECEIVED: 17,
	lifecycle.ACCEPTED: 20,
	lifecycle.HANDLING: 45,
	lifecycle.REPLIED: 45,
	lifecycle.SERVED: 60,
}


@dataclass(frozen=True)
class Pace:
	"""How a case moves.

	Args:
		limit_days: days of the local promise.
		statute_days: days of the statutory limit for handling.
		notice_days: days within which the acceptance notice is due.
		is_urgent: steps follow each other within hours, round the clock.
		is_proxied: filed by an agent, therefore first in every queue.
		filing_days: longest delay, in days, from the petitioner's word to the register.
		delay: one of ON_TIME, LATE_NOTICE, LATE_PROMISE, LATE_STATUTE.
		is_refused: ends in a refusal.
		stop: state in which the case waits; None lets it go as far as time allows.
	"""

	limit_days: int
	statute_days: int
	notice_days: int
	is_urgent: bool = False
	is_proxied: bool = True
	filing_days: float = 0.3
	delay: str = ON_TIME
	is_refused: bool = False
	stop: str | None = None


def path(is_refused: bool) -> list[Transition]:
	"""The steps from Draft to the end, through acceptance or to refusal."""
	return list(lifecycle.usual_path(lifecycle.REFUSED if is_refused else lifecycle.CLOSED))


class Clerkship:
	"""Office hours of the district.

	Args:
		rng: source of the hours.
		calendar: work calendar; in years it does not know, weekends alone are free.
	"""

	def __init__(self, rng: random.Random, calendar: WorkCalendar) -> None:
		self.rng = rng
		self.calendar = calendar

	def is_open_on(self, moment: datetime) -> bool:
		day = moment.date()
		return self.calendar.is_workday(day) if day.year in self.calendar.years else day.weekday() < 5

	def hour_on(self, moment: datetime) -> datetime:
		"""Some office hour of that day."""
		opens = datetime.combine(moment.date(), OFFICE_OPENS)
		span = datetime.combine(moment.date(), OFFICE_CLOSES) - opens
		return opens + timedelta(seconds=self.rng.randrange(int(span.total_seconds())))

	def at_work(self, moment: datetime, not_before: datetime, backwards: bool = False) -> datetime:
		"""The nearest office hour to a moment.

		Args:
			moment: when the step would take place.
			not_before: earliest moment allowed.
			backwards: look at the days before first (for work done ahead of its due day).
		"""
		if backwards:
			while not self.is_open_on(moment) and moment - ONE_DAY > not_before:
				moment -= ONE_DAY
		while not self.is_open_on(moment):
			moment += ONE_DAY
		if not OFFICE_OPENS <= moment.time() <= OFFICE_CLOSES:
			moment = self.hour_on(moment)
		while moment < not_before:
			# later the same day if the office is still open, else the next working day
			moment = not_before + A_WHILE
			while not self.is_open_on(moment) or moment.time() > OFFICE_CLOSES:
				moment = self.hour_on(moment + ONE_DAY)
			if moment.time() < OFFICE_OPENS:
				moment = self.hour_on(moment)
		return moment.replace(microsecond=0)

	def walk(self, petitioned_at: datetime, now: datetime, pace: Pace) -> list[tuple[Transition, datetime]]:
		"""The steps a case has taken by now, each with its moment, in order."""
		taken: list[tuple[Transition, datetime]] = []
		if pace.stop == lifecycle.DRAFT:
			return taken
		at = {"petitioned_at": petitioned_at}
		last = petitioned_at
		for step in path(pace.is_refused):
			last = self._moment_of(step, at, last, pace)
			if last > now:
				break
			at[step.stamp] = last
			taken.append((step, last))
			if step.target == pace.stop:
				break
		return taken

	def _moment_of(self, step: Transition, at: dict[str, datetime], last: datetime, pace: Pace) -> datetime:
		days = self._days_until(step, at, last, pace)
		moment = last + timedelta(days=days)
		if pace.is_urgent or (step.action == "File" and pace.filing_days < 1):
			return max(moment, last + timedelta(minutes=3)).replace(microsecond=0)
		ahead = step.action == "Reply" and pace.delay != LATE_PROMISE
		return self.at_work(moment, last + timedelta(minutes=5), backwards=ahead)

	def _days_until(self, step: Transition, at: dict[str, datetime], last: datetime, pace: Pace) -> float:
		rng = self.rng
		hurry = 0.04 if pace.is_urgent else 1.0
		if step.action == "File":
			return rng.uniform(0.01, pace.filing_days)
		if step.action in ("Accept", "Refuse") and pace.delay == LATE_NOTICE:
			return pace.notice_days + rng.uniform(1, 9) - (last - at["petitioned_at"]) / ONE_DAY
		if step.action == "Start Handling":
			return rng.uniform(0.01, min(2.0, 0.12 * pace.limit_days)) * hurry
		if step.action == "Reply":
			since_acceptance = (last - at["accepted_at"]) / ONE_DAY
			return max(self._reply_days(pace) - since_acceptance, 0.02)
		longest = {
			"Assign": 1.2 if pace.is_proxied else 2.6,
			"Receive": 1.4,
			"Accept": 4.5,
			"Refuse": 5.0,
			"Serve": 5.0,
			"Close": 31.0,
		}[step.action]
		return rng.uniform(0.05, 1.0) * longest * (hurry if step.action not in ("Serve", "Close") else 1.0)

	def _reply_days(self, pace: Pace) -> float:
		"""Days from acceptance to the reply."""
		rng = self.rng
		if pace.delay == LATE_PROMISE:
			late = rng.uniform(1.08, 1.9) * pace.limit_days + (0 if pace.is_urgent else 1)
			return min(late, pace.statute_days - 3)
		if pace.delay == LATE_STATUTE:
			return pace.statute_days + rng.uniform(2, 30)
		return pace.limit_days * rng.betavariate(2.4, 2.2) * 0.93


def step_back_to(rng: random.Random, state: str, now: datetime) -> datetime:
	"""A moment at which a case may have come in that waits in this state now."""
	return now - timedelta(days=rng.uniform(0.1, 1.0) * REACH[state])
