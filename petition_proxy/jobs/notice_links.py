"""Where notices to petitioners and agents lead (hook `petition_notice_links`).

No address holds a number or a word of a case: the petitioner's page asks for what stands on the slip, the agent's for a
login, and the link for rating is a random token behind the "#" that opens one round of one case, once, until it ends.
"""

import frappe
from frappe.utils import get_url

from petition_proxy.petition_proxy.doctype.rating_link import acts


def rating(petition: str) -> str:
	"""A new link for rating; it ends the one before, as every new one does.

	Args:
		petition: the case.

	Raises:
		RatingLinkError: nothing to rate yet or any more, or no phone.
	"""
	return acts.make_for(frappe.get_doc("Petition", petition, for_update=True))


def progress(petition: str | None = None) -> str:
	"""The page where a petitioner opens the case with number, code and digits of the slip."""
	return get_url("/my-petition")


def agent(petition: str | None = None) -> str:
	"""The agent's own page, behind the login: what waits, which petitioners to tell, the certificate."""
	return get_url("/agent")
