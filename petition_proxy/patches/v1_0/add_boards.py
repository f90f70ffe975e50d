"""A running district gets the board of cases by state."""

from petition_proxy.setup.boards import ensure_boards


def execute() -> None:
	ensure_boards()
