from typing import Any

from petition_proxy.queries.sources import UNIT
from petition_proxy.utils.figure_report import run_figures

CODES = (
	"Filed",
	"Closed Cases",
	"Open Cases",
	"Due Soon",
	"Overdue at Cut-off",
	"Signed in Time",
	"Objection Rate",
	"Sent Back Rate",
)
CHARTED = (
	"Open Cases",
	"Overdue at Cut-off",
)


def execute(filters: dict[str, Any] | None = None) -> tuple:
	"""What came in, went out and lies on the desk of each unit."""
	return run_figures(filters, CODES, UNIT, CHARTED)
