from typing import Any

from petition_proxy.queries.sources import UNIT
from petition_proxy.utils.figure_report import run_figures

CODES = (
	"Reviews Asked",
	"Reviews Decided",
	"Opinions Upheld",
	"Opinions Changed or Revoked",
	"Reviews in Time",
)
CHARTED = ("Reviews Decided",)


def execute(filters: dict[str, Any] | None = None) -> tuple:
	"""What became of opinions that were reviewed."""
	return run_figures(filters, CODES, UNIT, CHARTED)
