"""The agent's page on training, on a phone: certificate, seats, results, rules to acknowledge. Part of the page on standing."""

from frappe import _

from petition_proxy.utils.agent_pages import dress_agent, training_of
from petition_proxy.utils.portal import need_agent

no_cache = 1


def get_context(context) -> None:
	"""Own training of the agent logged in.

	Raises:
		frappe.Redirect: nobody is logged in.
		frappe.PermissionError: the account is no agent's.
	"""
	agent = need_agent()
	dress_agent(context, agent, _("My Training"))
	context.training = training_of()
