from typing import Any

from petition_proxy.queries.sources import TOWN
from petition_proxy.utils.figure_report import run_figures

CODES = (
	"Filed",
	"Timely Forwarding",
	"Timely Acceptance",
	"On-time Reply",
	"On-time by Statute",
	"On-time Closing",
	"On-time Closing by Statute",
	"Overdue at Cut-off",
	"Due Soon",
)
CHARTED = (
	"On-time Reply",
	"On-time by Statute",
)


def execute(filters: dict[str, Any] | None = None) -> tuple:
	"""Both clocks: the local promise and the statute, for acceptance, reply and closing."""
	return run_figures(filters, CODES, TOWN, CHARTED)
