from typing import Any

from petition_proxy.queries.sources import TOWN
from petition_proxy.utils.figure_report import run_figures

CODES = (
	"Filed",
	"Repeat Rate",
	"First-time Settlement",
	"Settled for Good",
	"Village Settled",
	"Sent Back Rate",
)
CHARTED = (
	"Repeat Rate",
	"First-time Settlement",
)


def execute(filters: dict[str, Any] | None = None) -> tuple:
	"""How many matters come again, and how many were settled the first time."""
	return run_figures(filters, CODES, TOWN, CHARTED)
