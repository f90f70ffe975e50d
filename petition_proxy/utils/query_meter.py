"""How many questions an operation puts to the database: for the measurements and for the tests that keep to a budget."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from frappe.database.mariadb.database import MariaDBDatabase


@contextmanager
def questions() -> Iterator[list[str]]:
	"""Collect the statements sent inside the block, whichever thread or connection sends them.

	Yields:
		The statements so far, with their white space folded, values left out where they are bound.
	"""
	real, seen = MariaDBDatabase.sql, []

	def listen(self, query, *args, **kwargs):
		seen.append(" ".join(str(query).split()))
		return real(self, query, *args, **kwargs)

	with patch.object(MariaDBDatabase, "sql", listen):
		yield seen
