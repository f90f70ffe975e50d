"""Where is my petition: the way in with what stands on the slip, and the one case that was opened."""

from typing import Any

import frappe
from frappe import _

from petition_proxy.api.petitioner import as_petitioner
from petition_proxy.domain.query_codes import CODE_SIGNS
from petition_proxy.queries.petitioner_case import case_page
from petition_proxy.utils import tickets
from petition_proxy.utils.portal import dress

no_cache = 1


def get_context(context: Any) -> None:
	"""The open case of this browser, or the form that opens one."""
	held = tickets.read_ticket()
	page = None
	if held:
		with as_petitioner(held):
			page = case_page(held.petition)
	context.case = page
	context.by_account = bool(held and held.user)
	words = {
		"done": _("Done."),
		"paper_kept": _("Your paper is with the case now."),
		"rated": _("Thank you. Your rating has been written down."),
		"asked": _("Your request has been passed on."),
		"revoked": _("The agent acts for you no more."),
		"withdrawn": _("Your petition has been taken back."),
		"account": _("Your account is open. From now on you can log in with its name and password."),
		"fill_in": _("Fill in all three fields."),
		"say_why": _("Write a reason first."),
		"choose_paper": _("Choose a photo or a PDF first."),
		"same_password": _("The two passwords are not the same."),
		"choose_rating": _("Choose how satisfied you are."),
		**rating_form_words(),
	}
	if not context.by_account:
		words["log_in"] = _(
			"Your time is over. What you wrote is kept. Open your petition again in the new window, come back here "
			"and tap again."
		)
		words["log_in_button"] = _("Open Again")
	data = {"code_signs": CODE_SIGNS}
	if page:
		data = {
			"token": held.token,
			"mark": held.mark,
			"by_account": context.by_account,
			"number": page.number,
			"round": page.round,
			"ratings": [dict(row) for row in page.ratings],
		}
	dress(
		context,
		_("My Petition", context="Portal"),
		scripts=("portal_petition.bundle.js",),
		words=words,
		data=frappe.parse_json(frappe.as_json(data)),
	)


def rating_form_words() -> dict[str, str]:
	"""Words of public/js/portal/ratings.js."""
	return {
		"satisfied": _("Satisfied"),
		"basically_satisfied": _("Basically Satisfied"),
		"dissatisfied": _("Dissatisfied"),
		"tick_reasons": _("Why? Tick what fits."),
		"say_more": _("In your own words, if you like"),
		"rated_change": _("You rated on {0}. You may change it once, until {1}."),
		"rated_done": _("You rated on {0}. Thank you."),
		"rate_until": _("You may rate until {0}."),
		"too_late": _("The days to rate are over."),
		"send_rating": _("Send the Rating"),
		"not_shown": _(
			"What you said before is not shown here, so that nobody else who has the slip can read it."
		),
	}
