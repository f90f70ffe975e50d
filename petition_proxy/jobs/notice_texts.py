"""The words of notices: templates from the desk, read once per run, filled with facts that name no person."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from urllib.parse import urlsplit

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.query_builder.functions import Coalesce
from frappe.utils import escape_html, format_datetime, formatdate, get_url, get_url_to_form, get_url_to_list

from petition_proxy.domain import notices


class Texts:
	"""The templates that are switched on."""

	def __init__(self) -> None:
		rows = frappe.get_all(
			"Notice Template",
			filters={"is_active": 1},
			fields=["event", "channel", "language", "subject", "body"],
			order_by="event asc, channel asc, language desc",
		)
		self._texts = {(r.event, r.channel, r.language): (r.subject or "", r.body or "") for r in rows}

	def has(self, event: str, channel: str) -> bool:
		"""Whether a notice is sent on a channel at all: in whatever language."""
		return any(key[:2] == (event, channel) for key in self._texts)

	def fill(
		self, event: str, channel: str, language: str | None, values: Mapping[str, str]
	) -> tuple[str, str] | None:
		"""Subject and body in a language, or in the one there is.

		Args:
			event: which notice.
			channel: how it goes.
			language: code such as "zh", "zh-TW" or "en".
			values: placeholder to words.

		Returns:
			None if the office has switched the notice off on this channel.
		"""
		wanted = (language or "").partition("-")[0]
		found = self._texts.get((event, channel, wanted)) or next(
			(text for key, text in self._texts.items() if key[:2] == (event, channel)), None
		)
		return tuple(notices.render(part, values) for part in found) if found else None


def case_facts(case: Mapping, link: str) -> dict[str, str]:
	"""What a notice may say of a case, in the language spoken now.

	Args:
		case: row with name, workflow_state, due_at and unit_name.
		link: where the notice leads.
	"""
	state = case["workflow_state"]
	return {
		"number": case["name"],
		"state": _(state),
		"due_date": day_of(case.get("due_at")),
		"unit": case.get("unit_name") or _("Not assigned yet"),
		"link": link,
	}


def get_texts() -> Texts:
	"""The templates, read once for a run or a request."""
	found = getattr(frappe.local, "petition_proxy_notice_texts", None)
	if found is None:
		found = frappe.local.petition_proxy_notice_texts = Texts()
	return found


def clear_texts() -> None:
	"""Forget them, at the start of a run and after a template changed."""
	frappe.local.petition_proxy_notice_texts = None


def read_cases(names: Collection[str]) -> dict[str, frappe._dict]:
	"""What notices need to know of cases, by number."""
	if not names:
		return {}
	petition, unit, person = DocType("Petition"), DocType("Handling Unit"), DocType("Petitioner")
	rows = (
		frappe.qb.from_(petition)
		.left_join(unit)
		.on(unit.name == petition.handling_unit)
		.left_join(person)
		.on(person.name == petition.petitioner)
		.select(
			petition.name,
			petition.round,
			petition.workflow_state,
			petition.petition_kind,
			petition.accused_unit,
			petition.accused_user,
			petition.petitioner,
			petition.agent,
			petition.handling_unit,
			petition.town,
			petition.district,
			petition.wants_secrecy,
			person.wants_secrecy.as_("person_wants_secrecy"),
			Coalesce(petition.due_at, petition.reply_due_at, petition.statutory_due_at).as_("due_at"),
			unit.unit_name,
		)
		.where(petition.name.isin(sorted(names)))
		.run(as_dict=True)
	)
	return {row.name: row for row in rows}


def list_facts(count: int, late: int, link: str) -> dict[str, str]:
	return {"count": str(count), "late": str(late), "link": link}


def day_of(value: date | datetime | None) -> str:
	if not value:
		return _("not set")
	return (
		format_datetime(value, "yyyy-MM-dd")
		if isinstance(value, datetime)
		else formatdate(value, "yyyy-MM-dd")
	)


def link_for(kind: str, petition: str | None = None) -> str | None:
	"""Where a notice leads.

	Args:
		kind: "case" or "list" (desk), "rating" or "progress" (petitioner's pages), "agent" (agent's page).
		petition: the case.

	Returns:
		A full address; None where nobody offers such a page, or it has nothing to show for this case. The pages for
		petitioners and agents are named by hook `petition_notice_links`: kind to dotted name of a function that takes a
		petition (None for "agent") and returns its address, or raises a ValidationError. It is called once per message,
		when it goes out, so it may make a one-time link.
	"""
	if kind == "case":
		return get_url_to_form("Petition", petition)
	if kind == "list":
		return get_url_to_list("Petition")
	if has_page(kind):
		try:
			return frappe.get_attr(frappe.get_hooks("petition_notice_links")[kind][-1])(petition)
		except frappe.ValidationError:
			frappe.clear_last_message()
			return None
	return {"progress": get_url("/"), "agent": get_url("/login")}.get(kind)


def has_page(kind: str) -> bool:
	"""Whether an app names the page of a kind by hook."""
	return bool(frappe.get_hooks("petition_notice_links").get(kind))


def as_html(text: str) -> str:
	"""A plain text as a few safe paragraphs; addresses of this site can be followed."""
	lines = []
	for line in text.splitlines():
		words = [
			f'<a href="{escape_html(word)}">{escape_html(word)}</a>' if is_link(word) else escape_html(word)
			for word in line.split(" ")
		]
		lines.append(" ".join(words))
	return "<br>".join(lines)


def is_link(word: str) -> bool:
	return urlsplit(word).scheme in ("http", "https") if word.startswith("http") else False


def site_language() -> str:
	return frappe.db.get_default("lang") or "en"
