"""Work calendars that an earlier build filled bear the English names of the holidays; officers read Chinese ones."""

import frappe

from petition_proxy.setup.calendars import chinese_names


def execute() -> None:
	for english, chinese in chinese_names().items():
		frappe.db.set_value(
			"Work Calendar Day", {"holiday_name": english}, "holiday_name", chinese, update_modified=False
		)
