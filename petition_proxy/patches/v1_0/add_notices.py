"""Notices by template, outbox and chat robots: a running district gets the templates, the defaults and the indexes.

Nothing of the past is told: the outbox begins with the steps of the last minutes.
"""

from petition_proxy.setup.indexes import ensure_indexes
from petition_proxy.setup.masters import ensure_notice_templates
from petition_proxy.setup.settings import ensure_settings


def execute() -> None:
	ensure_notice_templates()
	ensure_settings()
	ensure_indexes()
