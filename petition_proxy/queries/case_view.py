"""What a petitioner or an agent reads about a case in plain words: one set of labels for all pages."""

from frappe import _

from petition_proxy.domain import stages


def stage_words() -> dict[str, str]:
	"""Label of each stage, translated, by its key in `domain/stages.py`."""
	return {
		stages.REGISTERED: _("Registered", context="Stage"),
		stages.TAKEN_UP_AGAIN: _("Taken up again", context="Stage"),
		stages.WITH_UNIT: _("Given to the unit in charge", context="Stage"),
		stages.ACCEPTED: _("Accepted", context="Stage"),
		stages.ANSWERED: _("Answered", context="Stage"),
		stages.HANDED_OVER: _("Reply handed over", context="Stage"),
		stages.CLOSED: _("Closed", context="Stage"),
		stages.SETTLED: _("Settled on the spot", context="Stage"),
		stages.REFUSED: _("Not accepted", context="Stage"),
		stages.NOT_ACCEPTED_AGAIN: _("No longer accepted", context="Stage"),
		stages.GUIDED: _("Led to another legal way", context="Stage"),
		stages.WITHDRAWN: _("Withdrawn", context="Stage"),
		stages.MERGED: _("Joined with an earlier case", context="Stage"),
	}


def stage_hints() -> dict[str, str]:
	"""What is going on while a stage is the next one, translated, by its key; ends have none."""
	return {
		stages.REGISTERED: _("Not filed yet.", context="Stage"),
		stages.WITH_UNIT: _("The office is choosing the unit in charge.", context="Stage"),
		stages.ACCEPTED: _("The unit is checking whether it takes the case.", context="Stage"),
		stages.ANSWERED: _("The unit is handling the case.", context="Stage"),
		stages.HANDED_OVER: _("The reply is there and is being handed over.", context="Stage"),
		stages.CLOSED: _("The reply was handed over. The unit closes the case.", context="Stage"),
	}
