from typing import Any

from petition_proxy.queries.sources import TOWN
from petition_proxy.utils.figure_report import run_figures

CODES = (
	"Closed Cases",
	"Complete Papers",
	"Steps to Tell",
	"Told in Time",
)
CHARTED = ("Complete Papers",)


def execute(filters: dict[str, Any] | None = None) -> tuple:
	"""Whether cases are closed with agreement, register and proof of service, and petitioners told in time."""
	return run_figures(filters, CODES, TOWN, CHARTED)
