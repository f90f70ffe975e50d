"""A running district gets the board of cases by state, and the module profile for its accounts."""

from petition_proxy.setup.boards import ensure_boards
from petition_proxy.setup.module_profile import ensure_module_profile


def execute() -> None:
	ensure_boards()
	ensure_module_profile()
