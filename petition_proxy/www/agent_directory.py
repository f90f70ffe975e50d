"""The public directory: a form that works without JavaScript, answers by the name of a place, nothing to page through."""

import frappe
from frappe import _

from petition_proxy.queries import directory
from petition_proxy.utils.limits import count_guest_question
from petition_proxy.utils.portal import dress

# Frappe keeps a page by its path alone, whatever was asked; villages are cached in queries/directory.py instead.
no_cache = 1


def get_context(context) -> None:
	"""Answer the question in the address: `q` a name typed, `town` and `village` names chosen."""
	form = frappe.form_dict
	typed = str(form.get("q") or "")[: directory.MAX_LETTERS]
	context.asked = "".join(char for char in typed if char.isprintable())
	context.town = str(form.get("town") or "")[:140]
	context.village = str(form.get("village") or "")[:140]
	context.page = context.matches = context.villages = context.notice = None
	context.phone_link = directory.phone_link
	is_question = bool(context.asked or context.town)
	context.towns = directory.town_choices()
	dress(
		context,
		_("Find Your Proxy Agent"),
		scripts=("portal_directory.bundle.js",),
		words=_words(),
		is_private=False,
	)
	# an answer names people: it is for who asked, not for search engines
	context.portal.is_hidden_from_search = is_question
	if not is_question:
		return
	try:
		count_guest_question("directory")
		_answer(context)
	except frappe.RateLimitExceededError as error:
		_tell(context, error, 429)
	except directory.DirectoryQuestionError as error:
		_tell(context, error)


def _words() -> dict[str, str]:
	return {
		"looking": _("Looking for your place ..."),
		"refused": _("Your place is not known. Type the name of your village instead."),
		"near_failed": _("This did not work. Type the name of your village instead."),
		"busy": _("Too many questions from your connection. Wait ten minutes, or call your service point."),
		"nothing": _("No open service point within thirty kilometres."),
		"far": _("about {0} km away"),
		"metres": _("about {0} m away"),
		"agents": _("Show the agents of this village"),
	}


def _answer(context) -> None:
	if context.village and context.town:
		context.page = directory.village_page(context.town, context.village)
		if not context.page:
			context.notice = _(
				"There is no village or community of that name. Check the name and search again."
			)
		return
	if context.town:
		context.villages = directory.villages_of(context.town)
		if not context.villages:
			context.notice = _("There is no town or street of that name. Choose one from the list.")
		return
	context.matches, context.has_more = directory.find_villages(context.asked)
	if not context.matches:
		context.notice = _("Nothing found. Try another name: of your village, your estate or your town.")
	elif len(context.matches) == 1:
		only = context.matches[0]
		context.page = directory.village_page(only.town_name, only.village_name)
		context.matches = None


def _tell(context, error: Exception, status: int | None = None) -> None:
	frappe.clear_messages()
	context.notice = str(error)
	if status:
		context.http_status_code = status
