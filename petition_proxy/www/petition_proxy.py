"""The way in for everybody: what a petition proxy is, how long it takes, where the nearest agent is, what is new."""

from frappe import _

from petition_proxy.queries import public_pages
from petition_proxy.queries.directory import phone_link
from petition_proxy.utils.portal import dress
from petition_proxy.utils.settings import get_setting

# Frappe's own cache of pages has no end; what is costly is kept by queries/public_pages.py, the page by the visitor.
no_cache = 1
TOLD_ON_HOME = 3
NOTICES_ON_HOME = 5


def get_context(context) -> None:
	"""The same for everybody, whatever stands in the address."""
	notices, told = public_pages.notices(), public_pages.told_cases()
	context.limits = public_pages.limits_in_words()
	context.notices, context.has_more_notices = notices[:NOTICES_ON_HOME], len(notices) > NOTICES_ON_HOME
	context.told_cases, context.has_more_told = told[:TOLD_ON_HOME], len(told) > TOLD_ON_HOME
	context.shows_figures = public_pages.shows_figures()
	context.office_hours = get_setting("office_hours")
	context.phone_link = phone_link
	dress(context, _("Online Petition Proxy", context="Portal"), is_private=False)
