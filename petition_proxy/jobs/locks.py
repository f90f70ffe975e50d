"""One run of a job at a time per site, without blocking and without leaving a lock behind."""

from collections.abc import Iterator
from contextlib import contextmanager

import frappe


@contextmanager
def job_lock(job: str) -> Iterator[bool]:
	"""Hold the job's named lock of the database server.

	The server frees the lock when the connection ends, so a killed worker never leaves one.

	Args:
		job: short name of the job.

	Yields:
		True if the lock was free and is held now; False if another run holds it.
	"""
	# Named locks belong to the whole server (names up to 64 characters), so the site's database is part of the name.
	name = f"{frappe.conf.db_name}|{job}"[:64]
	acquired = frappe.db.sql("select get_lock(%s, 0)", (name,))[0][0] == 1
	try:
		yield acquired
	finally:
		if acquired:
			frappe.db.sql("select release_lock(%s)", (name,))
