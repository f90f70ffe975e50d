"""The flag on the case and the limit of an order: shared by hand and by rule."""

from datetime import datetime

import frappe
from frappe.query_builder import DocType
from frappe.utils import getdate

from petition_proxy.domain import deadlines
from petition_proxy.domain.supervision import OPEN_STATUSES
from petition_proxy.utils.calendar import calendar_for
from petition_proxy.utils.rules import get_limit_rule


def order_due_at(now: datetime) -> tuple[datetime, str]:
	"""By when a unit answers an order issued now, and the row that says so (limit "Supervision").

	Raises:
		DomainError: no row, more than one, or a working day of a year that is not on file.
	"""
	rule = get_limit_rule("Supervision", getdate(now))
	return deadlines.due_at(now, rule, calendar_for(rule)), rule.name


def set_supervised(petitions: list[str]) -> None:
	"""Make `is_supervised` say of each case whether one of its orders is open, in two statements."""
	if not petitions:
		return
	order, petition = DocType("Supervision Order"), DocType("Petition")
	names = sorted(set(petitions))
	supervised = (
		frappe.qb.from_(order)
		.select(order.petition)
		.distinct()
		.where(order.petition.isin(names) & order.status.isin(OPEN_STATUSES))
		.run(pluck=True)
	)
	for value, part in ((1, supervised), (0, sorted(set(names) - set(supervised)))):
		if part:
			frappe.qb.update(petition).set(petition.is_supervised, value).where(
				petition.name.isin(part)
			).run()
