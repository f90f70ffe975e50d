"""Settings of answer and service, words of letter numbers and retention rules on a site that was there before them."""

from petition_proxy.setup.indexes import ensure_indexes
from petition_proxy.setup.masters import ensure_masters
from petition_proxy.setup.settings import ensure_settings
from petition_proxy.setup.workflow import ensure_workflow


def execute() -> None:
	ensure_workflow()  # two steps were added
	ensure_masters()
	ensure_settings()
	ensure_indexes()  # last: DDL commits
