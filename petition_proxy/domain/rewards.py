"""Rewards in place of subsidies (以奖代补): which round of a case earns its agent how much, and what changes a line.

Tiers, not a sum: a successful case earns the amount of one tier. What "successful" means, and that a reward waits until
the matter is known to be settled, are the district's reading of a rule that names only the three amounts; the
readings it may change stand in `Policy`. Money is counted in whole fen, never in floats.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from petition_proxy.domain import lifecycle, ratings
from petition_proxy.domain.errors import DomainError
from petition_proxy.domain.errors import mark as _

CLOSED_TIER = "Closed"
BASIC_TIER = "Basically Satisfied"
SETTLED_TIER = "Satisfied and Settled"
TIERS = (CLOSED_TIER, BASIC_TIER, SETTLED_TIER)

HELD, DUE, IN_BATCH, PAID, REVERSED = "Held", "Due", "In Batch", "Paid", "Reversed"
STATUSES = (HELD, DUE, IN_BATCH, PAID, REVERSED)

AGENT_RATING, UNIT_RATING, LOWER_RATING = "Proxy Agent", "Handling Unit", "Lower of Both"
TOWN_CONFIRMS, NEVER, ALWAYS = "If the Town Confirms", "Never", "Always"

FEN_PER_YUAN = 100
DONE_STATES = frozenset({lifecycle.CLOSED, lifecycle.ARCHIVED})
SETTLED_ON_THE_SPOT = "Settled on the Spot"

# Why a round earns nothing, or nothing any more. Stored on lines as ids; the desk shows their translation.
NOT_PROXIED = "Not Filed by an Agent"
PUBLIC_STAFF = "Public Staff"
REOPENED = "Reopened"
NOT_CLOSED = "Not Closed"
WITHDRAWN = "Withdrawn"
MERGED_OR_REPEAT = "Merged or Repeat"
NOT_ACCEPTED = "Not Accepted by a Unit"
LATE = "Replied Late"
NOT_SERVED = "Reply Not Handed Over"
INCOMPLETE = "Papers Incomplete"
OLD_LEDGER = "From an Old Ledger"
DISSATISFIED = "Dissatisfied"
STRUCK = "Struck in a Batch"
OTHER_TIER = "Tier Changed"
OTHER_AGENT = "Agent Changed"
REASONS = (
	NOT_PROXIED,
	PUBLIC_STAFF,
	REOPENED,
	NOT_CLOSED,
	WITHDRAWN,
	MERGED_OR_REPEAT,
	NOT_ACCEPTED,
	LATE,
	NOT_SERVED,
	INCOMPLETE,
	OLD_LEDGER,
	DISSATISFIED,
	STRUCK,
	OTHER_TIER,
	OTHER_AGENT,
)


class AmountError(DomainError):
	"""An amount is not a whole number of fen, or not one that may stand here."""

	code = "amount"


class NoTariffError(DomainError):
	"""No row of the tariff covers the day."""

	code = "no_tariff"


def whole_fen(value: object) -> int:
	"""An amount as it must be: a whole number of fen above nothing.

	Raises:
		AmountError: a float, a text that is no whole number, a boolean, zero or less.
	"""
	if isinstance(value, str) and value.strip().isdigit():
		value = int(value)
	if isinstance(value, bool) or not isinstance(value, int) or value < 1:
		raise AmountError(
			_("An amount is a whole number of fen, at least 1, not {value}."), value=repr(value)
		)
	return value


def yuan_text(fen: int) -> str:
	"""Fen as yuan with two places: 1500 is "15.00"."""
	sign = "-" if fen < 0 else ""
	return f"{sign}{abs(fen) // FEN_PER_YUAN}.{abs(fen) % FEN_PER_YUAN:02d}"


@dataclass(frozen=True)
class Policy:
	"""What a district has set for the points its rule leaves open.

	Args:
		waiting_days: days after closing without a repeat, after which the matter counts as settled.
		window_days: days in which the case can be rated.
		rating_of: whose rating decides: the agent's, the unit's, or the lower of both.
		dissatisfied: whether a dissatisfied petitioner's case still earns the lowest tier.
		on_the_spot: whether a case the village settles at once, so that no unit accepts it, earns one.
	"""

	waiting_days: int = 30
	window_days: int = 30
	rating_of: str = AGENT_RATING
	dissatisfied: str = TOWN_CONFIRMS
	on_the_spot: bool = False


@dataclass(frozen=True)
class Facts:
	"""One round of one case, as events, stamps and ratings have frozen it.

	Args:
		petition: case id.
		round: round number.
		agent: who filed it, if anybody.
		is_public_staff: the agent was public staff on the day of closing.
		state: state now; of an earlier round the state it ended in.
		is_reopened: a later round has begun.
		registered_at, accepted_at, replied_at, served_at, closed_at: its stamps.
		due_at: last moment of the promised reply, an approved extension included.
		outcome: outcome id.
		has_papers: agreement and proof of service are on file.
		is_repeat: a repeat of another case, or merged into one.
		is_taken_over: came from an old ledger.
		agent_rating, unit_rating: rating ids, None while not rated.
		settled_on: day a settlement statement was confirmed.
		repeated_on: day the first repeat of this case came in.
		is_confirmed: the town has confirmed that the proxy did the work.
		is_struck: struck in a batch, which no later run undoes.
	"""

	petition: str
	round: int
	agent: str | None
	state: str
	is_public_staff: bool = False
	is_reopened: bool = False
	registered_at: datetime | None = None
	accepted_at: datetime | None = None
	replied_at: datetime | None = None
	served_at: datetime | None = None
	closed_at: datetime | None = None
	due_at: datetime | None = None
	outcome: str | None = None
	has_papers: bool = True
	is_repeat: bool = False
	is_taken_over: bool = False
	agent_rating: str | None = None
	unit_rating: str | None = None
	settled_on: date | None = None
	repeated_on: date | None = None
	is_confirmed: bool = False
	is_struck: bool = False


@dataclass(frozen=True)
class Verdict:
	"""What a round has earned by a day.

	Args:
		tier: None if nothing.
		reason: why nothing; None if something.
		earned_on: day of closing.
		hold_until: last day of waiting; None once nothing is waited for.
		rating: the rating that decided.
	"""

	tier: str | None
	reason: str | None = None
	earned_on: date | None = None
	hold_until: date | None = None
	rating: str | None = None

	@property
	def status(self) -> str:
		return HELD if self.hold_until else DUE


def why_not_successful(facts: Facts, policy: Policy) -> str | None:
	"""Why the proxy of this round was not successful (成功代理); None if it was.

	Filed, accepted by the responsible unit, replied within the limit, the reply handed over, the papers complete; not a
	duplicate and not withdrawn.
	"""
	on_the_spot = facts.outcome == SETTLED_ON_THE_SPOT
	for is_broken, reason in (
		(not facts.agent or not facts.registered_at, NOT_PROXIED),
		(facts.is_taken_over, OLD_LEDGER),
		(facts.is_public_staff, PUBLIC_STAFF),
		(facts.is_reopened, REOPENED),
		(facts.state == lifecycle.WITHDRAWN, WITHDRAWN),
		(facts.is_repeat or facts.state == lifecycle.MERGED, MERGED_OR_REPEAT),
		(facts.state not in DONE_STATES or not facts.closed_at, NOT_CLOSED),
		(not facts.accepted_at and not (on_the_spot and policy.on_the_spot), NOT_ACCEPTED),
		(not facts.served_at, NOT_SERVED),
		(not facts.replied_at, NOT_SERVED),
		(bool(facts.due_at and facts.replied_at and _is_late(facts.replied_at, facts.due_at)), LATE),
		(not facts.has_papers, INCOMPLETE),
		(facts.is_struck, STRUCK),
	):
		if is_broken:
			return reason
	return None


def _is_late(moment: datetime, due: datetime) -> bool:
	"""A fraction of the last second still belongs to the last day."""
	return moment.replace(microsecond=0) > due


def deciding_rating(facts: Facts, policy: Policy) -> str | None:
	"""The rating that sets the tier, by the district's choice of whose counts."""
	if policy.rating_of == AGENT_RATING:
		return facts.agent_rating
	if policy.rating_of == UNIT_RATING:
		return facts.unit_rating
	given = [r for r in (facts.agent_rating, facts.unit_rating) if r]
	return max(given, key=ratings.RATINGS.index, default=None)


def judge(facts: Facts, policy: Policy, on: date) -> Verdict:
	"""What a round has earned, as seen on a day. The order in which its facts came about plays no part.

	Args:
		facts: the round.
		policy: the district's settings.
		on: the day.

	Returns:
		The tier, held while the petitioner may still rate or repeat the matter and has not confirmed that it is settled.
	"""
	if reason := why_not_successful(facts, policy):
		return Verdict(None, reason)
	rating = deciding_rating(facts, policy)
	if rating == ratings.DISSATISFIED:
		allowed = policy.dissatisfied == ALWAYS or (
			policy.dissatisfied == TOWN_CONFIRMS and facts.is_confirmed
		)
		if not allowed:
			return Verdict(None, DISSATISFIED, rating=rating)
	closed_on = facts.closed_at.date()
	waits_until = closed_on + timedelta(days=policy.waiting_days)
	has_statement = bool(facts.settled_on and facts.settled_on <= on)
	is_repeated = bool(facts.repeated_on and facts.repeated_on <= min(on, waits_until) and not has_statement)
	hold = None
	if not has_statement and not is_repeated and on <= waits_until:
		hold = waits_until
	window_end = facts.served_at.date() + timedelta(days=policy.window_days)
	if rating is None and on <= window_end:
		hold = max(hold or window_end, window_end)
	return Verdict(_tier(rating, is_repeated), None, closed_on, hold, rating)


def _tier(rating: str | None, is_repeated: bool) -> str:
	"""Satisfied but not settled is at least as good as basically satisfied, and not yet the highest tier."""
	if rating == ratings.SATISFIED:
		return BASIC_TIER if is_repeated else SETTLED_TIER
	return BASIC_TIER if rating == ratings.BASICALLY_SATISFIED else CLOSED_TIER


@dataclass(frozen=True)
class Line:
	"""A reward line on file.

	Args:
		name: its id.
		agent: who gets it.
		tier: its tier.
		fen: amount; negative for a reversal.
		status: one of `STATUSES`.
		seq: which line of its case and round it is, from 1; a reversal bears the number of what it reverses.
		reverses: the line it takes back, if it is a reversal.
		hold_until: last day of waiting.
		is_struck: a reversal by which a batch's checker or approver struck the line.
	"""

	name: str
	agent: str
	tier: str
	fen: int
	status: str
	seq: int = 1
	reverses: str | None = None
	hold_until: date | None = None
	is_struck: bool = False


def live_lines(lines: Iterable[Line]) -> list[Line]:
	"""The lines of a case and round that no reversal has taken back."""
	lines = list(lines)
	taken_back = {line.reverses for line in lines if line.reverses}
	return [line for line in lines if not line.reverses and line.name not in taken_back]


@dataclass(frozen=True)
class Plan:
	"""What a run does to the lines of one case and round; all empty when there is nothing to do.

	Args:
		reverse: lines to take back, with the reason.
		add: verdict to write as a new line.
		seq: number of that line.
		settle: line whose waiting changes, and its new status and last day.
	"""

	reverse: tuple[tuple[Line, str], ...] = ()
	add: Verdict | None = None
	seq: int = 0
	settle: tuple[Line, str, date | None] | None = None


def plan(lines: Sequence[Line], verdict: Verdict, agent: str | None) -> Plan:
	"""What turns the lines on file into what the verdict says. Applied once, the next plan is empty.

	Args:
		lines: all lines of the case and round.
		verdict: what it has earned.
		agent: who earned it.
	"""
	live = live_lines(lines)
	keep = next((x for x in live if verdict.tier == x.tier and agent == x.agent), None)
	reverse = tuple((x, _why_reversed(x, verdict, agent)) for x in live if x is not keep)
	if keep is None:
		seq = max((x.seq for x in lines), default=0) + 1
		return Plan(reverse, verdict if verdict.tier else None, seq if verdict.tier else 0)
	waits = keep.status in (HELD, DUE)
	if waits and (keep.status, keep.hold_until) != (verdict.status, verdict.hold_until):
		return Plan(reverse, settle=(keep, verdict.status, verdict.hold_until))
	return Plan(reverse)


def _why_reversed(line: Line, verdict: Verdict, agent: str | None) -> str:
	if verdict.reason:
		return verdict.reason
	return OTHER_AGENT if line.agent != agent else OTHER_TIER


def reversal_status(line: Line, in_open_batch: bool) -> tuple[str, str]:
	"""Status of a line that is taken back, and of the negative line that does it.

	A line not yet approved for payment cancels out with its reversal and neither goes into a batch. One that was
	approved or paid stays as it is; the negative line is taken off the agent's next payment.

	Args:
		line: the line.
		in_open_batch: it stands in a batch that is not yet approved.
	"""
	if line.status in (HELD, DUE) or (line.status == IN_BATCH and in_open_batch):
		return REVERSED, REVERSED
	return line.status, DUE


def reward_key(petition: str, round: int, seq: int, is_reversal: bool = False) -> str:
	"""Unique key of a line. Line 2 of a round is only written once line 1 is reversed, so at most one is alive."""
	return f"{petition}|{round}|{seq}|{'reversal' if is_reversal else 'live'}"


@dataclass(frozen=True)
class Tariff:
	"""Amount of a tier from one day to another, both included; `last` None while it goes on."""

	name: str
	tier: str
	fen: int
	first: date
	last: date | None = None


def tariff_on(rows: Iterable[Tariff], tier: str, on: date) -> Tariff:
	"""The row that sets the amount of a tier earned on a day.

	Raises:
		NoTariffError: none covers the day.
	"""
	for row in rows:
		if row.tier == tier and row.first <= on and (row.last is None or on <= row.last):
			return row
	raise NoTariffError(
		_("No tariff row covers tier {tier} on {day}. Add one."), tier=tier, day=on.isoformat()
	)


def payable_agents(amounts: Iterable[tuple[str, int]]) -> dict[str, int]:
	"""Net sum per agent of lines that are due, without agents who would get nothing or owe something.

	Args:
		amounts: (agent, fen) of each line.

	Returns:
		Agent to a sum above zero; the others' lines wait for the next batch.
	"""
	sums: dict[str, int] = {}
	for agent, fen in amounts:
		sums[agent] = sums.get(agent, 0) + fen
	return {agent: fen for agent, fen in sums.items() if fen > 0}
