"""Who has a proxy agent within a walk of a quarter of an hour, who has not, and where the next agent would help most.

The scheme promises at least one agent within fifteen minutes' walk of every settlement. The walk is estimated from the
straight line and a detour factor, or taken from a routing engine where its distances were imported. Agents passed in
here must be on duty, certified and in term on the day asked about; who that is, the reader decides.
"""

import heapq
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from petition_proxy.domain.errors import DomainError
from petition_proxy.domain.errors import mark as _
from petition_proxy.domain.sphere import PointIndex

COVERED = "Covered"
UNCOVERED = "Not Covered"
UNKNOWN = "Position Unknown"
STATES: tuple[str, ...] = (COVERED, UNCOVERED, UNKNOWN)

# Coordinates with six decimals are true to a decimetre; a millimetre keeps rounding errors off the limit itself.
TOLERANCE = 0.001

# settlement name -> agent name -> metres on foot
MeasuredWalks = Mapping[str, Mapping[str, float]]


class WalkMethodError(DomainError):
	"""Minutes, speed or detour factor make no sense."""

	code = "bad_walk_method"


@dataclass(frozen=True)
class WalkMethod:
	"""How far people walk.

	Args:
		minutes: longest walk.
		metres_per_second: speed on foot.
		detour: metres on paths for each metre of the straight line.
	"""

	minutes: float = 15
	metres_per_second: float = 1.2
	detour: float = 1.3

	def __post_init__(self) -> None:
		if not (self.minutes > 0 and self.metres_per_second > 0 and self.detour >= 1):
			raise WalkMethodError(
				_(
					"Minutes and speed of the walk must be above zero and the detour factor at least 1. "
					"Correct them in the settings."
				)
			)

	@property
	def path_limit(self) -> float:
		"""Longest way in metres on paths."""
		return self.minutes * 60 * self.metres_per_second

	@property
	def straight_limit(self) -> float:
		"""The same as the crow flies."""
		return self.path_limit / self.detour

	def is_within(self, path_metres: float) -> bool:
		"""Whether a way is short enough; the limit itself is."""
		return path_metres <= self.path_limit + TOLERANCE

	def minutes_for(self, path_metres: float) -> float:
		return path_metres / self.metres_per_second / 60


class Spot(NamedTuple):
	"""A settlement or an agent, and where it is.

	Args:
		name: id.
		position: latitude and longitude in degrees; None if not known.
		people: who lives there.
	"""

	name: str
	position: tuple[float, float] | None
	people: int = 0


class Reach(NamedTuple):
	"""What a settlement has.

	Args:
		settlement: id.
		people: who lives there.
		state: one of `STATES`.
		agent: the nearest agent, in reach or not; None if none is known.
		path_metres: the way there.
		is_measured: the way comes from a routing engine.
		is_sole: no second agent is in reach.
	"""

	settlement: str
	people: int
	state: str
	agent: str | None = None
	path_metres: float | None = None
	is_measured: bool = False
	is_sole: bool = False


def find_coverage(
	settlements: Iterable[Spot],
	agents: Sequence[Spot],
	method: WalkMethod,
	measured: MeasuredWalks | None = None,
) -> list[Reach]:
	"""The nearest agent of every settlement, and whether it is near enough.

	A measured way replaces the estimate for that pair. A settlement without a position is covered only by a measured way;
	otherwise it is unknown, never covered, and not a proven gap either. Time grows with settlements x log(agents) and
	memory with their sum.

	Args:
		settlements: all of them.
		agents: those who cover on the day asked about.
		method: longest walk.
		measured: ways from a routing engine.

	Returns:
		One entry per settlement, in the order given.
	"""
	index = PointIndex(agent.position for agent in agents)
	numbers = {agent.name: number for number, agent in enumerate(agents)}
	result = []
	for settlement in settlements:
		walks = {
			numbers[name]: metres
			for name, metres in (measured or {}).get(settlement.name, {}).items()
			if name in numbers
		}
		result.append(_reach_of(settlement, agents, index, walks, method))
	return result


def _reach_of(
	settlement: Spot,
	agents: Sequence[Spot],
	index: PointIndex,
	walks: Mapping[int, float],
	method: WalkMethod,
) -> Reach:
	ways = [(metres, number, True) for number, metres in walks.items()]
	if settlement.position is not None:
		ways += [
			(metres * method.detour, number, False)
			for metres, number in index.nearest(settlement.position, 2, walks)
		]
	ways.sort()
	near = sum(method.is_within(metres) for metres, _number, _measured in ways[:2])
	if near:
		state = COVERED
	else:
		state = UNKNOWN if settlement.position is None else UNCOVERED
	if not ways:
		return Reach(settlement.name, settlement.people, state)
	metres, number, is_measured = ways[0]
	return Reach(
		settlement.name, settlement.people, state, agents[number].name, metres, is_measured, near == 1
	)


# Counting
# --------
@dataclass(frozen=True)
class CoverageCount:
	"""Settlements and people of a place, by state."""

	settlements: int = 0
	covered: int = 0
	uncovered: int = 0
	unknown: int = 0
	people: int = 0
	people_covered: int = 0
	people_uncovered: int = 0
	people_unknown: int = 0

	@property
	def settlement_rate(self) -> float | None:
		return rate(self.covered, self.settlements)

	@property
	def people_rate(self) -> float | None:
		return rate(self.people_covered, self.people)


def rate(part: int, whole: int) -> float | None:
	"""Percentage, or None where there is nothing to measure."""
	return 100.0 * part / whole if whole else None


def count_coverage(reaches: Iterable[Reach]) -> CoverageCount:
	"""Add up settlements and people. Unknown positions stay in the whole and out of the covered part."""
	homes, people = dict.fromkeys(STATES, 0), dict.fromkeys(STATES, 0)
	for reach in reaches:
		homes[reach.state] += 1
		people[reach.state] += reach.people
	return CoverageCount(
		sum(homes.values()),
		homes[COVERED],
		homes[UNCOVERED],
		homes[UNKNOWN],
		sum(people.values()),
		people[COVERED],
		people[UNCOVERED],
		people[UNKNOWN],
	)


# What if
# -------
def find_sole_agents(reaches: Iterable[Reach]) -> list[tuple[str, int, int]]:
	"""Agents whom no other could stand in for.

	Returns:
		Agent, people and settlements that would be without any agent, most people first.
	"""
	homes: dict[str, int] = {}
	people: dict[str, int] = {}
	for reach in reaches:
		if reach.is_sole and reach.agent:
			homes[reach.agent] = homes.get(reach.agent, 0) + 1
			people[reach.agent] = people.get(reach.agent, 0) + reach.people
	return sorted(
		((agent, people[agent], homes[agent]) for agent in homes), key=lambda row: (-row[1], -row[2], row[0])
	)


def find_lost(
	settlements: Sequence[Spot],
	agents: Sequence[Spot],
	leaving: Collection[str],
	method: WalkMethod,
	measured: MeasuredWalks | None = None,
) -> list[Reach]:
	"""Settlements that have an agent in reach now and would have none if some agents left.

	Args:
		settlements: as for `find_coverage`.
		agents: all who cover now.
		leaving: names of those who would leave.
		method: longest walk.
		measured: ways from a routing engine.

	Returns:
		What would be left for each lost settlement, most people first.
	"""
	gone = frozenset(leaving)
	now = find_coverage(settlements, agents, method, measured)
	# Only who has a leaver for the nearest agent can lose.
	asked = [
		settlement
		for settlement, reach in zip(settlements, now, strict=True)
		if reach.state == COVERED and reach.agent in gone
	]
	staying = [agent for agent in agents if agent.name not in gone]
	then = find_coverage(asked, staying, method, measured)
	return sorted(
		(reach for reach in then if reach.state != COVERED),
		key=lambda reach: (-reach.people, reach.settlement),
	)


# Whom to recruit where
# ---------------------
class Proposal(NamedTuple):
	"""One more agent.

	Args:
		settlement: where the agent should live.
		people: people who gain an agent by this one.
		settlements: the settlements they live in.
	"""

	settlement: str
	people: int
	settlements: tuple[str, ...]


def propose_recruits(gaps: Sequence[Spot], method: WalkMethod, count: int = 10) -> list[Proposal]:
	"""Greedy cover: again and again the place that gives the most people their first agent.

	Candidates are the uncovered settlements themselves, since agents are neighbours. Greedy choice reaches at least 63 %
	of what the best choice of as many places would (the gain of a set of places only shrinks as others are added).

	Args:
		gaps: uncovered settlements; those without a position are left out.
		method: longest walk.
		count: at most so many proposals.

	Returns:
		Proposals in the order of their gain; fewer than `count` once nobody is left.
	"""
	index = PointIndex(gap.position for gap in gaps)
	is_open = [gap.position is not None for gap in gaps]
	metres = method.straight_limit + TOLERANCE / method.detour

	def gain_of(number: int) -> tuple[int, int]:
		reached = [n for n in index.within(gaps[number].position, metres) if is_open[n]]
		return -sum(gaps[n].people for n in reached), -len(reached)

	# Gains only shrink, so the old gain at the head of the heap bounds all others: look again, and take it if it stays.
	heap = [(*gain_of(number), gaps[number].name, number) for number in range(len(gaps)) if is_open[number]]
	heapq.heapify(heap)
	proposals: list[Proposal] = []
	while heap and len(proposals) < count:
		people, homes, name, number = heapq.heappop(heap)
		now = gain_of(number)
		if not now[1]:
			continue
		if now != (people, homes):
			heapq.heappush(heap, (*now, name, number))
			continue
		reached = sorted(
			(n for n in index.within(gaps[number].position, metres) if is_open[n]), key=lambda n: gaps[n].name
		)
		for n in reached:
			is_open[n] = False
		proposals.append(Proposal(name, -people, tuple(gaps[n].name for n in reached)))
	return proposals
