"""The hours of alerts, where an early build wrote the moment of its update into all three of them.

Frappe hands a time that was never saved out as the present moment. That leaves no quiet hours, and a digest at whatever
hour the update ran. Hours that a district chose are not one moment three times, and stay.
"""

from datetime import timedelta

import frappe
from frappe.utils import to_timedelta

SETTINGS = "Petition Proxy Settings"
HOURS = ("digest_at", "quiet_from", "quiet_to")
# How far apart the three are that one run wrote one after the other.
ONE_MOMENT = timedelta(seconds=2)


def execute() -> None:
	stored = frappe.db.get_singles_dict(SETTINGS)
	times = [to_timedelta(str(stored[field])) for field in HOURS if stored.get(field)]
	if len(times) < len(HOURS) or max(times) - min(times) >= ONE_MOMENT:
		return
	meta = frappe.get_meta(SETTINGS)
	frappe.db.set_single_value(SETTINGS, {field: meta.get_field(field).default for field in HOURS})
