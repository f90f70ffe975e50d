"""What the petitioner gets in hand after filing: number, query code with its QR, the day by which there is an answer."""

from typing import Any

import frappe
from frappe import _

from petition_proxy.permissions.scope import get_scope
from petition_proxy.petition_proxy.doctype.petition_draft.filing import receipt_of
from petition_proxy.printing.paper import agent_block, place_name, query_block, unit_block
from petition_proxy.utils.portal import dress, need_login

no_cache = 1


def get_context(context: Any) -> None:
	"""The receipt of a petition that the person logged in may open.

	Raises:
		frappe.Redirect: nobody is logged in.
		frappe.DoesNotExistError: no such petition, or not this person's.
	"""
	need_login()
	name = str(frappe.form_dict.get("petition") or "")[:40]
	doc = frappe.get_doc("Petition", name) if name and frappe.db.exists("Petition", name) else None
	if not doc or not get_scope().covers(doc) or not doc.query_code:
		frappe.throw(_("There is no such petition among yours."), frappe.DoesNotExistError)
	context.receipt = receipt_of(doc.name)
	context.petitioner_name = doc.petitioner_name
	context.subject = doc.subject
	context.place = " · ".join(filter(None, (place_name(doc.town), place_name(doc.village))))
	context.agent = agent_block(doc.agent) if doc.agent else None
	context.qr = query_block(doc).qr
	context.office = unit_block(frappe.db.get_single_value("Petition Proxy Settings", "petition_office"))
	dress(context, _("Receipt of a Petition"), scripts=("portal_receipt.bundle.js",), css_class="receipt")
