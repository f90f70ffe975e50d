from typing import Any

from petition_proxy.queries.sources import UNIT
from petition_proxy.utils.figure_report import run_figures

CODES = (
	"Extensions Asked",
	"Extensions Approved",
	"Extensions Lapsed",
	"Days per Extension",
)
CHARTED = ("Extensions Asked",)


def execute(filters: dict[str, Any] | None = None) -> tuple:
	"""How often more time was asked for, and how much was granted."""
	return run_figures(filters, CODES, UNIT, CHARTED)
