"""Who is in charge is responsible (谁主管、谁负责): which unit a case is proposed to, and why.

A responsibility rule names a unit for a category and a region. The nearest category wins (the case's own, then its
parent, and so on), since competence goes by subject first; among rules of one category the nearest region (village,
town, district); then the higher priority. A proposal is never a decision: a person confirms or changes it.

Sources: Regulation on Petition Work 2022 ("R22") arts 22-24, 30; the district's scheme, clauses S4, S12, S14.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from petition_proxy.domain.errors import mark as _

REPORT_KIND = "Report and Accusation"
VILLAGE, TOWN, DISTRICT = "Village", "Town", "District"
DEPARTMENT_TYPES = frozenset({"District Department", "Public Service Enterprise"})
CITY_TYPE = "City Body"
# What comes in by these waits with the village first, which may settle it on the spot.
VILLAGE_FIRST_CHANNELS = frozenset({"City Service System"})
PAPER_CHANNEL = "Paper Register"


@dataclass(frozen=True)
class Words:
	"""A sentence for the user, still to be translated.

	Args:
		template: English text with {named} places.
		params: the values; names of units and rules, which are not translated.
	"""

	template: str
	params: Mapping[str, str] = field(default_factory=dict)

	def __str__(self) -> str:
		return self.template.format(**self.params)


@dataclass(frozen=True)
class Unit:
	"""What routing needs to know of a unit.

	Args:
		name: id.
		title: its name in words.
		tier: "Village", "Town" or "District".
		unit_type: type of unit.
		town: region code of its town, if below the district.
		is_active: still at work.
		is_accused: it is complained about in this case, or led by the officer who is.
	"""

	name: str
	title: str
	tier: str = DISTRICT
	unit_type: str = "District Department"
	town: str | None = None
	is_active: bool = True
	is_accused: bool = False


@dataclass(frozen=True)
class Rule:
	"""One responsibility rule, with its unit.

	Args:
		name: id; None where the category's own default unit stands in.
		unit: who is responsible.
		category: category it is about; None for all.
		region: region it is about; None for the whole district.
		priority: the higher one goes first where category and region are equal.
		reason: why, in words.
		valid_from: first day; None from always.
		valid_to: last day; None without end.
	"""

	name: str | None
	unit: Unit
	category: str | None = None
	region: str | None = None
	priority: int = 0
	reason: str | None = None
	valid_from: date | None = None
	valid_to: date | None = None


@dataclass(frozen=True)
class Matter:
	"""What is looked at of a case.

	Args:
		on: day whose rules apply.
		categories: the category and those above it, nearest first.
		regions: village, town, district.
		kind: kind of petition.
	"""

	on: date
	categories: Sequence[str] = ()
	regions: Sequence[str] = ()
	kind: str | None = None


@dataclass(frozen=True)
class Proposal:
	"""A unit with the reason, or the reason why there is none."""

	reason: Words
	unit: str | None = None
	rule: str | None = None


def propose(matter: Matter, rules: Iterable[Rule]) -> Proposal:
	"""Choose the unit by the rules.

	A unit that is not at work any more, is complained about, or is a village (no level of decision, clause D9) is passed
	over and the next rule asked. Two rules that fit equally well and name different units decide nothing.

	Args:
		matter: the case.
		rules: any rules; those that do not fit are left out here.

	Returns:
		Never fails: without a usable rule the proposal has only a reason.
	"""
	fitting = sorted(
		(rule for rule in rules if _fits(matter, rule)),
		key=lambda rule: (_rank(matter, rule), rule.name or ""),
	)
	passed_over: list[str] = []
	for rank in dict.fromkeys(_rank(matter, rule) for rule in fitting):
		usable = []
		for rule in fitting:
			if _rank(matter, rule) != rank:
				continue
			if why_not(rule.unit):
				passed_over.append(rule.unit.title)
			else:
				usable.append(rule)
		if len({rule.unit.name for rule in usable}) > 1:
			return Proposal(
				Words(
					_("Rules overlap: {units} are equally responsible. Choose one, and let a rule say so."),
					{"units": _list(rule.unit.title for rule in usable)},
				)
			)
		if usable:
			return _proposal(usable[0], passed_over)
	if passed_over:
		return Proposal(
			Words(
				_("The units that the rules name cannot have this case: {units}. Choose another."),
				{"units": _list(passed_over)},
			)
		)
	return Proposal(
		Words(
			_("No responsibility rule covers this category and place. Choose the unit, and consider a rule.")
		)
	)


def why_not(unit: Unit) -> str | None:
	"""Id of the reason why a unit may not be given a case; None if it may."""
	if not unit.is_active:
		return "inactive"
	if unit.is_accused:
		return "accused"
	return "village" if unit.tier == VILLAGE else None


def _fits(matter: Matter, rule: Rule) -> bool:
	return (
		(not rule.category or rule.category in matter.categories)
		and (not rule.region or rule.region in matter.regions)
		and (not rule.valid_from or rule.valid_from <= matter.on)
		and (not rule.valid_to or matter.on <= rule.valid_to)
	)


def _rank(matter: Matter, rule: Rule) -> tuple[int, int, int, int]:
	"""The lower the better: nearest category, nearest region, priority, and a written rule before a default unit."""
	categories, regions = list(matter.categories), list(matter.regions)
	return (
		categories.index(rule.category) if rule.category else len(categories),
		regions.index(rule.region) if rule.region else len(regions),
		-rule.priority,
		0 if rule.name else 1,
	)


def _proposal(rule: Rule, passed_over: Sequence[str]) -> Proposal:
	if passed_over:
		words = Words(
			_("{unit} is responsible: {why}. Passed over: {units}."),
			{"unit": rule.unit.title, "why": _why(rule), "units": _list(passed_over)},
		)
	elif rule.reason:
		words = Words(_("{unit} is responsible: {why}."), {"unit": rule.unit.title, "why": _why(rule)})
	else:
		words = Words(_("{unit} is responsible for this category and place."), {"unit": rule.unit.title})
	return Proposal(words, rule.unit.name, rule.name)


def _why(rule: Rule) -> str:
	return (rule.reason or "").strip().rstrip(".。") or "-"


def _list(names: Iterable[str]) -> str:
	return ", ".join(dict.fromkeys(names))


def needs_coordination(concerned: Iterable[Unit], is_city_competence: bool = False) -> Words | None:
	"""Clause S14, R22 art. 24: what concerns the city level, several departments or several towns goes to the petition
	office's information centre, which names a lead and the units that help.

	Args:
		concerned: units the case touches.
		is_city_competence: an officer or agent has said that the city decides it.

	Returns:
		The reason, or None if one unit can handle it.
	"""
	units = list({unit.name: unit for unit in concerned}.values())
	departments = [u.title for u in units if u.unit_type in DEPARTMENT_TYPES]
	towns = {u.town: u.title for u in units if u.town and u.tier != DISTRICT}
	city = [u.title for u in units if u.unit_type == CITY_TYPE]
	if is_city_competence or city:
		return Words(
			_("The matter reaches up to the city. The petition office coordinates and reports upward.")
		)
	if len(departments) > 1:
		return Words(
			_("Several departments are concerned: {units}. The petition office names a lead."),
			{"units": _list(departments)},
		)
	if len(towns) > 1:
		return Words(
			_("Several towns are concerned: {units}. The petition office names a lead."),
			{"units": _list(towns.values())},
		)
	return None


def first_tier(
	channel: str | None,
	filing_channel: str | None,
	kind: str | None,
	village_unit: Unit | None,
	is_coordinated: bool = False,
) -> str:
	"""Where a filed case waits first (clause S12): what an agent brings through the city's service system or on paper
	waits with the village, which settles it on the spot or hands it up.

	Reports and accusations are hidden from villages (R22 art. 30), a village does not settle a complaint about itself,
	and what several units share is beyond it.

	Args:
		channel: "Online", "Paper Register" or "Petition Office".
		filing_channel: platform or way it came by.
		kind: kind of petition.
		village_unit: unit of the village, if there is one.
		is_coordinated: the petition office coordinates it.
	"""
	comes_from_village = channel == PAPER_CHANNEL or filing_channel in VILLAGE_FIRST_CHANNELS
	can_settle = bool(village_unit and village_unit.is_active and not village_unit.is_accused)
	if comes_from_village and can_settle and kind != REPORT_KIND and not is_coordinated:
		return VILLAGE
	return DISTRICT
