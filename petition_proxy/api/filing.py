"""Filing by agents from the page /agent/file. The rules stand in `doctype/petition_draft/`."""

import frappe
from frappe.utils import cint

from petition_proxy.petition_proxy.doctype.petition_draft import acts, filing, likeness
from petition_proxy.utils.client_values import read_mapping, read_names
from petition_proxy.utils.limits import count_own_act
from petition_proxy.utils.texts import plain_texts

# In ten minutes; more than the hands of one person can do.
MOST_SAVES, MOST_PAPERS, MOST_FILED, MOST_LOOKS = 300, 120, 30, 40


@frappe.whitelist(methods=["POST"])
def save_draft(
	client_key: str,
	version: int,
	save_key: str,
	answers: dict | str,
	step: str = "who",
	own_keys: list | str | None = None,
	copy_papers_of: str | None = None,
) -> dict:
	"""Keep what an agent has written so far. Arguments, result and errors as `acts.save`.

	The texts are kept as they were typed, sealed, and cleaned when the petition is made of them.
	"""
	acts.own_agent()  # who asks, before what is asked
	count_own_act("save_draft", MOST_SAVES)
	return acts.save(
		client_key,
		cint(version),
		save_key,
		read_mapping(answers),
		step,
		read_names(own_keys) if own_keys else (),
		copy_papers_of or None,
	)


@frappe.whitelist(methods=["POST"])
@plain_texts
def open_draft(client_key: str) -> dict:
	"""A draft as last saved, or the receipt of the petition it has become. Result and errors as `acts.open_draft`."""
	count_own_act("open_draft", MOST_SAVES)
	found = acts.open_draft(client_key)
	return filing.receipt_of_key(client_key) or found if found["state"] == "filed" else found


@frappe.whitelist(methods=["POST"])
@plain_texts
def give_up_draft(client_key: str) -> None:
	"""Let a draft go. Arguments and errors as `acts.give_up`."""
	acts.give_up(client_key)


@frappe.whitelist(methods=["POST"])
@plain_texts
def add_paper(client_key: str, paper_key: str, part: str = "paper") -> dict:
	"""Keep a photo or PDF with a draft. Arguments, result and errors as `acts.add_paper`."""
	count_own_act("add_paper", MOST_PAPERS)
	return acts.add_paper(client_key, paper_key, part)


@frappe.whitelist(methods=["POST"])
@plain_texts
def remove_paper(client_key: str, paper: str) -> None:
	"""Take a paper off a draft. Arguments and errors as `acts.remove_paper`."""
	acts.remove_paper(client_key, paper)


@frappe.whitelist(methods=["POST"])
@plain_texts
def look_alike(client_key: str) -> dict:
	"""Open cases that the draft looks like. Arguments, result and errors as `likeness.look_alike`."""
	count_own_act("look_alike", MOST_LOOKS)
	return likeness.look_alike(client_key)


@frappe.whitelist(methods=["POST"])
@plain_texts
def file_petition(client_key: str, version: int) -> dict:
	"""File the petition of a draft, once. Arguments, result and errors as `filing.file_draft`."""
	count_own_act("file_petition", MOST_FILED)
	return filing.file_draft(client_key, cint(version))
