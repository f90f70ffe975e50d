"""The page behind a one-time rating link: nothing of the case but whom to rate."""

from typing import Any

from frappe import _

from petition_proxy.utils.portal import dress
from petition_proxy.www.my_petition import rating_form_words

no_cache = 1


def get_context(context: Any) -> None:
	"""An empty page; its script fetches what the link behind the "#" opens."""
	words = {
		**rating_form_words(),
		"choose_rating": _("Choose how satisfied you are."),
		"rated": _("Thank you. Your rating has been written down."),
		"no_link": _(
			"This link is no longer valid. Rate with the number and code on your slip, or call the office."
		),
	}
	dress(context, _("Rate the Handling"), scripts=("portal_rate.bundle.js",), words=words)
