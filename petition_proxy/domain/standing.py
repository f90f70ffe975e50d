"""Comparing towns, villages, units and agents: rates, best and worst, and what a rule proposes.

A figure is a pair (counted, of). A rate of nothing is no rate: it is shown as a dash, ranks nowhere and breaks no rule.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from petition_proxy.domain.errors import DomainError
from petition_proxy.domain.errors import mark as _

NO_RATE = "—"
BELOW, AT_MOST, AT_LEAST, ABOVE = "Below", "At Most", "At Least", "Above"
COMPARISONS = (BELOW, AT_MOST, AT_LEAST, ABOVE)

NOTICE, TALK, SUSPENSION, REMOVAL = "Notice", "Talk", "Suspension", "Removal"
CONSEQUENCES = (NOTICE, TALK, SUSPENSION, REMOVAL)

Figure = tuple[int, int | None]


class UnknownComparisonError(DomainError):
	"""A rule compares in a way that does not exist."""

	code = "unknown_comparison"


def percent(figure: Figure) -> Fraction | None:
	"""Counted by of, in percent, exactly; None where nothing could be counted or the figure is a plain count."""
	counted, of = figure
	return Fraction(100 * counted, of) if of else None


def figure_text(figure: Figure) -> str:
	"""What a table shows: "83.3%", the number of a count, or a dash for a rate of nothing."""
	counted, of = figure
	if of is None:
		return str(counted)
	rate = percent(figure)
	if rate is None:
		return NO_RATE
	tenths = (rate * 20 + 1) // 2  # half up, in tenths of a percent
	return f"{tenths // 10}.{tenths % 10}%"


@dataclass(frozen=True)
class Ranked:
	"""A place in a best or worst list."""

	rank: int
	scope: str
	figure: Figure


def best_and_worst(
	figures: Mapping[str, Figure], min_cases: int, places: int = 3, more_is_better: bool = True
) -> tuple[list[Ranked], list[Ranked]]:
	"""The ends of a ranking. Whoever has too few cases is in neither list; equals share a rank.

	Args:
		figures: scope to figure.
		min_cases: least "of" to be ranked.
		places: ranks in each list.
		more_is_better: whether a high rate is good.

	Returns:
		Best and worst list; nobody is in both.
	"""
	rates = {
		scope: percent(figure) for scope, figure in figures.items() if (figure[1] or 0) >= max(min_cases, 1)
	}
	best = _ranks(rates, figures, places, more_is_better)
	worst = _ranks(rates, figures, places, not more_is_better)
	listed = {row.scope for row in best}
	return best, [row for row in worst if row.scope not in listed]


def _ranks(rates, figures, places: int, is_descending: bool) -> list[Ranked]:
	ordered = sorted(rates, key=lambda scope: (-rates[scope] if is_descending else rates[scope], scope))
	found: list[Ranked] = []
	for position, scope in enumerate(ordered, 1):
		is_equal = bool(found) and rates[scope] == rates[found[-1].scope]
		rank = found[-1].rank if is_equal else position
		if rank > places:
			break
		found.append(Ranked(rank, scope, figures[scope]))
	return found


@dataclass(frozen=True)
class StandingRule:
	"""From which figure on a consequence is proposed.

	Args:
		name: id of the row.
		level: whom it is about.
		indicator: id of the indicator.
		comparison: one of `COMPARISONS`.
		threshold: percent for a rate, a number for a count.
		min_cases: least "of" of a rate.
		consequence: one of `CONSEQUENCES`.
		first, last: days of its validity.
	"""

	name: str
	level: str
	indicator: str
	comparison: str
	threshold: Fraction
	min_cases: int
	consequence: str
	first: date
	last: date | None = None

	def is_valid_on(self, day: date) -> bool:
		return self.first <= day and (self.last is None or day <= self.last)

	def is_met_by(self, figure: Figure) -> bool:
		"""Whether a figure calls for the consequence.

		Raises:
			UnknownComparisonError: the comparison is none of the four.
		"""
		counted, of = figure
		if of is None:
			value = Fraction(counted)
		elif of < max(self.min_cases, 1):
			return False
		else:
			value = percent(figure)
		match self.comparison:
			case "Below":
				return value < self.threshold
			case "At Most":
				return value <= self.threshold
			case "At Least":
				return value >= self.threshold
			case "Above":
				return value > self.threshold
		raise UnknownComparisonError(
			_("{comparison} is not a comparison of a standing rule."), comparison=self.comparison
		)


def proposals(
	rules: Iterable[StandingRule], level: str, figures: Mapping[str, Mapping[str, Figure]], on: date
) -> list[tuple[StandingRule, str, Figure]]:
	"""Who meets which rule; of several rules of one indicator only the gravest consequence is proposed.

	Args:
		rules: the rows.
		level: level of the figures.
		figures: scope to indicator to figure.
		on: day the rules must be valid.
	"""
	found: dict[tuple[str, str], tuple[StandingRule, str, Figure]] = {}
	for rule in rules:
		if rule.level != level or not rule.is_valid_on(on):
			continue
		for scope, values in figures.items():
			figure = values.get(rule.indicator)
			if figure is None or not rule.is_met_by(figure):
				continue
			key = (scope, rule.indicator)
			if key not in found or _gravity(rule) > _gravity(found[key][0]):
				found[key] = (rule, scope, figure)
	return [found[key] for key in sorted(found)]


def _gravity(rule: StandingRule) -> int:
	return CONSEQUENCES.index(rule.consequence)


def restated(
	published: Mapping[str, Figure], now: Mapping[str, Figure], codes: Sequence[str]
) -> dict[str, tuple[Figure, Figure]]:
	"""Figures that have changed since they were published.

	Args:
		published: indicator to figure, as issued.
		now: the same, counted today.
		codes: indicators that are compared.

	Returns:
		Indicator to (as published, as it is).
	"""
	return {
		code: (tuple(published[code]), tuple(now[code]))
		for code in codes
		if code in published and code in now and tuple(published[code]) != tuple(now[code])
	}
