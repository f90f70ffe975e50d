"""An agent files a petition at a kitchen table: short steps on a small phone, a draft here and on the server."""

from collections.abc import Iterable
from typing import Any

import frappe
from frappe import _
from frappe.utils import format_datetime, formatdate, getdate, now_datetime

from petition_proxy.domain import drafts
from petition_proxy.petition_proxy.doctype.petition_draft.acts import own_agent
from petition_proxy.petition_proxy.doctype.proxy_agent.gate import why_not_on_duty
from petition_proxy.queries.drafts import own_drafts
from petition_proxy.utils.portal import dress, need_agent

no_cache = 1
# The drafts of a phone go sooner than those of the server: a phone is lost, lent and sold.
DEVICE_DAYS = 7


def get_context(context: Any) -> None:
	"""The steps, the villages of the agent's district with the own ones first, and the drafts begun before.

	Raises:
		frappe.Redirect: nobody is logged in.
		frappe.PermissionError: the account is no agent's.
	"""
	need_agent()
	agent = own_agent()
	context.why_not = why_not_on_duty(agent, now_datetime())
	context.agent_name = agent.agent_name
	context.own_village = agent.village
	context.villages = _villages(agent)
	context.kinds = _kinds()
	context.steps = drafts.STEPS[:-1]
	context.most = drafts.TEXTS
	context.kept_days, context.device_days = drafts.KEPT_DAYS, DEVICE_DAYS
	dress(
		context,
		_("File a Petition"),
		scripts=("portal_file.bundle.js",),
		words=_words(),
		data={
			"drafts": [_draft_row(row) for row in own_drafts()],
			"may_file": not context.why_not,
			"most_papers": drafts.MOST_PAPERS,
			"device_days": DEVICE_DAYS,
			"steps": drafts.STEPS,
		},
	)


def _draft_row(row: frappe._dict) -> dict[str, Any]:
	return {
		"key": row.client_key,
		"hint": row.title_hint,
		"step": row.step,
		"changed": format_datetime(row.modified, "yyyy-MM-dd HH:mm"),
		"until": formatdate(row.expires_on, "yyyy-MM-dd"),
		"is_ending": row.is_ending,
	}


def _kinds() -> list[tuple[str, str, str]]:
	"""Value, plain name, and when to choose it (Regulations on Petition Work 2022, art. 29)."""
	return [
		(
			"Appeal and Request",
			_("A problem to be solved"),
			_("Something is wrong, or a decision was unfair, and the petitioner wants it put right."),
		),
		("Inquiry", _("A question"), _("The petitioner wants to know how something is done or decided.")),
		("Suggestion", _("A suggestion"), _("The petitioner proposes how something could be done better.")),
		(
			"Report and Accusation",
			_("A complaint about an official or an office"),
			_("Somebody broke the rules. The village is not told of it."),
		),
	]


def _villages(agent: frappe._dict) -> list[tuple[str, list[tuple[str, str]]]]:
	"""Groups of villages to choose from: the own one, the others of the own town, then town by town."""
	filters = {"level": "Village", **({"district": agent.district} if agent.district else {})}
	rows = frappe.get_all(
		"Region",
		filters=filters,
		or_filters=[["valid_to", "is", "not set"], ["valid_to", ">=", getdate()]],
		fields=["name", "region_name", "town"],
		order_by="name asc",
	)
	names = _names({row.town for row in rows if row.town})
	by_town: dict[str, list[tuple[str, str]]] = {}
	for row in rows:
		if row.name != agent.village:
			by_town.setdefault(row.town or "", []).append((row.name, row.region_name))
	own = [(row.name, row.region_name) for row in rows if row.name == agent.village]
	towns = sorted(by_town, key=lambda town: (town != agent.town, town))
	return [(_("Own Village"), own), *((names.get(town, ""), by_town[town]) for town in towns)]


def _names(codes: Iterable[str]) -> dict[str, str]:
	rows = frappe.get_all(
		"Region",
		filters={"name": ["in", sorted(codes) or [""]]},
		fields=["name", "region_name"],
		order_by="name asc",
	)
	return {row.name: row.region_name for row in rows}


def _words() -> dict[str, str]:
	"""Sentences of the page's script."""
	return {
		"progress": _("Step {0} of {1}"),
		"read_over": _("Read over and file"),
		"saved": _("Saved on the server, {0}"),
		"kept": _("Kept on this phone. It is sent to the server when there is a connection."),
		"not_kept": _("This phone keeps nothing. Stay on this page until it has been saved on the server."),
		"saving": _("Saving …"),
		"give_name": _("Write the petitioner's name."),
		"give_phone_or_id": _("Write a phone number, or the ID number where there is no phone."),
		"bad_phone": _("This is no phone number. Compare it and write it again."),
		"bad_id": _(
			"The ID number does not fit its check digit. Compare it with the card and type it again."
		),
		"give_village": _("Choose the village or community."),
		"give_kind": _("Choose what it is."),
		"give_subject": _("Say in one sentence what it is about."),
		"give_content": _("Write down what happened."),
		"tick_powers": _("Read the agreement out, and tick when the petitioner agrees."),
		"sign": _("Let the petitioner sign here, or take a photo of the signed paper."),
		"waiting": _("Waiting"),
		"sending": _("Being sent …"),
		"sent": _("Sent"),
		"failed_paper": _("Not sent yet. It is kept on this phone."),
		"lost_paper": _("Not sent yet. Stay on this page: this phone cannot keep it."),
		"try_again": _("Try Again"),
		"remove": _("Remove"),
		"paper": _("Paper {0}"),
		"signed_paper": _("Photo of the Signed Agreement"),
		"too_many_papers": _("There are {0} papers already. Remove one first."),
		"papers_open": _("Some photos have not been sent yet. Try again, or remove them."),
		"no_answer": _("There was no answer. Tap File once more: nothing is filed twice."),
		"change": _("Change"),
		"nothing_said": _("Nothing written"),
		"yes": _("Yes", context="Portal"),
		"papers_count": _("{0} papers"),
		"signed_here": _("Signed on this phone"),
		"no_name_yet": _("Begun, no name yet"),
		"changed": _("Last changed {0}"),
		"until": _("Kept until {0}"),
		"until_soon": _("File it soon: it is deleted after {0}."),
		"only_here": _("Some of it is on this phone only."),
		"go_on": _("Go On"),
		"give_up": _("Give Up"),
		"sure_to_give_up": _(
			"Delete this draft for good? If the petitioner still wants to petition, file it instead."
		),
		"gone": _(
			"This draft is no longer on the server: it was given up elsewhere or its time was over. What this phone holds can go on as a new draft."
		),
		"gone_for_good": _("This draft is no longer there: it was given up elsewhere or its time was over."),
		"newer": _("This draft was changed on another phone or page at {0}. Nothing of yours has been lost."),
		"look_alike": _("This looks like a petition that is open already:"),
		"others_alike": _("The office may know of this matter already. You can file it all the same."),
		"not_loaded": _("The draft cannot be loaded at the moment. Try again when you have a connection."),
	}
