"""Groups of like cases, for desk and REST. The rules stand in `doctype/common_issue/acts.py`."""

import frappe

from petition_proxy.petition_proxy.doctype.common_issue import acts
from petition_proxy.utils.client_values import read_names
from petition_proxy.utils.texts import plain_texts


@frappe.whitelist()
def suggest(issue: str) -> list[dict]:
	"""Cases like an issue. Arguments, result and errors as `acts.suggest`."""
	return acts.suggest(issue)


@frappe.whitelist(methods=["POST"])
@plain_texts
def add_cases(issue: str, petitions: list | str) -> int:
	"""Put cases into a group. Arguments (a list, or its JSON), result and errors as `acts.add_cases`."""
	return acts.add_cases(issue, read_names(petitions))


@frappe.whitelist(methods=["POST"])
@plain_texts
def remove_case(issue: str, petition: str, reason: str) -> None:
	"""Take a case out of a group. Arguments and errors as `acts.remove_case`."""
	acts.remove_case(issue, petition, reason)


@frappe.whitelist(methods=["POST"])
@plain_texts
def answer_all(issue: str) -> list[dict] | None:
	"""Answer all cases of a group. Arguments, result and errors as `acts.answer_all`."""
	return acts.answer_all(issue)


@frappe.whitelist(methods=["POST"])
@plain_texts
def close_issue(issue: str, effect: str) -> None:
	"""Close an answered issue. Arguments and errors as `acts.close_issue`."""
	acts.close_issue(issue, effect)
