from typing import Any

from petition_proxy.queries.sources import TOWN
from petition_proxy.utils.figure_report import run_figures

CODES = (
	"Rewards",
	"Rewarded Cases",
	"Reward per Case",
	"Highest Tier",
)
CHARTED = ("Rewards",)


def execute(filters: dict[str, Any] | None = None) -> tuple:
	"""What agents earned, per case and by tier; what was taken back is deducted."""
	return run_figures(filters, CODES, TOWN, CHARTED)
