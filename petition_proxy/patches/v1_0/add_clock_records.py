"""Sites from before extensions, progress notices, supervision and reviews: steps, seeds, settings, indexes,
keys of alerts."""

import frappe

from petition_proxy.setup.indexes import ensure_indexes
from petition_proxy.setup.masters import ensure_masters
from petition_proxy.setup.settings import ensure_settings
from petition_proxy.setup.workflow import ensure_workflow


def execute() -> None:
	date_the_alert_keys()
	ensure_workflow()
	ensure_masters()
	ensure_settings()
	ensure_indexes()  # last: DDL commits


def date_the_alert_keys() -> None:
	"""The key of an alert carries the date it warns of now; without this every old warning would go out once more."""
	frappe.db.sql(
		"""update `tabAlert` set alert_key = sha2(concat_ws('|', petition, rule, round, ifnull(recipient, ''),
			channel, ifnull(date_format(due_at, '%Y%m%d%H%i%S'), '')), 256)"""
	)
