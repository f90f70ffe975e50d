from typing import Any

from petition_proxy.queries.sources import TOWN
from petition_proxy.utils.figure_report import run_figures

CODES = (
	"Took Part in Training",
	"Training Attendance",
	"Training Passed",
	"Certified on Duty",
)
CHARTED = ("Training Passed",)


def execute(filters: dict[str, Any] | None = None) -> tuple:
	"""Who took part in trainings and passed, and whether everybody on duty holds a certificate."""
	return run_figures(filters, CODES, TOWN, CHARTED)
