"""The end of a case, for desk and REST: what is missing, the file, succession, a renewed agreement, the settlement statement."""

import frappe

from petition_proxy.petition_proxy.doctype.case_file import acts as file_acts
from petition_proxy.petition_proxy.doctype.petition import succession
from petition_proxy.utils.texts import plain_texts


@frappe.whitelist()
def what_is_missing(petition: str) -> list[dict]:
	"""What a case lacks before it can be closed, or filed away once it has ended.

	Args:
		petition: a case in the user's scope.

	Returns:
		Rows with `code`, `text` in the user's language, and `is_blocking`.

	Raises:
		frappe.PermissionError: the case is out of the user's scope.
	"""
	return file_acts.what_is_missing(petition)


@frappe.whitelist(methods=["POST"])
@plain_texts
def make_case_file(petition: str) -> str:
	"""Make the file of a case, or bring its list up to date. As `case_file.acts.make_case_file`."""
	return file_acts.make_case_file(petition)


@frappe.whitelist(methods=["POST"])
@plain_texts
def confirm_statement(statement: str) -> None:
	"""Confirm a settlement statement. Argument and errors as `file_acts.confirm_statement`."""
	file_acts.confirm_statement(statement)


@frappe.whitelist()
def open_cases_of(petitioner: str) -> list[dict]:
	"""A petitioner's cases that have not ended, within the user's scope. Argument, result and errors as `succession.open_cases_of`."""
	return succession.open_cases_of(petitioner)


@frappe.whitelist(methods=["POST"])
@plain_texts
def continue_with_successor(petition: str, successor: str, proof: str, agreement: str | None = None) -> None:
	"""A successor goes on with the case of somebody who has died. As `succession.continue_with_successor`."""
	succession.continue_with_successor(petition, successor, proof, agreement)


@frappe.whitelist(methods=["POST"])
@plain_texts
def renew_agreement(petition: str, agreement: str) -> None:
	"""Put a new agreement in the place of one that ended. As `succession.renew_agreement`."""
	succession.renew_agreement(petition, agreement)
