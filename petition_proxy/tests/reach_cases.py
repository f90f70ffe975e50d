"""Settlements, points and agents at measured distances, for the tests of coverage, directory and publicity."""

import math

import frappe
from frappe.utils import add_days, today

from petition_proxy.domain.sphere import EARTH_RADIUS
from petition_proxy.tests import factories as make

# Far from every place of the demo district, so that its agents are never near.
CENTRE = (41.2, 95.3)


def north(metres: float) -> dict[str, float]:
	"""Coordinates so many metres north of the centre."""
	return {
		"latitude": CENTRE[0] + metres / (math.pi * EARTH_RADIUS / 180),
		"longitude": CENTRE[1],
	}


def make_settlement(name: str, metres: float | None = 0, village: str = make.VILLAGE, people: int = 100):
	"""A settlement north of the centre; without a position if `metres` is None."""
	place = north(metres) if metres is not None else {}
	return frappe.get_doc(
		{
			"doctype": "Settlement",
			"settlement_name": name,
			"village": village,
			"population": people,
			"households": people // 3,
			**place,
		}
	).insert()


def make_point(name: str, metres: float | None = None, village: str = make.VILLAGE, **values):
	place = north(metres) if metres is not None else {}
	return frappe.get_doc(
		{"doctype": "Service Point", "point_name": name, "village": village, **place, **values}
	).insert()


def make_agent(name: str, metres: float | None = None, village: str = make.VILLAGE, **values):
	"""An agent on duty with a certificate, without a login, who has been on duty for a year."""
	place = north(metres) if metres is not None else {}
	return make.make_agent(
		user=None,
		village=village,
		agent_name=name,
		on_duty_from=values.pop("on_duty_from", add_days(today(), -365)),
		**place,
		**values,
	)


def remove_agents_and_places() -> None:
	"""Clear what other tests left, inside the test's own savepoint, so that whole pages and reports can be compared."""
	for doctype in ("Walking Distance", "Proxy Agent", "Service Point", "Settlement", "Publicity Event"):
		frappe.db.delete(doctype)
