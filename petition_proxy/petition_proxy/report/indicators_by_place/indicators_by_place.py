from typing import Any

from petition_proxy.queries.catalogue import BY_CODE
from petition_proxy.queries.sources import TOWN
from petition_proxy.utils.figure_report import run_figures

CODES = tuple(BY_CODE)
CHARTED = (
	"Timely Acceptance",
	"On-time Closing",
	"Satisfaction",
)


def execute(filters: dict[str, Any] | None = None) -> tuple:
	"""Every indicator, for leaders: one line per town, village, unit or agent."""
	return run_figures(filters, CODES, TOWN, CHARTED)
