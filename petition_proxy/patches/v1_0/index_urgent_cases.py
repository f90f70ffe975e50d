"""The list of urgent cases reads by an index of its own: without it, it grows with all open cases."""

from petition_proxy.setup.indexes import ensure_indexes


def execute() -> None:
	ensure_indexes()
