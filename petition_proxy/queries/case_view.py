"""What a petitioner or an agent reads about a case in plain words: one set of labels for all pages."""

from datetime import datetime

import frappe
from frappe import _
from frappe.utils import formatdate

from petition_proxy.domain import stages


def stage_words() -> dict[str, str]:
	"""Label of each stage, translated, by its key in `domain/stages.py`."""
	return {
		stages.REGISTERED: _("Registered", context="Stage"),
		stages.TAKEN_UP_AGAIN: _("Taken up again", context="Stage"),
		stages.WITH_UNIT: _("Given to the unit in charge", context="Stage"),
		stages.ACCEPTED: _("Accepted", context="Stage"),
		stages.ANSWERED: _("Answered", context="Stage"),
		stages.HANDED_OVER: _("Reply handed over", context="Stage"),
		stages.CLOSED: _("Closed", context="Stage"),
		stages.SETTLED: _("Settled on the spot", context="Stage"),
		stages.REFUSED: _("Not accepted", context="Stage"),
		stages.NOT_ACCEPTED_AGAIN: _("No longer accepted", context="Stage"),
		stages.GUIDED: _("Led to another legal way", context="Stage"),
		stages.WITHDRAWN: _("Withdrawn", context="Stage"),
		stages.MERGED: _("Joined with an earlier case", context="Stage"),
	}


def stage_hints() -> dict[str, str]:
	"""What is going on while a stage is the next one, translated, by its key; ends have none."""
	return {
		stages.REGISTERED: _("Not filed yet.", context="Stage"),
		stages.WITH_UNIT: _("The office is choosing the unit in charge.", context="Stage"),
		stages.ACCEPTED: _("The unit is checking whether it takes the case.", context="Stage"),
		stages.ANSWERED: _("The unit is handling the case.", context="Stage"),
		stages.HANDED_OVER: _("The reply is there and is being handed over.", context="Stage"),
		stages.CLOSED: _("The reply was handed over. The unit closes the case.", context="Stage"),
	}


def due_words(due_at: datetime | None, now: datetime) -> str:
	"""How much time is left, in calendar days, as a person says it; nothing where no limit runs.

	Args:
		due_at: end of the limit.
		now: the present moment.
	"""
	if not due_at:
		return ""
	days = (due_at.date() - now.date()).days
	if due_at < now:
		return _("{0} days late").format(-days) if days else _("Late since today")
	if not days:
		return _("Due today")
	return _("Due tomorrow") if days == 1 else _("{0} days left").format(days)


def state_words(stage: stages.Stage) -> str:
	"""What is going on with a case whose present stage this is."""
	if stage.status == stages.NOW:
		return stage_hints()[stage.key]
	return stage_words()[stage.key]


def stage_rows(row, now: datetime) -> list[frappe._dict]:
	"""The stages of a case with their words and days, for a page.

	Args:
		row: petition with `stages.COLUMNS`.
		now: moment to which "late" refers.

	Returns:
		Dicts of key, status, label, hint (of the present stage), day, due (day), time_left and is_late.
	"""
	labels = stage_words()
	return [
		frappe._dict(
			key=stage.key,
			status=stage.status,
			label=labels[stage.key],
			hint=stage_hints().get(stage.key) if stage.status == stages.NOW else None,
			day=formatdate(stage.at) if stage.at else "",
			due=formatdate(stage.due_at) if stage.due_at and stage.status != stages.DONE else "",
			time_left=due_words(stage.due_at, now) if stage.status != stages.DONE else "",
			is_late=stage.is_late,
		)
		for stage in stages.stages(row, now)
	]


def describe_rows(rows: list[frappe._dict], now: datetime) -> list[frappe._dict]:
	"""Add to rows of cases what a list says of them: state, time_left, is_late.

	Args:
		rows: with `stages.COLUMNS`.
		now: moment to which "late" refers.
	"""
	for row in rows:
		running = next((s for s in stages.stages(row, now) if s.status != stages.DONE and s.due_at), None)
		row.state = state_words(stages.current(row, now))
		row.time_left = due_words(running.due_at, now) if running else ""
		row.is_late = bool(running and running.is_late)
	return rows
