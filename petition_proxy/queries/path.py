"""The timeline of one petition, with names instead of ids."""

import frappe
from frappe.query_builder import Case, DocType


def get_path(petition: str) -> list[frappe._dict]:
	"""Events of a petition, oldest first, in one query.

	The caller has checked that the person may read the petition.

	Args:
		petition: name of the petition.

	Returns:
		Rows with event, to_state (empty if the state stayed), happened_at, note, actor_name, unit_name (the office acted for) and
		principal (name of the petitioner an agent acted for).
	"""
	event, user, unit = DocType("Petition Event"), DocType("User"), DocType("Handling Unit")
	petitioner = DocType("Petitioner")
	return (
		frappe.qb.from_(event)
		.left_join(user)
		.on(user.name == event.actor)
		.left_join(unit)
		.on(unit.name == event.unit)
		.left_join(petitioner)
		.on(petitioner.name == event.on_behalf_of)
		.select(
			event.event,
			# what happened beside the path, an extension or a review, is named by itself
			Case().when(event.from_state == event.to_state, "").else_(event.to_state).as_("to_state"),
			event.happened_at,
			event.note,
			user.full_name.as_("actor_name"),
			unit.unit_name,
			petitioner.petitioner_name.as_("principal"),
		)
		.where(event.petition == petition)
		.orderby(event.happened_at)
		.orderby(event.creation)
		.run(as_dict=True)
	)
