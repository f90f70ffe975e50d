"""Which nodes of a case the petitioner is told, and by when.

Source: the rules for online handling (网上办理工作规程) list the nodes to disclose: registration, forwarding, acceptance
or refusal, extension, opinions on handling, review and re-review; the proxy scheme asks the agent to pass each on
(art. 18 and 23 of the Regulation on Petition Work, 2022, ask the same of offices). In how many days is a setting.
"""

from datetime import datetime

from petition_proxy.domain import lifecycle
from petition_proxy.domain.deadlines import NATURAL_DAY, LimitRule, due_at
from petition_proxy.domain.errors import DomainError
from petition_proxy.domain.errors import mark as _

TO_TELL, TOLD, UNREACHABLE = "To Tell", "Told", "Unreachable"
MEANS = ("Phone", "Visit", "SMS", "Page", "Letter", "In Person", UNREACHABLE)

# The petitioner took the case back, or hears of it through the main case: nothing is left to tell.
NOT_TOLD_STATES = (lifecycle.WITHDRAWN, lifecycle.MERGED)

REGISTERED = "Registered"
FORWARDED = "Forwarded"
REPLIED = "Replied"
EXTENDED = "Extended"
REVIEW_RECEIVED = "Review Received"
OPINION_NODES = {"Review": "Review Opinion", "Re-review": "Re-review Opinion"}

# Step of the path -> node.
NODE_OF_STEP: dict[str, str] = {
	"File": REGISTERED,
	"Reopen": REGISTERED,
	"Assign": FORWARDED,
	"Reassign": FORWARDED,
	"Receive": "Received by Unit",
	"Accept": "Accepted",
	"Refuse": "Refused",
	"Stop": "No Longer Accepted",
	"Guide": "Led to Statutory Route",
	"Reply": REPLIED,
	"Settle on the Spot": REPLIED,
}
# Handing the reply over tells it.
SERVICE_MEANS: dict[str, str] = {
	"By Agent": "Visit",
	"In Person": "In Person",
	"By Post": "Letter",
	"Online": "Page",
	"Left with Witness": "Visit",
	"Refused by Petitioner": "Visit",
}


class ProgressError(DomainError):
	"""A node cannot be marked as told."""

	code = "progress"


def tell_by(happened_at: datetime, days: int) -> datetime:
	"""The end of the day by which a node is passed on, in natural days.

	Args:
		happened_at: moment of the step.
		days: the setting; at least 1.
	"""
	return due_at(happened_at, LimitRule("progress", max(days, 1), NATURAL_DAY, False))


def check_told(means: str | None, note: str | None, told_at: datetime, now: datetime) -> str:
	"""Whether a report that the petitioner was told can be taken.

	Args:
		means: how.
		note: what was said; needed where the petitioner could not be reached.
		told_at: when.
		now: the moment of the report.

	Returns:
		Status of the notices.

	Raises:
		ProgressError: no such means, no word why nobody was reached, or a moment to come.
	"""
	if means not in MEANS:
		raise ProgressError(_("Choose how the petitioner was told."))
	if told_at > now:
		raise ProgressError(_("The moment of telling lies in the future. Correct it."))
	if means != UNREACHABLE:
		return TOLD
	if not (note or "").strip():
		raise ProgressError(_("Write down how you tried to reach the petitioner."))
	return UNREACHABLE
