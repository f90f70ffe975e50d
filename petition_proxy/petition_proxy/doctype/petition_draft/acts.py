"""What an agent does with a draft: keep, open, give up, add and take away papers. Filing stands in `filing.py`.

Each act takes the client key of the page, looks at the agent's own drafts only, and locks the row before it changes
anything, so that two phones on one draft come one after the other.
"""

import json
from collections.abc import Collection, Mapping
from datetime import date, datetime

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import getdate, now_datetime
from frappe.utils.password import decrypt

from petition_proxy.domain import drafts
from petition_proxy.permissions.scope import get_scope
from petition_proxy.petition_proxy.doctype.petition_draft.petition_draft import DraftError
from petition_proxy.petition_proxy.doctype.proxy_agent.gate import why_not_on_duty
from petition_proxy.utils.errors import domain_errors
from petition_proxy.utils.identity import seal
from petition_proxy.utils.rows import insert_rows, read_row
from petition_proxy.utils.uploads import take_paper

COLUMNS = ("name", "client_key", "agent", "status", "step", "version", "save_key", "touched_at", "expires_on")
AGENT_COLUMNS = (
	*("name", "agent_name", "status", "certificate_valid_to"),
	*("village", "town", "district", "duty_phone", "user"),
)


class OffDutyError(DraftError):
	"""The agent may not take in petitions at present."""


# Who
# ---
def own_agent() -> frappe._dict:
	"""The agent record of whoever is logged in, AGENT_COLUMNS.

	Raises:
		frappe.PermissionError: the account is no agent's.
	"""
	own = [min(values) for column, values in get_scope().claims if column == "agent"]
	row = read_row("Proxy Agent", own[0], AGENT_COLUMNS) if own else None
	if not row:
		frappe.throw(_("This page is for proxy agents. Log in as one."), frappe.PermissionError)
	return row


def agent_on_duty() -> frappe._dict:
	"""As `own_agent`, and only if the agent may take in petitions today (持证上岗).

	Raises:
		OffDutyError: suspended, untrained, or without knowledge of the rules; the sentence says which.
	"""
	agent = own_agent()
	if reason := why_not_on_duty(agent, now_datetime()):
		frappe.throw(reason, OffDutyError)
	return agent


# Keeping
# -------
def save(
	client_key: str,
	version: int,
	save_key: str,
	answers: Mapping,
	step: str,
	own_keys: Collection[str] = (),
	copy_papers_of: str | None = None,
) -> dict:
	"""Keep what has been written so far.

	Args:
		client_key: made by the page for each petition.
		version: number of the last save that the page knows of; 0 for a new draft.
		save_key: made for this save; the same again is answered the same.
		answers: fields of the petition.
		step: where the agent is.
		own_keys: keys of earlier saves of this page whose answers were lost.
		copy_papers_of: for a new draft: key of another own one, whose papers it starts with.

	Returns:
		state: "saved"; "newer", where another page or phone saved in between and nothing was written; "gone", where the
			draft was given up or its time is over; "filed", where it has become a petition. With version, and for the
			first two saved_at and keep_until.

	Raises:
		OffDutyError: the agent may not take in petitions.
		DraftError: what was sent is no draft, or there are too many.
	"""
	agent, now = agent_on_duty(), now_datetime()
	with domain_errors(DraftError):
		drafts.check_key(client_key)
		drafts.check_key(save_key)
		kept = drafts.read_answers(answers)
	step = step if step in drafts.STEPS else drafts.STEPS[0]
	row = lock(client_key, agent.name)
	if not row:
		if is_filed(client_key):
			return {"state": "filed"}
		if version:
			return {"state": "gone"}
		return _begin(agent, client_key, save_key, kept, step, now, copy_papers_of)
	if row.status != drafts.OPEN:
		return {"state": "gone"}
	if save_key != row.save_key:
		if not drafts.is_own_turn(row.version, row.save_key, version, own_keys):
			return {**_moment_of(row), "state": "newer"}
		row.version, row.save_key, row.step = row.version + 1, save_key, step
		_write(row, now, sealed_answers=seal(json.dumps(kept, ensure_ascii=False)), step=step)
	return {**_moment_of(row), "state": "saved"}


def _begin(agent, client_key, save_key, kept, step, now, copy_papers_of) -> dict:
	if frappe.db.count("Petition Draft", {"agent": agent.name, "status": drafts.OPEN}) >= drafts.MOST_OPEN:
		frappe.throw(
			_("You have {0} drafts already. File one or give one up before you begin another.").format(
				drafts.MOST_OPEN
			),
			DraftError,
		)
	doc = frappe.get_doc(
		{
			"doctype": "Petition Draft",
			"client_key": client_key,
			"agent": agent.name,
			"village": agent.village,
			"town": agent.town,
			"district": agent.district,
			"step": step,
			"version": 1,
			"save_key": save_key,
			"sealed_answers": seal(json.dumps(kept, ensure_ascii=False)),
			"status": drafts.OPEN,
			"touched_at": now,
			"expires_on": drafts.last_day(getdate(now)),
		}
	)
	doc.flags.by_act = True
	doc.insert(
		ignore_permissions=True
	)  # agents have no right to write drafts but by this act, which has checked them
	if copy_papers_of:
		_copy_papers(copy_papers_of, doc.name, agent.name)
	return {**_moment_of(doc), "state": "saved"}


def _write(row, now: datetime, **values) -> None:
	row.touched_at, row.expires_on = now, drafts.last_day(getdate(now))
	table = DocType("Petition Draft")
	query = frappe.qb.update(table).where(table.name == row.name)
	for column, value in {
		**values,
		"version": row.version,
		"save_key": row.save_key,
		"touched_at": row.touched_at,
		"expires_on": row.expires_on,
		"modified": now,
		"modified_by": frappe.session.user,
	}.items():
		query = query.set(table[column], value)
	query.run()


def _moment_of(row) -> dict:
	return {
		"version": row.version,
		"saved_at": frappe.utils.format_datetime(row.touched_at, "yyyy-MM-dd HH:mm"),
		"keep_until": day_text(row.expires_on),
	}


def day_text(day: date | str) -> str:
	return frappe.utils.formatdate(day, "yyyy-MM-dd")


def lock(client_key: str, agent: str) -> frappe._dict | None:
	"""The draft's row, locked and as it stands now; None if there is none.

	Raises:
		DraftError: the key belongs to another agent's draft.
	"""
	table = DocType("Petition Draft")
	rows = (
		frappe.qb.from_(table)
		.select(*(table[c] for c in COLUMNS))
		.where(table.client_key == client_key)
		.for_update()
		.run(as_dict=True)
	)
	if not rows:
		return None
	if rows[0].agent != agent:
		frappe.throw(_("There is no such draft of yours. Begin a new one."), DraftError)
	return rows[0]


def lock_open(client_key: str, agent: str) -> frappe._dict:
	"""As `lock`, and only a draft that is still open.

	Raises:
		DraftError: there is none, it was filed, given up or its time is over.
	"""
	with domain_errors(DraftError):
		drafts.check_key(client_key)
	row = lock(client_key, agent)
	if row and row.status == drafts.OPEN:
		return row
	if not row and is_filed(client_key):
		frappe.throw(
			_("This petition has been filed already. Reload the page to see its number."), DraftError
		)
	frappe.throw(
		_("This draft is not on the server. Reload the page; what is kept on this phone can be saved anew."),
		DraftError,
	)


def is_filed(client_key: str) -> bool:
	"""Has a petition come of this key? Reads what is committed now, not what this transaction saw first."""
	return bool(frappe.db.get_value("Petition", {"client_key": client_key}, "name", for_update=True))


# Opening
# -------
def open_draft(client_key: str) -> dict:
	"""A draft as it was last saved, for its own agent.

	Args:
		client_key: of the draft.

	Returns:
		state: "open", with version, save_key, step, answers, papers, saved_at and keep_until; "none", "gone" or "filed".

	Raises:
		DraftError: another agent's.
	"""
	agent = own_agent()
	with domain_errors(DraftError):
		drafts.check_key(client_key)
	row = lock(client_key, agent.name)
	if not row:
		return {"state": "filed" if is_filed(client_key) else "none"}
	if row.status != drafts.OPEN:
		return {"state": "gone"}
	return {
		**_moment_of(row),
		"state": "open",
		"save_key": row.save_key,
		"step": row.step,
		"answers": answers_of(row.name),
		"papers": papers_of(row.name),
	}


def answers_of(name: str) -> dict:
	return unsealed(frappe.db.get_value("Petition Draft", name, "sealed_answers"))


def unsealed(sealed: str | None) -> dict:
	return json.loads(decrypt(sealed)) if sealed else {}


def papers_of(name: str) -> list[dict]:
	"""Papers of a draft in the order in which they came.

	Returns:
		Dicts with name (of the File), key, part ("paper" or "agreement_scan"), url and is_picture.
	"""
	rows = frappe.get_all(
		"File",
		filters={"attached_to_doctype": "Petition Draft", "attached_to_name": name},
		fields=["name", "file_name", "file_url", "attached_to_field"],
		order_by="creation asc, name asc",
	)
	return [
		{
			"name": row.name,
			"key": row.file_name.partition(".")[0],
			"part": row.attached_to_field or drafts.PAPER,
			"url": f"{row.file_url}?fid={row.name}",
			"is_picture": not row.file_url.endswith(".pdf"),
		}
		for row in rows
	]


# Papers
# ------
def add_paper(client_key: str, paper_key: str, part: str) -> dict:
	"""Keep the photo of this request on a draft. The same paper key again gives the same answer.

	Args:
		client_key: of the draft, which has been saved before.
		paper_key: made by the page for this photo; it becomes the file's name, for people name photos after people.
		part: "paper", or "agreement_scan" for the signed agreement, of which there is one.

	Files:
		file: the photo or PDF.

	Returns:
		As a row of `papers_of`.

	Raises:
		OffDutyError: the agent may not take in petitions.
		DraftError: no such draft.
		petition_proxy.utils.files.PaperRefusedError: too many, too large, or none that is taken.
	"""
	agent = agent_on_duty()
	with domain_errors(DraftError):
		drafts.check_key(paper_key)
	if part not in drafts.PARTS:
		frappe.throw(_("The page sent no proper key. Reload it; what you wrote is kept."), DraftError)
	row = lock_open(client_key, agent.name)
	held = papers_of(row.name)
	if again := [paper for paper in held if paper["key"] == paper_key]:
		return again[0]
	replaced = [paper["name"] for paper in held if part == drafts.AGREEMENT and paper["part"] == part]
	file = take_paper(
		"Petition Draft", row.name, drafts.MOST_PAPERS + len(replaced), stem=paper_key, field=part
	)
	for name in replaced:
		_delete_file(name)
	_write(row, now_datetime())
	return next(paper for paper in papers_of(row.name) if paper["name"] == file.name)


def remove_paper(client_key: str, paper: str) -> None:
	"""Take a paper off a draft; one that is not there any more is no error.

	Args:
		client_key: of the draft.
		paper: name of the File.

	Raises:
		DraftError: no such draft.
	"""
	row = lock_open(client_key, own_agent().name)
	if paper in {held["name"] for held in papers_of(row.name)}:
		_delete_file(paper)
		_write(row, now_datetime())


def _delete_file(name: str) -> None:
	# of an own draft, which was checked; permanently, so that no copy of the row remains among the deleted documents
	frappe.delete_doc("File", name, ignore_permissions=True, delete_permanently=True)


def _copy_papers(client_key: str, name: str, agent: str) -> None:
	"""Give a new draft the papers of another own one: further rows on the same files, which Frappe deletes with the last."""
	with domain_errors(DraftError):
		drafts.check_key(client_key)
	source = lock(client_key, agent)
	if not source:
		return
	rows = frappe.get_all(
		"File",
		filters={"attached_to_doctype": "Petition Draft", "attached_to_name": source.name},
		fields=list(COPIED),
		order_by="creation asc, name asc",
	)
	insert_rows(
		"File", [{**row, "attached_to_doctype": "Petition Draft", "attached_to_name": name} for row in rows]
	)


COPIED = (
	*("file_name", "file_url", "file_type", "file_size", "content_hash", "folder", "is_private"),
	"attached_to_field",
)


# Ending
# ------
def give_up(client_key: str) -> None:
	"""The agent lets a draft go: its content and papers are deleted, a line without content stays for the count.

	A second time is no error.

	Args:
		client_key: of the draft.

	Raises:
		DraftError: another agent's.
	"""
	agent = own_agent()
	with domain_errors(DraftError):
		drafts.check_key(client_key)
	row = lock(client_key, agent.name)
	if row and row.status == drafts.OPEN:
		end([row.name], drafts.GIVEN_UP, now_datetime())


def end(names: list[str], status: str, now: datetime) -> None:
	"""Delete what drafts hold and mark them as ended.

	Args:
		names: drafts, locked by the caller.
		status: "Given Up" or "Expired".
		now: the moment.
	"""
	if not names:
		return
	files = frappe.get_all(
		"File",
		filters={"attached_to_doctype": "Petition Draft", "attached_to_name": ("in", names)},
		pluck="name",
		order_by="name asc",
	)
	for name in files:
		_delete_file(name)
	table, remark = DocType("Petition Draft"), DocType("Comment")
	(
		frappe.qb.update(table)
		.set(table.status, status)
		.set(table.sealed_answers, None)
		.set(table.save_key, None)
		.set(table.step, None)
		.set(table.ended_at, now)
		.set(table.modified, now)
		.where(table.name.isin(names))
		.run()
	)
	# Frappe notes each attachment on the record
	frappe.qb.from_(remark).delete().where(
		(remark.reference_doctype == "Petition Draft") & remark.reference_name.isin(names)
	).run()
