from typing import Any

from petition_proxy.queries.sources import TOWN
from petition_proxy.utils.figure_report import run_figures

CODES = (
	"Agents at Their Post",
	"Certified on Duty",
	"Active Agents",
	"Agent Satisfaction",
	"Proxy Rate",
	"Online Share",
	"Proxy Share of Online",
	"Told in Time",
	"Agent Coverage",
	"People Covered by Agents",
	"Villages With a Point",
)
CHARTED = (
	"Active Agents",
	"Agent Coverage",
)


def execute(filters: dict[str, Any] | None = None) -> tuple:
	"""Agents at their post, certified and at work, and what they file."""
	return run_figures(filters, CODES, TOWN, CHARTED)
