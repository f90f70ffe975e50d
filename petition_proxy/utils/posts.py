"""Who holds the posts of a few units: enabled users only."""

from typing import NamedTuple

import frappe
from frappe.query_builder import DocType


class Holders(NamedTuple):
	"""People of one unit.

	Args:
		head: the head, if there is one who can log in.
		everyone: head and members.
	"""

	head: tuple[str, ...] = ()
	everyone: tuple[str, ...] = ()


def post_holders(units: list[str], active_only: bool = True) -> dict[str, Holders]:
	"""Heads and members of units, in two queries, whatever their number.

	Args:
		units: names of Handling Units.
		active_only: nobody holds a post of a unit that is not active.

	Returns:
		One entry per name asked for.
	"""
	unit, member, user = DocType("Handling Unit"), DocType("Handling Unit Member"), DocType("User")
	names = sorted(set(units)) or [""]
	wanted = unit.name.isin(names) & (user.enabled == 1)
	if active_only:
		wanted &= unit.is_active == 1
	heads = dict(
		frappe.qb.from_(unit)
		.join(user)
		.on(user.name == unit.head)
		.select(unit.name, user.name)
		.where(wanted)
		.run()
	)
	people: dict[str, list[str]] = {name: [heads[name]] for name in heads}
	rows = (
		frappe.qb.from_(member)
		.join(unit)
		.on(unit.name == member.parent)
		.join(user)
		.on(user.name == member.user)
		.select(unit.name, user.name)
		.where(wanted)
		.where(member.parenttype == "Handling Unit")
		.orderby(unit.name)
		.orderby(member.idx)
		.run()
	)
	for name, person in rows:
		people.setdefault(name, []).append(person)
	return {
		name: Holders((heads[name],) if name in heads else (), tuple(dict.fromkeys(people.get(name, ()))))
		for name in units
	}


def accused_people(petition) -> frozenset[str]:
	"""Everyone who may not be told of a case and decides nothing in it: it complains about them (art. 30).

	They count whether their unit is active or not.
	"""
	people = {petition.accused_user} if petition.accused_user else set()
	if unit := petition.accused_unit:
		people |= set(post_holders([unit], active_only=False)[unit].everyone)
	return frozenset(people)
