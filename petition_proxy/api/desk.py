"""What the desk asks for on every page."""

from datetime import timedelta

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.query_builder.functions import Coalesce, Count, Max, Min
from frappe.utils import now_datetime

from petition_proxy.domain.lifecycle import PORTAL_ROLES, ROLES
from petition_proxy.petition_proxy.doctype.petition import steps
from petition_proxy.queries.path import get_path

DESK_ROLES = (frozenset(ROLES) - frozenset(PORTAL_ROLES)) | {"System Manager"}
STALE_AFTER = timedelta(hours=2)


def extend_bootinfo(bootinfo) -> None:
	"""Tell the desk how the deadline sweep is, so that a dead scheduler is seen at the next page load."""
	if is_desk_user():
		bootinfo.petition_proxy = {"sweep": get_sweep_health()}


@frappe.whitelist()
def petition_path(petition: str) -> list[dict]:
	"""The timeline of a petition the session's user may read.

	Args:
		petition: name of the petition.

	Returns:
		As `queries.path.get_path`.

	Raises:
		frappe.PermissionError: the petition is out of the user's scope.
	"""
	frappe.get_doc("Petition", petition).check_permission("read")
	return get_path(petition)


@frappe.whitelist()
def closed_fields(petition: str) -> list[str]:
	"""Fields of a petition that the session's user cannot change now, as `steps.closed_fields`.

	Args:
		petition: name of the petition.

	Returns:
		Names of the fields.

	Raises:
		frappe.PermissionError: the petition is out of the user's scope.
	"""
	doc = frappe.get_doc("Petition", petition)
	doc.check_permission("read")
	return steps.closed_fields(doc)


@frappe.whitelist()
def unit_children(
	doctype: str, parent: str | None = None, is_root: bool | None = None, **_more: str
) -> list[dict]:
	"""Units one level below another by territory, for the tree of units.

	Args:
		doctype: sent by the tree, always Handling Unit.
		parent: name of the unit above; the units without one by default.
		is_root: sent by the tree, which names its own root as the parent then.
		_more: what else the tree sends; not used.

	Returns:
		Rows with value, title and expandable.

	Raises:
		frappe.PermissionError: the user may not read units.
	"""
	frappe.has_permission("Handling Unit", "read", throw=True)
	unit, below = DocType("Handling Unit"), DocType("Handling Unit").as_("below")
	above = None if is_root or parent == "Handling Unit" else parent
	has_children = frappe.qb.from_(below).select(Count("*")).where(below.territory_parent == unit.name)
	return (
		frappe.qb.from_(unit)
		.select(unit.name.as_("value"), unit.unit_name.as_("title"), has_children.as_("expandable"))
		.where(unit.territory_parent == above if above else Coalesce(unit.territory_parent, "") == "")
		.where(unit.is_active == 1)
		.orderby(unit.name)
		.run(as_dict=True)
	)


@frappe.whitelist()
def sweep_health() -> dict:
	"""The state of the deadline sweep, for desk users.

	Returns:
		As `get_sweep_health`.

	Raises:
		frappe.PermissionError: the user has no role in petition work.
	"""
	if not is_desk_user():
		frappe.throw(_("Only staff may see the state of the deadline sweep."), frappe.PermissionError)
	return get_sweep_health()


def get_sweep_health() -> dict:
	"""Whether warnings are going out.

	Returns:
		`last_finished_at`: end of the last finished sweep, None if there was none; `is_stale`: True if that was more
		than two hours ago, or if there was none and a case has been waiting for it that long.
	"""
	run, petition = DocType("Sweep Run"), DocType("Petition")
	last = frappe.qb.from_(run).select(Max(run.finished_at)).where(run.status == "Finished").run()[0][0]
	waiting_since = last
	if last is None:
		waiting_since = frappe.qb.from_(petition).select(Min(petition.next_action_at)).run()[0][0]
	is_stale = bool(waiting_since and now_datetime() - waiting_since > STALE_AFTER)
	return {"last_finished_at": last, "is_stale": is_stale}


def is_desk_user() -> bool:
	"""Whether the session's user works with petitions at the desk."""
	return not DESK_ROLES.isdisjoint(frappe.get_roles())
