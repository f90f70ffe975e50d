from typing import Any

from petition_proxy.queries.sources import TOWN
from petition_proxy.utils.figure_report import run_figures

CODES = (
	"Participation",
	"Satisfaction",
	"Strict Satisfaction",
	"Agent Satisfaction",
	"Office Satisfaction",
)
CHARTED = (
	"Satisfaction",
	"Participation",
)


def execute(filters: dict[str, Any] | None = None) -> tuple:
	"""How petitioners rate units, agents and the petition office, and how many of them rate at all."""
	return run_figures(filters, CODES, TOWN, CHARTED)
