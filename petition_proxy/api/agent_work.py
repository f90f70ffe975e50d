"""What an agent does on the pages beside telling and handing over: papers, remarks, letters to bring home, finding a case."""

import frappe
from frappe import _
from frappe.utils import now_datetime
from frappe.utils.html_utils import sanitize_html

from petition_proxy.domain import letters, lifecycle
from petition_proxy.permissions.letters import OFFICIAL_LETTER
from petition_proxy.petition_proxy.doctype.petition import checks, steps
from petition_proxy.petition_proxy.doctype.petition.own_case import lock_agents_case, refuse_unknown
from petition_proxy.printing.pages import paper_pdf
from petition_proxy.queries.agent_work import own_cases
from petition_proxy.queries.case_view import describe_rows
from petition_proxy.utils.portal import need_agent
from petition_proxy.utils.texts import plain_texts
from petition_proxy.utils.uploads import take_paper

# kind of letter -> its paper
PAPERS: dict[str, str] = {
	letters.ACCEPTANCE: "Acceptance Notice",
	letters.REFUSAL: "Refusal Notice",
	letters.NO_LONGER: "No Longer Accepted Notice",
	letters.GUIDANCE: "Statutory Route Notice",
	letters.EXTENSION: "Extension Notice",
	letters.OPINION: "Opinion Letter Paper",
	**dict.fromkeys(letters.REVIEW_OPINIONS.values(), "Review Opinion Paper"),
}
MOST_SEARCHED = 60  # characters


class AgentWorkError(frappe.ValidationError):
	"""The act does not fit the case, or says nothing."""


@frappe.whitelist(methods=["POST"])
def add_paper(petition: str) -> str:
	"""Keep the file of this request as a paper of an own case; the same file sent twice is kept once.

	Args:
		petition: the case.

	Files:
		file: the photo or PDF.

	Returns:
		Name of the File.

	Raises:
		PaperRefusedError: none sent, or not one that is taken.
		StepError: the agent is off duty, or the agreement does not let the agent hand in material.
		AgentWorkError: the case has ended.
		frappe.DoesNotExistError: no such case among the agent's own.
	"""
	doc = lock_agents_case(petition)
	_check_may_add(doc)
	if doc.workflow_state != lifecycle.DRAFT:
		checks.check_authority(doc, now_datetime(), "may_submit_material")
	frappe.db.savepoint("paper")
	kept = take_paper("Petition", doc.name)
	earlier = frappe.db.get_value(
		"File",
		{
			"attached_to_doctype": "Petition",
			"attached_to_name": doc.name,
			"owner": frappe.session.user,
			"content_hash": frappe.db.get_value("File", kept.name, "content_hash"),
			"name": ("!=", kept.name),
		},
		"name",
		order_by="creation asc",
	)
	if earlier:
		frappe.db.rollback(save_point="paper")
	return earlier or kept.name


@frappe.whitelist(methods=["POST"])
@plain_texts
def add_remark(petition: str, text: str) -> None:
	"""Write a remark on an own case; the same words as the last ones are written once.

	Args:
		petition: the case.
		text: the remark.

	Raises:
		AgentWorkError: no words, or the case has ended.
		StepError: the agent is off duty, or the authority has ended.
		frappe.DoesNotExistError: no such case among the agent's own.
	"""
	doc = lock_agents_case(petition)
	_check_may_add(doc)
	text = sanitize_html(
		(text or "").strip(), always_sanitize=True
	)  # as Frappe keeps a remark, so that the last one compares
	if not text:
		frappe.throw(_("Write down what there is to say."), AgentWorkError)
	last = frappe.db.get_value(
		"Comment",
		{
			"reference_doctype": "Petition",
			"reference_name": doc.name,
			"comment_type": "Comment",
			"owner": frappe.session.user,
		},
		"content",
		order_by="creation desc",
	)
	if last != text:
		doc.add_comment("Comment", text)


def _check_may_add(doc) -> None:
	steps.check_agent_may_act(doc, now_datetime())
	if doc.workflow_state in lifecycle.FINAL_STATES:
		frappe.throw(_("The case has ended. Nothing can be added to it any more."), AgentWorkError)


@frappe.whitelist(methods=["POST"])
@plain_texts
def find_cases(text: str) -> str:
	"""Own cases by a part of number, subject or petitioner's name; posted, so that no name stands in an address.

	Args:
		text: what to look for.

	Returns:
		The rows as they stand on the page of own cases.

	Raises:
		frappe.PermissionError: no agent.
	"""
	agent = _own_agent()
	text = (text or "").strip()[:MOST_SEARCHED]
	rows = own_cases(agent, text=text)[0] if text else []
	rows = describe_rows(rows, now_datetime())
	return frappe.render_template("petition_proxy/templates/portal/agent_cases.html", {"rows": rows})


def _own_agent() -> str:
	if frappe.session.user == "Guest":
		frappe.throw(_("Log in first."), frappe.PermissionError)
	return need_agent()


def has_paper(letter, case_round: int) -> bool:
	"""Whether a letter can be drawn: a notice is drawn from its case, which a new round has written over.

	Args:
		letter: Official Letter or row with kind, round and reference_doctype.
		case_round: present round of its case.
	"""
	if letter.kind not in PAPERS or not letter.reference_doctype:
		return False
	return letter.reference_doctype != "Petition" or letter.round == case_round


@frappe.whitelist()
def get_letter_paper(letter: str, lang: str = "zh") -> None:
	"""A letter that was issued to the petitioner of an own case, as PDF to show or print.

	Args:
		letter: the Official Letter.
		lang: language of the paper.

	Sends:
		application/pdf: the letter.

	Raises:
		frappe.DoesNotExistError: no such letter among those the agent may bring home.
	"""
	_own_agent()
	doc = frappe.get_doc(OFFICIAL_LETTER, letter) if frappe.db.exists(OFFICIAL_LETTER, letter) else None
	if not doc or not doc.has_permission("read"):
		refuse_unknown()
	if not has_paper(doc, frappe.db.get_value("Petition", doc.petition, "round")):
		frappe.throw(_("This letter can be had on paper at the office only."), AgentWorkError)
	paper = (doc.reference_doctype, doc.reference_name, PAPERS[doc.kind])
	frappe.local.response.filename = f"{doc.name}.pdf"
	frappe.local.response.filecontent = paper_pdf(*paper, lang, is_checked=True)
	frappe.local.response.type = "pdf"
