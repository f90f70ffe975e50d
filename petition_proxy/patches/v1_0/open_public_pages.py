"""Pages for everybody came after a district was set up: their settings, indexes, and the root of a site that has none."""

from petition_proxy.setup.indexes import ensure_indexes
from petition_proxy.setup.settings import ensure_settings
from petition_proxy.setup.website import ensure_home_page


def execute() -> None:
	ensure_settings()
	ensure_home_page()
	ensure_indexes()
