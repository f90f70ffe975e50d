"""Acting as the petitioner of one case without an account: whoever has proved number, query code and digits.

Acts run as a technical user with the petitioner's role who cannot log in (setup/roles.py) and whose scope is that one case
and nothing else, so that every guard of the app applies as for a petitioner with an account.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import frappe

from petition_proxy.permissions.scope import BEARER_USER, clear_scopes
from petition_proxy.utils.rows import read_row


@contextmanager
def as_petitioner_of(petition: str, **marks: str) -> Iterator[frappe._dict]:
	"""Run a block as the petitioner of one case. The caller has checked that the person may.

	Args:
		petition: the case.
		marks: how the person proved it (`channel`) and from where (`device`), for records that keep it.

	Yields:
		petition, petitioner and the marks, as `current_bearer` gives them inside the block.

	Raises:
		frappe.DoesNotExistError: no such case.
	"""
	row = read_row("Petition", petition, ("name", "petitioner"))
	if not row:
		raise frappe.DoesNotExistError
	session, form, language = frappe.local.session, frappe.local.form_dict, frappe.local.lang
	user, sid, data = session.user, session.sid, session.data
	bearer = frappe._dict(petition=row.name, petitioner=row.petitioner, **marks)
	frappe.local.petition_proxy_bearer = bearer
	frappe.set_user(BEARER_USER)
	clear_scopes()
	try:
		yield bearer
	finally:
		frappe.local.petition_proxy_bearer = None
		frappe.set_user(user)
		# set_user makes a new session of it; the request's own goes on as it was
		session.sid, session.data = sid, data
		frappe.local.form_dict, frappe.local.lang = form, language
		clear_scopes()


def current_bearer() -> frappe._dict | None:
	"""Whom `as_petitioner_of` acts for at the moment; None outside of it."""
	return getattr(frappe.local, "petition_proxy_bearer", None)
