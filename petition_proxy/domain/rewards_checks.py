"""Signs that cases were made for the reward: near-same texts, one pair again and again, kin, many on one day.

A sign is a reason to look, not a proof; a person clears or strikes the line.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

NEAR_SAME = "Near-same Text"
SAME_PAIR = "Same Pair"
KIN = "Kin"
BURST = "Many on One Day"
SIGNS = (NEAR_SAME, SAME_PAIR, KIN, BURST)

GRAM = 3


@dataclass(frozen=True)
class RewardCase:
	"""A case that is to be rewarded, or was filed by the same agent shortly before.

	Args:
		petition: case id.
		agent: who filed it.
		petitioner: for whom.
		filed_on: day of filing.
		text: what the petitioner asked for.
		is_asked: it stands in the batch under check; the others are only compared with.
	"""

	petition: str
	agent: str
	petitioner: str | None
	filed_on: date
	text: str
	is_asked: bool = True


@dataclass(frozen=True)
class Limits:
	"""From where on something is a sign.

	Args:
		likeness_percent: shared part of two texts.
		pair_cases: cases of one agent for one petitioner.
		burst_cases: cases one agent filed on one day.
	"""

	likeness_percent: int = 80
	pair_cases: int = 3
	burst_cases: int = 5


@dataclass(frozen=True)
class Sign:
	"""One sign on one case, with what it was compared with or counted."""

	petition: str
	agent: str
	sign: str
	other: str | None = None
	number: int = 0


def text_grams(text: str) -> frozenset[str]:
	"""All runs of three characters, letters and digits only: Chinese has no spaces to find words by."""
	plain = "".join(c for c in unicodedata.normalize("NFKC", text or "").lower() if c.isalnum())
	if len(plain) <= GRAM:
		return frozenset({plain}) if plain else frozenset()
	return frozenset(plain[i : i + GRAM] for i in range(len(plain) - GRAM + 1))


def shared_percent(one: frozenset[str], other: frozenset[str]) -> int:
	"""Twice the shared runs by all runs of both (Dice), in whole percent; 0 if one is empty."""
	if not one or not other:
		return 0
	return 200 * len(one & other) // (len(one) + len(other))


def signs(
	cases: Sequence[RewardCase], limits: Limits, kin: Mapping[str, Iterable[str]] | None = None
) -> list[Sign]:
	"""All signs on the asked cases, in a stable order.

	Args:
		cases: the asked ones and the agent's others around them.
		limits: from where on.
		kin: agent to petitioners who are family or household.
	"""
	found: list[Sign] = []
	by_agent: dict[str, list[RewardCase]] = defaultdict(list)
	for case in sorted(cases, key=lambda c: c.petition):
		by_agent[case.agent].append(case)
	for agent in sorted(by_agent):
		group = by_agent[agent]
		found += _near_same(group, limits.likeness_percent)
		found += _counted(group, SAME_PAIR, lambda c: c.petitioner, limits.pair_cases)
		found += _counted(group, BURST, lambda c: c.filed_on, limits.burst_cases)
		family = set((kin or {}).get(agent, ()))
		found += [Sign(c.petition, agent, KIN) for c in group if c.is_asked and c.petitioner in family]
	return found


def _near_same(group: Sequence[RewardCase], limit: int) -> list[Sign]:
	grams = {case.petition: text_grams(case.text) for case in group}
	found = []
	for case in group:
		if not case.is_asked:
			continue
		best = max(
			(
				(shared_percent(grams[case.petition], grams[other.petition]), other.petition)
				for other in group
				if other.petition != case.petition
			),
			default=(0, ""),
		)
		if best[0] >= limit:
			found.append(Sign(case.petition, case.agent, NEAR_SAME, best[1], best[0]))
	return found


def _counted(group: Sequence[RewardCase], sign: str, key, limit: int) -> list[Sign]:
	counts: dict = defaultdict(int)
	for case in group:
		if key(case):
			counts[key(case)] += 1
	return [
		Sign(case.petition, case.agent, sign, None, counts[key(case)])
		for case in group
		if case.is_asked and counts.get(key(case), 0) >= limit
	]
