"""What a reader asks of figures: a period, a level, a place; read from a form, an address or a card."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate, now_datetime

from petition_proxy.queries.catalogue import BY_CODE
from petition_proxy.queries.sources import LEVELS, TOTAL, TOWN, Ask, Period, ask_as
from petition_proxy.utils.client_values import read_day, read_names

PLACE_FIELDS = ("district", "town", "village", "unit", "agent")
MOST_DAYS = 3660


@dataclass(frozen=True)
class FigureFilters:
	"""One question.

	Args:
		first, last: the period, both days included.
		cut_off: moment as of which is counted.
		level: one of `LEVELS`, or `TOTAL`.
		places: district, town, village, unit, agent that are asked about.
	"""

	first: date
	last: date
	cut_off: datetime
	level: str
	places: dict[str, str]

	@classmethod
	def read(cls, values: dict[str, Any] | None, level: str = TOWN) -> "FigureFilters":
		"""Make a question from what a form sends; without days it is the present quarter up to today.

		Args:
			values: from_date, to_date, level and places.
			level: level if none is sent.

		Raises:
			frappe.ValidationError: the period ends before it begins or is longer than ten years, or an unknown level.
		"""
		values = values or {}
		last = read_day(values["to_date"]) if values.get("to_date") else getdate()
		first = read_day(values["from_date"]) if values.get("from_date") else _quarter_start(last)
		if first > last:
			frappe.throw(_("The first day lies after the last one. Choose an earlier first day."))
		if (last - first).days > MOST_DAYS:
			frappe.throw(_("Choose a period of at most ten years."))
		asked = values.get("level") or level
		if asked not in (*LEVELS, TOTAL):
			frappe.throw(
				_("{0} is not known here. Use one of: {1}.").format(
					str(asked)[:40], ", ".join(_(one) for one in (*LEVELS, TOTAL))
				)
			)
		places = {f: str(values[f]) for f in PLACE_FIELDS if values.get(f)}
		return cls(first, last, now_datetime().replace(microsecond=0), asked, places)

	def ask(self, user: str | None = None) -> Ask:
		"""The question within a user's scope."""
		return ask_as(user, Period(self.first, self.last, self.cut_off), **self.places)

	def as_route(self) -> dict[str, str]:
		"""The same question for the address of a report."""
		return {"from_date": str(self.first), "to_date": str(self.last), **self.places}


def _quarter_start(day: date) -> date:
	return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


def read_codes(value: str | list | None) -> list[str]:
	"""Codes of indicators, all of them without a value.

	Raises:
		frappe.ValidationError: one that does not exist.
	"""
	if not value:
		return list(BY_CODE)
	codes = read_names([value] if isinstance(value, str) and value in BY_CODE else value)
	for code in codes:
		if code not in BY_CODE:
			frappe.throw(_("There is no indicator {0}.").format(code[:60]))
	return codes
