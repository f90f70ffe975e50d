"""Indexes of the drafts that agents keep while they file."""

from petition_proxy.setup.indexes import ensure_indexes


def execute() -> None:
	ensure_indexes()
