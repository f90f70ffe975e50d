"""Columns of script reports."""

from typing import Any

import frappe

NOTHING_TO_MEASURE = "—"


def text_column(fieldname: str, label: str, width: int, fieldtype: str = "Data", **more: Any) -> frappe._dict:
	"""A column of words, dates or links; said to be left, because the table takes empty cells for numbers."""
	return frappe._dict(
		fieldname=fieldname, label=label, fieldtype=fieldtype, width=width, align="left", **more
	)


def count_column(fieldname: str, label: str) -> frappe._dict:
	return frappe._dict(fieldname=fieldname, label=label, fieldtype="Int", width=label_width(label))


def rate_column(fieldname: str, label: str) -> frappe._dict:
	"""Text, because a number column would print "0%" where nothing is known."""
	return frappe._dict(
		fieldname=fieldname, label=label, fieldtype="Data", align="right", width=label_width(label)
	)


def show_rate(rate: float | None) -> str:
	"""A percentage, padded so that sorting the text sorts the numbers; a dash where there is nothing to measure."""
	return NOTHING_TO_MEASURE if rate is None else f"{rate:5.1f}%"


def bar_chart(labels: list[str], *series: tuple[str, list]) -> dict[str, Any] | None:
	"""Bars side by side; without a bar no chart.

	Args:
		labels: what each group of bars is called.
		series: name and values of each kind of bar; None for no bar.
	"""
	series = [(name, values) for name, values in series if any(v is not None for v in values)]
	if not labels or not series:
		return None
	return {
		"data": {
			"labels": labels,
			"datasets": [{"name": name, "values": values} for name, values in series],
		},
		"type": "bar",
	}


def label_width(label: str) -> int:
	"""Room for the whole label, since cut-off ones look alike."""
	return 44 + sum(16 if ord(char) > 0x2E80 else 8 for char in label)
