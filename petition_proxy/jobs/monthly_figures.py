"""Once a day, if the office shows its figures: the last full months by town, so that no guest ever sets off the counting."""

from datetime import date, timedelta

import frappe
from frappe.utils import getdate, now_datetime

from petition_proxy.jobs.locks import job_lock
from petition_proxy.queries.indicators import (
	DISTRICT,
	TOWN,
	Period,
	count_terms,
	figures_of,
	without_complaints,
)
from petition_proxy.queries.public_pages import FIGURES, MONTHS_SHOWN, shows_figures
from petition_proxy.utils.public_cache import forget_public_content
from petition_proxy.utils.settings import get_setting

JOB_ID = "petition-proxy|monthly-figures"


def enqueue_monthly_figures() -> None:
	"""Put the counting on the long queue, where the office shows its figures; one at a time."""
	if shows_figures():
		frappe.enqueue(
			compute_monthly_figures, queue="long", job_id=JOB_ID, deduplicate=True, enqueue_after_commit=True
		)


def compute_monthly_figures(today: date | None = None, commit: bool = True) -> int:
	"""Count the last twelve full months anew: late ratings and corrections still change them.

	All rows are replaced in one transaction, so the page never shows half of them and a broken run changes nothing.

	Args:
		today: the day; the present one by default.
		commit: commit at the end. Callers with a transaction of their own pass False.

	Returns:
		Number of rows written.
	"""
	district = get_setting("district")
	if not district or not shows_figures():
		return 0
	with job_lock("monthly-figures") as is_alone:
		if not is_alone:
			return 0
		now = now_datetime().replace(microsecond=0)
		rows = [row for month in full_months(today or getdate()) for row in _month_rows(district, month, now)]
		frappe.db.delete("Monthly Figure")
		if rows:
			frappe.db.bulk_insert("Monthly Figure", COLUMNS, rows)
		forget_public_content()
		if commit:
			frappe.db.commit()  # nosemgrep: the job's one transaction ends here
	return len(rows)


COLUMNS = (
	*("name", "owner", "modified_by", "creation", "modified"),
	*("month", "region", "indicator", "counted", "total", "computed_at"),
)


def full_months(today: date) -> list[date]:
	"""First days of the last twelve months that are over, the newest first."""
	first, months = today.replace(day=1), []
	for _number in range(MONTHS_SHOWN):
		first = (first - timedelta(days=1)).replace(day=1)
		months.append(first)
	return months


def _month_rows(district: str, month: date, now) -> list[tuple]:
	last = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
	period = Period(month, last, now)
	rows = []
	for level in (DISTRICT, TOWN):
		for region, terms in count_terms(level, period, district, without_complaints).items():
			figures = figures_of(terms, level)
			rows += [
				(
					*(frappe.generate_hash(length=10), "Administrator", "Administrator", now, now),
					*(month, region, code, figures[code][0], figures[code][1] or 0, now),
				)
				for code in FIGURES
			]
	return rows
