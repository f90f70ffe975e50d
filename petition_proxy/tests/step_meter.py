"""How many questions each step of the path puts to the database: for the budget test and for `script/bench`."""

import frappe

from petition_proxy.domain import lifecycle
from petition_proxy.permissions.scope import clear_scopes
from petition_proxy.tests import factories as f
from petition_proxy.utils.query_meter import questions

BUDGET = 25
UNIT, OFFICE, AGENT = "dept@pp.test", "office@pp.test", "agent@pp.test"
WHO = {
	"File": AGENT,
	"Serve": AGENT,
	"Settle on the Spot": "village@pp.test",
	**dict.fromkeys(
		(
			*("Assign", "Return", "Reassign", "Rework", "Reopen"),
			*("Withdraw", "Merge", "Undo Merge", "Archive"),
		),
		OFFICE,
	),
}
# They need a story of their own, which their own tests tell.
LEFT_OUT = frozenset({"Close Without Service"})


def steps_to_measure() -> list[lifecycle.Transition]:
	"""Every step of the table that the small district can take without a story of its own."""
	return [
		step
		for step in lifecycle.TRANSITIONS
		if step.action not in LEFT_OUT
		and not (step.action == "Stop" and step.source not in (lifecycle.REGISTERED, lifecycle.RECEIVED))
	]


def make_ready(step: lifecycle.Transition):
	"""A case that stands where the step begins, as Administrator made it."""
	frappe.set_user("Administrator")
	clear_scopes()
	is_village = step.action == "Settle on the Spot"
	values = {"filing_channel": "City Service System"} if is_village else {}
	return f.make_petition(step.source, **values)


def count(doc, step: lifecycle.Transition) -> list[str]:
	"""Take a step as the person who would, on a fresh copy of the case, as a request does.

	Args:
		doc: a petition in the step's source state.
		step: the step.

	Returns:
		The statements that its save sent.
	"""
	frappe.set_user("Administrator")
	clear_scopes()
	doc = frappe.get_doc("Petition", doc.name)
	f.prepare(doc, step)
	if step.action == "Reassign":
		doc.handling_unit = f.DEPT_UNIT_2
	user = WHO.get(step.action, OFFICE if step.actor == lifecycle.BY_PETITION_OFFICE else UNIT)
	frappe.set_user(user)
	clear_scopes()
	try:
		with questions() as asked:
			doc.save(ignore_version=False)  # Frappe leaves versions out in tests; a site does not
	finally:
		frappe.set_user("Administrator")
		clear_scopes()
	return list(asked)


def measure() -> dict[str, int]:
	"""Questions of each step, from warm caches.

	Returns:
		"Action (State)" to number; of steps with several sources the dearest.
	"""
	taken: dict[str, int] = {}
	for step in steps_to_measure():
		count(make_ready(step), step)
		asked = len(count(make_ready(step), step))
		taken[step.action] = max(asked, taken.get(step.action, 0))
	return taken
