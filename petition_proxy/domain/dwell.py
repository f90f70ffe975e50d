"""How long a case stood at village, town and district, and how long each step took: from moments alone.

Nothing here says what a good time is; a median of nothing is None, which a report shows as a dash.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean, median

VILLAGE, TOWN, DISTRICT = "Village", "Town", "District"
TIERS: tuple[str, ...] = (VILLAGE, TOWN, DISTRICT)
HAND_UP = "Hand Up"
HOUR = 3600.0

# Step of the path, where it begins, where it ends.
STEPS: tuple[tuple[str, str, str], ...] = (
	("Registration", "petitioned_at", "registered_at"),
	("Assignment", "registered_at", "assigned_at"),
	("Receipt", "assigned_at", "received_at"),
	("Acceptance", "received_at", "accepted_at"),
	("Handling and Reply", "accepted_at", "replied_at"),
	("Service", "replied_at", "served_at"),
	("Whole Way to the Reply", "petitioned_at", "replied_at"),
)


@dataclass(frozen=True)
class Sending:
	"""One assignment to a lead unit.

	Args:
		tier: tier of the unit.
		kind: way of sending; "Hand Up" tells that the village had it before.
		sent_at: when it was sent.
		ended_at: when that unit's part ended; None while it lasts.
	"""

	tier: str
	kind: str
	sent_at: datetime
	ended_at: datetime | None = None


@dataclass(frozen=True)
class Stay:
	"""Time at one tier; `is_open` while the case still stands there."""

	tier: str
	begin: datetime
	end: datetime
	is_open: bool = False

	@property
	def hours(self) -> float:
		return max(0.0, (self.end - self.begin).total_seconds() / HOUR)


def stays(
	registered_at: datetime,
	ended_at: datetime | None,
	first_tier: str | None,
	sendings: Sequence[Sending],
	now: datetime,
) -> list[Stay]:
	"""Where a case stood, one after the other, from registration to its answer or end.

	Between two assignments (an objection upheld, a return) it stands with the district, which looks for the unit.

	Args:
		registered_at: when it was filed.
		ended_at: when it was answered or ended otherwise; None while it is open.
		first_tier: the tier at which it stands now, for a case that was never sent anywhere.
		sendings: assignments to lead units in the order of sending.
		now: the present moment.

	Returns:
		Adjoining stays; two in a row at one tier are one.
	"""
	end = ended_at or now
	made: list[Stay] = []

	def add(tier: str, begin: datetime, until: datetime, is_open: bool = False) -> None:
		until = min(until, end)
		if until < begin or (until == begin and not is_open):
			return
		if made and made[-1].tier == tier and made[-1].end == begin:
			made[-1] = Stay(tier, made[-1].begin, until, is_open)
		else:
			made.append(Stay(tier, begin, until, is_open))

	if not sendings:
		add(first_tier or DISTRICT, registered_at, end, ended_at is None)
		return made
	before = VILLAGE if sendings[0].kind == HAND_UP else DISTRICT
	add(before, registered_at, sendings[0].sent_at)
	for sending, following in zip(sendings, [*sendings[1:], None], strict=True):
		next_at = following.sent_at if following else end
		left_at = min(sending.ended_at or next_at, next_at)
		is_last = following is None
		add(sending.tier, sending.sent_at, left_at, is_last and not sending.ended_at and ended_at is None)
		if left_at < next_at:
			add(DISTRICT, left_at, next_at, is_last and ended_at is None)
	return made


def hours_by_tier(stays_of_cases: Iterable[Iterable[Stay]]) -> dict[str, list[float]]:
	"""Hours of each case at each tier; a case that came back to a tier counts once, with all its time there."""
	hours: dict[str, list[float]] = {tier: [] for tier in TIERS}
	for case in stays_of_cases:
		total: dict[str, float] = {}
		for stay in case:
			total[stay.tier] = total.get(stay.tier, 0.0) + stay.hours
		for tier, value in total.items():
			hours.setdefault(tier, []).append(value)
	return hours


def step_hours(rows: Iterable[Mapping[str, datetime | None]]) -> dict[str, list[float]]:
	"""Hours of each step, of the cases that took it; a step whose moments are out of order is left out.

	Args:
		rows: cases with the moments of `STEPS`.
	"""
	hours: dict[str, list[float]] = {name: [] for name, _begin, _end in STEPS}
	for row in rows:
		for name, begin, end in STEPS:
			if row.get(begin) and row.get(end) and row[end] >= row[begin]:
				hours[name].append((row[end] - row[begin]).total_seconds() / HOUR)
	return hours


def middle(values: Sequence[float]) -> float | None:
	"""The median; None of nothing."""
	return median(values) if values else None


def mean(values: Sequence[float]) -> float | None:
	"""The mean; None of nothing."""
	return fmean(values) if values else None
