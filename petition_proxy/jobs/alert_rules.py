"""The alert rules as the sweep and the petition form use them: read once, kept until a rule changes."""

from datetime import datetime

import frappe
from frappe.utils import get_datetime, now_datetime

from petition_proxy.domain import alerts
from petition_proxy.domain.alerts import AlertCase, AlertRule

CACHE_KEY = "petition_proxy_alert_rules"
FIELDS = ("rule_code", "clock", "offset_hours", "recipient", "level_no", "urgent_only", "use_class_warning")
RUNNING_STATES = frozenset().union(*alerts.RUNNING_STATES.values())


def active_rules() -> tuple[AlertRule, ...]:
	"""The rules in force, from the cache when warm.

	A row the rules cannot use is left out and reported in the error log, so that it silences only itself.
	"""
	rules = []
	for row in frappe.cache.get_value(CACHE_KEY, _read_rules):
		code, clock, hours, recipient, level, urgent_only, use_class_warning = row
		try:
			rule = AlertRule(
				code, clock, hours or 0, recipient, level or 0, bool(urgent_only), bool(use_class_warning)
			)
		except alerts.InvalidAlertRuleError:
			frappe.log_error(
				title="Alert rule cannot be used", reference_doctype="Alert Rule", reference_name=code
			)
			continue
		rules.append(rule)
	return tuple(rules)


def _read_rules() -> list[list]:
	rows = frappe.get_all(
		"Alert Rule", filters={"is_active": 1}, fields=list(FIELDS), order_by="rule_code asc", as_list=True
	)
	return [list(row) for row in rows]


def clear_rules() -> None:
	"""Forget the cached rules, now and again once the change is committed.

	Between the two another process may have read the old rows back into the cache.
	"""
	frappe.cache.delete_value(CACHE_KEY)
	frappe.db.after_commit.add(lambda: frappe.cache.delete_value(CACHE_KEY))


def next_action_at_for(doc) -> datetime | None:
	"""When the sweep must look at a petition: the first moment at which a rule fires on its running clocks.

	A moment already past is returned as it is, so that a case that comes late to a unit is reported at the next sweep;
	what has been reported before is not written again. Needs no query once rules and reply class are cached.

	Args:
		doc: petition with `workflow_state`, `is_urgent`, `reply_class` and the three due moments.

	Returns:
		A moment in the site's time zone; None if no clock runs or no rule applies.
	"""
	if doc.get("workflow_state") not in RUNNING_STATES:
		return None
	return alerts.next_fire_at(alert_case(doc), active_rules(), datetime.min)


def alert_case(doc) -> AlertCase:
	"""What the alert rules need to know of a petition document or mapping."""
	reply_class = doc.get("reply_class")
	return AlertCase(
		state=doc.get("workflow_state"),
		is_urgent=bool(doc.get("is_urgent")),
		warn_hours=frappe.get_cached_value("Reply Class", reply_class, "warn_hours") if reply_class else None,
		notice_due_at=_moment(doc.get("notice_due_at")),
		reply_due_at=_moment(doc.get("reply_due_at")),
		statutory_due_at=_moment(doc.get("statutory_due_at")),
	)


def recheck_open_cases() -> None:
	"""Let the next sweep look at every case whose clock runs, after a rule or a warning time changed.

	One statement, whatever the number of cases; alerts already written stay and are not written again.
	"""
	petition = frappe.qb.DocType("Petition")
	(
		frappe.qb.update(petition)
		.set(petition.next_action_at, now_datetime())
		.where(petition.workflow_state.isin(sorted(RUNNING_STATES)))
		.run()
	)


def _moment(value: datetime | str | None) -> datetime | None:
	return get_datetime(value) if value else None
