"""What the petitioner says of unit and agent from the pages: both at once, each once a round, each changed once."""

from collections.abc import Mapping

import frappe
from frappe import _
from frappe.utils import get_datetime, now_datetime

from petition_proxy.domain import ratings
from petition_proxy.petition_proxy.doctype.evaluation.evaluation import SAID_FIELDS, EvaluationError
from petition_proxy.utils.settings import get_setting

PARTIES = (ratings.UNIT, ratings.AGENT)


def rate(petition: str, given: Mapping[str, Mapping], round_no: int | None = None) -> list[str]:
	"""Enter or change what the petitioner says; the session's user acts as the petitioner.

	Args:
		petition: the case.
		given: rated party to rating, reasons (ticked), and words (free text); a party without a rating is left out.
		round_no: the round that was shown; one that is over is not rated any more.

	Returns:
		The parties rated, in order. The same said again counts as no change.

	Raises:
		EvaluationError: nothing chosen, not handed over, window over, changed once already, or another round.
		frappe.PermissionError: not the petitioner's case.
	"""
	chosen = [(party, given[party]) for party in PARTIES if (given.get(party) or {}).get("rating")]
	if not chosen:
		frappe.throw(_("Choose how satisfied you are."), EvaluationError)
	# two taps at once come here one after the other
	row = frappe.db.get_value("Petition", petition, ("name", "round"), as_dict=True, for_update=True)
	frappe.get_doc("Petition", petition).check_permission("read")
	if round_no and round_no != row.round:
		frappe.throw(_("The case has been taken up again since. Load the page again."), EvaluationError)
	for party, said in chosen:
		_rate_party(row, party, said)
	return [party for party, _said in chosen]


def _rate_party(row, party: str, said: Mapping) -> None:
	reasons = [str(reason) for reason in said.get("reasons") or ()]
	values = {
		"rating": said["rating"],
		"standard_reasons": "\n".join(reasons) or None,
		"reasons": (said.get("words") or "").strip() or None,
		"comment": None,
	}
	name = frappe.db.get_value("Evaluation", {"evaluation_key": f"{row.name}|{row.round}|{party}"})
	if not name:
		doc = frappe.get_doc({"doctype": "Evaluation", "petition": row.name, "rated_party": party, **values})
		doc.insert()
		return
	doc = frappe.get_doc("Evaluation", name)
	values["comment"] = doc.comment
	if all((doc.get(f) or "") == (values[f] or "") for f in SAID_FIELDS):
		return
	doc.update(values)
	doc.save()


def rateable(case: Mapping) -> list[frappe._dict]:
	"""Who can be rated now, and whether that has been done; never what was said.

	Whoever holds the slip reads this, an agent may be among them, so a rating once given is not shown again.

	Args:
		case: petition with name, round, agent, handling_unit, served_at.

	Returns:
		Rows with party, is_rated, can_rate (now, for the first time or once more), closes_at and the reasons to tick.
	"""
	days = get_setting("evaluation_window_days")
	if not case.get("served_at"):
		return []
	window = ratings.Window(get_datetime(case.get("served_at")), days)
	held = {
		row.rated_party: row
		for row in frappe.get_all(
			"Evaluation",
			filters={"petition": case.get("name"), "round": case.get("round")},
			fields=["rated_party", "revision_count", "entered_at"],
			order_by="creation asc",
			limit=10,
		)
	}
	now = now_datetime()
	is_there = {ratings.UNIT: case.get("handling_unit"), ratings.AGENT: case.get("agent")}
	rows = []
	for party in PARTIES:
		if not is_there[party]:
			continue
		given = held.get(party)
		revisions = given.revision_count if given else 0
		rows.append(
			frappe._dict(
				party=party,
				is_rated=bool(given),
				rated_at=given.entered_at if given else None,
				can_rate=ratings.may_rate(window.opens_at, now, days, revisions),
				closes_at=window.closes_at,
				good=ratings.GOOD_REASONS[party],
				bad=ratings.BAD_REASONS[party],
			)
		)
	return rows
