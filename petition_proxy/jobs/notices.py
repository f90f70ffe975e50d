"""Desk notes to people about orders and tasks: one note per person, whatever the number of cases.

A note names cases by number and count only; it leaves the system's row access behind.
"""

from collections import defaultdict
from collections.abc import Iterable
from urllib.parse import urlsplit

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import get_url_to_list

from petition_proxy.jobs.alert_messages import speaking
from petition_proxy.utils.posts import post_holders


def send_note(user: str, subject: str, document_type: str, link: str | None = None, text: str = "") -> None:
	"""Put one note on a person's desk.

	Args:
		user: user id.
		subject: what it says, in the person's language already.
		document_type: what it is about.
		link: where it leads.
		text: more words.
	"""
	note = frappe.new_doc("Notification Log")
	note.update(
		{
			"for_user": user,
			"type": "Alert",
			"document_type": document_type,
			"subject": subject,
			"email_content": text,
			"link": link,
		}
	)
	note.insert(ignore_permissions=True)  # a notice of the system, not of a user


def desk_list(doctype: str) -> str:
	"""Where a list is at the desk, without the host: people reach one site under several addresses."""
	return urlsplit(get_url_to_list(doctype)).path


def tell_units_of_orders(orders: Iterable[str]) -> None:
	"""Tell the head and members of each supervised unit, the accused never.

	Args:
		orders: names of Supervision Orders.
	"""
	order, petition = DocType("Supervision Order"), DocType("Petition")
	rows = (
		frappe.qb.from_(order)
		.join(petition)
		.on(petition.name == order.petition)
		.select(order.name, order.unit, petition.accused_unit, petition.accused_user)
		.where(order.name.isin(sorted(orders) or [""]))
		.orderby(order.name)
		.run(as_dict=True)
	)
	if not rows:
		return
	holders = post_holders(sorted({row.unit for row in rows}))
	accused_units = sorted({row.accused_unit for row in rows if row.accused_unit})
	accused = post_holders(accused_units, active_only=False) if accused_units else {}
	orders_of: dict[str, list[str]] = defaultdict(list)
	for row in rows:
		kept_out = {row.accused_user, *(accused[row.accused_unit].everyone if row.accused_unit else ())}
		for user in holders[row.unit].everyone:
			if user not in kept_out:
				orders_of[user].append(row.name)
	for user, names in sorted(orders_of.items()):
		with speaking(user):
			subject = (
				_("Supervision order {0} waits for your unit's reply.").format(names[0])
				if len(names) == 1
				else _("{0} supervision orders wait for your unit's reply.").format(len(names))
			)
			send_note(user, subject, "Supervision Order", desk_list("Supervision Order"))
