"""An account for a petitioner who has proved a case (clause S10: registered name and password).

The account has no mail box and no phone in plain: it is logged into by its name. Its user name is no person's name either,
unless the petitioner chooses one.
"""

import re

import frappe
from frappe import _
from frappe.utils import now_datetime

from petition_proxy.domain.lifecycle import PETITIONER
from petition_proxy.permissions.scope import clear_scopes, get_scope
from petition_proxy.petition_proxy.doctype.petition_event.record import record_event
from petition_proxy.utils.rows import read_row

# Letters of any script, digits and "_", beginning with a letter, so that no name is taken for somebody's phone number.
NAME = re.compile(r"[^\W\d_]\w{3,19}")
LEAST_PASSWORD, MOST_PASSWORD = 8, 128
DOMAIN = "petitioner.petition-proxy.invalid"


class AccountError(frappe.ValidationError):
	"""The account cannot be opened so."""


def open_account(petition: str, user_name: str, password: str) -> None:
	"""Make the account and tie it to the petitioner; the session's user acts as the petitioner of the case.

	Args:
		petition: the case that was proved.
		user_name: 4 to 20 letters, digits and "_", beginning with a letter.
		password: as Frappe's password policy wants it, 8 characters at least.

	Raises:
		AccountError: the petitioner has one, or name or password cannot be used.
		frappe.PermissionError: not the petitioner's case.
	"""
	doc = frappe.get_doc("Petition", petition)
	scope = get_scope()
	if not scope.is_petitioner_of(doc):
		raise frappe.PermissionError(_("Only the petitioner does this."))
	petitioner = frappe.get_doc("Petitioner", doc.petitioner, for_update=True)
	if petitioner.user:
		frappe.throw(
			_("You have an account already. Forgot its name or password? The petition office helps."),
			AccountError,
		)
	if petitioner.died_on:
		frappe.throw(_("The petition office opens this account. Please call it."), AccountError)
	_check_name(user_name)
	_check_password(password)
	petitioner.user = _make_user(user_name.strip(), password)
	petitioner.account_by_code_at = now_datetime()
	petitioner.save(ignore_permissions=True)  # a petitioner's role only reads; whose record it is was checked
	record_event(doc, "Open Account", doc.workflow_state, doc.workflow_state)
	clear_scopes()


def _check_name(user_name: str) -> None:
	"""One sentence for a name of a wrong shape, a taken one and a kept one."""
	name = (user_name or "").strip()
	taken = frappe.qb.DocType("User")
	is_taken = (
		frappe.qb.from_(taken)
		.select(taken.name)
		.where((taken.username == name) | (taken.name == name))
		.limit(1)
		.run()
	)
	if not NAME.fullmatch(name) or is_taken:
		frappe.throw(
			_(
				"This name cannot be used. Choose another of 4 to 20 letters and digits that begins with a letter."
			),
			AccountError,
		)


def _check_password(password: str) -> None:
	if not LEAST_PASSWORD <= len(password or "") <= MOST_PASSWORD:
		frappe.throw(_("The password needs at least {0} characters.").format(LEAST_PASSWORD), AccountError)


def _make_user(user_name: str, password: str) -> str:
	"""The account: a Website User with the petitioner's role and nothing else."""
	user = frappe.get_doc(
		{
			"doctype": "User",
			"email": f"{frappe.generate_hash(length=16)}@{DOMAIN}",
			"first_name": user_name,
			"username": user_name,
			# said outright: where nobody is System Manager yet, Frappe would make a System User one
			"user_type": "Website User",
			"language": frappe.local.lang,
			"send_welcome_email": 0,
			"new_password": password,
			"roles": [{"role": PETITIONER}],
		}
	)
	user.flags.no_welcome_mail = True
	user.insert(ignore_permissions=True)  # who opens it was checked; nobody else may make accounts
	roles = {row.role for row in user.roles}
	if user.user_type != "Website User" or roles != {PETITIONER} or user.username != user_name:
		frappe.throw(_("The account could not be opened. Please call the petition office."), AccountError)
	return user.name


def may_open_account(petitioner: str | None) -> bool:
	"""Has this petitioner none yet?"""
	row = read_row("Petitioner", petitioner, ("user", "died_on")) if petitioner else None
	return bool(row) and not row.user and not row.died_on
