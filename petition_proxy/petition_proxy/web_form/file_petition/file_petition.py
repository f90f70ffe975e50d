from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate

from petition_proxy.domain.lifecycle import AGENT
from petition_proxy.permissions.scope import get_scope

# Asked of an agent only; a petitioner filing alone is known and needs nobody's authority.
AGENT_FIELDS = (
	"new_petitioner_name",
	"new_petitioner_phone",
	"new_petitioner_id_number",
	"powers_agreed",
	"agreement_signature",
	"agreement_scan",
)
AGENT_SECTION = "Agreement"
AGENT_PAGE = "/agent/file"
LIST_FIELDS = ("name", "subject", "petitioner_name", "workflow_state", "petitioned_at")


def get_context(context: Any) -> None:
	"""Offer the villages of the person's district, the own one first, and hide what a petitioner need not say.

	Raises:
		frappe.Redirect: an agent, who files in the steps of a page of its own.
	"""
	if context.is_list or frappe.session.user == "Guest":
		return
	if context.is_new and AGENT in frappe.get_roles():
		frappe.local.flags.redirect_location = AGENT_PAGE
		raise frappe.Redirect(302)
	context.parents = [{"label": _("My Petitions"), "route": "file-petition/list"}]
	if context.is_new:
		context.title = _("File a Petition")
	is_agent = AGENT in frappe.get_roles()
	context.introduction_text = _introduction(is_agent)
	fields = context.web_form_doc.web_form_fields
	if not is_agent:
		fields[:] = [field for field in fields if not _is_for_agents(field)]
	own, options = _villages()
	for field in fields:
		if field.fieldname == "village":
			field.fieldtype = "Select"
			field.options = options if own else [{"value": "", "label": ""}, *options]
	context.web_form_doc.page_words = _page_words()
	context.web_form_doc.page_facts = {"own_village": own or ""}


def get_list_context(context: Any) -> dict[str, Any]:
	"""Own petitions with the few columns of the list; Frappe's default would send every field to the phone."""
	return {"get_list": get_own_petitions}


def get_own_petitions(
	doctype: str,
	txt: str | None = None,
	filters: Any = None,
	limit_start: int = 0,
	limit_page_length: int = 10,
	order_by: str | None = None,
	**_kwargs: Any,
) -> list[dict[str, Any]]:
	"""Petitions of the agent or petitioner who asks, the latest first, the state in the person's language.

	Args:
		doctype, txt, filters, order_by: as Frappe's portal list passes them; the list has no filters of its own.
		limit_start: rows to skip.
		limit_page_length: rows at most.
	"""
	claims = [
		[field, "in", sorted(values)]
		for field, values in get_scope().claims
		if field in ("agent", "petitioner")
	]
	if not claims:
		return []
	rows = frappe.get_list(
		"Petition",
		fields=list(LIST_FIELDS),
		or_filters=claims,
		order_by="petitioned_at desc, name desc",
		limit_start=limit_start,
		limit_page_length=limit_page_length,
	)
	for row in rows:
		row.workflow_state = _(row.workflow_state)
	return rows


def _introduction(is_agent: bool) -> str:
	if is_agent:
		words = _("Write down what the petitioner tells you. Fields with a star must be filled.")
	else:
		words = _("Write down your matter. Fields with a star must be filled.")
	return f"<p>{words}</p>"


def _is_for_agents(field: Any) -> bool:
	is_their_section = field.fieldtype == "Section Break" and field.label == AGENT_SECTION
	return is_their_section or field.fieldname in AGENT_FIELDS


def _page_words() -> dict[str, str]:
	"""Sentences of the page's own script; a web form knows only the translations of its fields."""
	return {
		"number": _("Petition No. {0}"),
		"next": _("The petition office now gives it to the unit in charge."),
		"due": _("By {0} the petitioner must be told whether it is accepted."),
	}


def _villages() -> tuple[str | None, list[dict[str, str]]]:
	"""The own village of an agent or petitioner, and all villages of the district with it first."""
	own, district = _home()
	filters = {"level": "Village"}
	if district:
		filters["district"] = district
	rows = frappe.get_all(
		"Region",
		filters=filters,
		fields=["name", "region_name", "town", "valid_to"],
		order_by="name asc",
	)
	towns = _region_names({row.town for row in rows if row.town})
	today = getdate()
	options = [
		{"value": row.name, "label": " · ".join(filter(None, (towns.get(row.town), row.region_name)))}
		for row in rows
		if not row.valid_to or row.valid_to >= today
	]
	options.sort(key=lambda option: option["value"] != own)
	return own, options


def _home() -> tuple[str | None, str | None]:
	for doctype in ("Proxy Agent", "Petitioner"):
		home = frappe.db.get_value(
			doctype, {"user": frappe.session.user}, ["village", "district"], order_by="creation"
		)
		if home:
			return home
	return None, frappe.db.get_single_value("Petition Proxy Settings", "district")


def _region_names(codes: set[str]) -> dict[str, str]:
	rows = frappe.get_all(
		"Region",
		filters={"name": ["in", sorted(codes) or [""]]},
		fields=["name", "region_name"],
		order_by="name",
	)
	return {row.name: row.region_name for row in rows}
