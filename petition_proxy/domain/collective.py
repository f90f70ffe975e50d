"""Collective petitions: headcount, name list, representatives.

Regulation on Petition Work (信访工作条例) art. 20: a common matter is raised by visit through elected representatives,
five at most. Headcount and name list are both kept; the list may be shorter than the number of people.
"""

import re
import unicodedata
from dataclasses import dataclass

from petition_proxy.domain.errors import DomainError
from petition_proxy.domain.errors import mark as _

MOST_REPRESENTATIVES = 5
_SEPARATOR = re.compile(r"[,;\t:]|\s{1,}")


class CollectiveError(DomainError):
	"""Numbers of a collective petition do not fit."""

	code = "collective"


class NameListError(DomainError):
	"""A line of a pasted name list cannot be read."""

	code = "name_list"


@dataclass(frozen=True)
class Person:
	"""One line of a name list."""

	name: str
	phone: str | None = None


def check_counts(headcount: int, members: int, representatives: int, most_representatives: int) -> None:
	"""Headcount, list and representatives fit together.

	Args:
		headcount: all people who take part, the petitioner included.
		members: people on the list.
		representatives: of these.
		most_representatives: how many there may be; the law's five, or fewer.

	Raises:
		CollectiveError: more representatives than allowed, or more names than people.
	"""
	most = min(most_representatives, MOST_REPRESENTATIVES)
	if representatives > most:
		raise CollectiveError(
			_("There are {count} representatives; at most {most} are allowed. Have the group elect fewer."),
			count=representatives,
			most=most,
		)
	if headcount < members:
		raise CollectiveError(
			_("The list has {members} names, but only {headcount} people take part. Correct the headcount."),
			members=members,
			headcount=headcount,
		)


def is_collective_visit(headcount: int, visit_from: int) -> bool:
	"""Whether so many people count as a collective visit (集体访)."""
	return headcount >= visit_from


def read_name_list(text: str) -> list[Person]:
	"""People of a pasted list, one a line: name, or name and phone.

	Full-width signs are taken for plain ones; a line that is there twice is taken once.

	Raises:
		NameListError: a line without a name, or with more than two parts; it names the line.
	"""
	people: dict[Person, None] = {}
	for number, line in enumerate(text.splitlines(), start=1):
		plain = unicodedata.normalize("NFKC", line).replace("、", ",").strip()
		if not plain:
			continue
		parts = [part for part in _SEPARATOR.split(plain) if part]
		if len(parts) > 2 or not parts or parts[0].replace("-", "").replace("+", "").isdigit():
			raise NameListError(
				_("Line {number} cannot be read. Write a name, or a name, a comma and a phone."),
				number=number,
			)
		people[Person(parts[0][:140], parts[1] if len(parts) == 2 else None)] = None
	return list(people)
