"""Video receptions: hours of a room and a host that do not overlap."""

from collections.abc import Iterable
from datetime import datetime

from petition_proxy.domain.errors import DomainError
from petition_proxy.domain.errors import mark as _


class SlotError(DomainError):
	"""The hours of a slot are not right, or taken."""

	code = "slot"


def overlaps(one_from: datetime, one_to: datetime, other_from: datetime, other_to: datetime) -> bool:
	"""Whether two spans share time; one that begins when the other ends does not."""
	return one_from < other_to and other_from < one_to


def check_slot(
	starts_at: datetime, ends_at: datetime, others: Iterable[tuple[str, datetime, datetime]]
) -> None:
	"""A slot ends after it begins, on the same day, and its room and host are free.

	Args:
		starts_at: begin.
		ends_at: end.
		others: what takes the time (room or host), begin and end of the slots of the same room or host.

	Raises:
		SlotError: hours in the wrong order, or taken.
	"""
	if ends_at <= starts_at:
		raise SlotError(_("The slot would end before it begins. Correct its hours."))
	if starts_at.date() != ends_at.date():
		raise SlotError(_("A slot lies within one day. Make one for each day."))
	for taken_by, begins, ends in others:
		if overlaps(starts_at, ends_at, begins, ends):
			raise SlotError(
				_("{taken_by} is taken at this time already. Choose other hours."), taken_by=taken_by
			)


def check_record(started_at: datetime | None, ended_at: datetime | None, now: datetime) -> None:
	"""A reception that was held began, ended later, and not in the future.

	Raises:
		SlotError: one of these does not hold.
	"""
	if not started_at or not ended_at:
		raise SlotError(_("Say when the reception began and ended."))
	if ended_at <= started_at:
		raise SlotError(_("The reception would end before it began. Correct its hours."))
	if ended_at > now:
		raise SlotError(_("The reception would end in the future. Record it when it is over."))
