"""Before filing: does the petition look like one that is open already? (domain/repeats.py says what alike means.)"""

import frappe
from frappe import _

from petition_proxy.petition_proxy.doctype.petition.intake import find_petitioner
from petition_proxy.petition_proxy.doctype.petition.repeats import likely_cases
from petition_proxy.petition_proxy.doctype.petition_draft import acts
from petition_proxy.utils.identity import hash_of

COMPARED = ("village", "subject", "content", "request_text", "petition_kind")


def look_alike(client_key: str) -> dict:
	"""Open cases that an agent's draft looks like.

	Args:
		client_key: of the draft, as last saved.

	Returns:
		cases: number and state of those the agent may see; has_others: the office may know of the matter already.

	Raises:
		acts.OffDutyError: the agent may not take in petitions.
		DraftError: no such draft.
	"""
	agent = acts.agent_on_duty()
	row = acts.lock_open(client_key, agent.name)
	answers = acts.answers_of(row.name)
	name = str(answers.get("new_petitioner_name") or "").strip()
	phone, id_number = answers.get("new_petitioner_phone"), answers.get("new_petitioner_id_number")
	doc = frappe.new_doc("Petition")
	doc.update({field: answers.get(field) for field in COMPARED})
	doc.agent, doc.petitioner = agent.name, find_petitioner(name, phone, id_number) if name else None
	doc.flags.agent_row = agent
	doc.flags.petitioner_row = frappe._dict(id_hash=hash_of(id_number), phone_hash=hash_of(phone))
	cases, has_others = likely_cases(doc)
	return {
		"cases": [{"name": case.name, "state": _(case.workflow_state)} for case in cases],
		"has_others": has_others,
	}
