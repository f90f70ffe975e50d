"""Compound indexes the queues, the sweep and the row scope live on."""

import frappe

# One index per way into the list: the scope column, then the order the list is shown in. Each serves
# "first page of my queue" without a sort, whatever the number of closed cases.
# Never a single column: a later migrate drops an index on one column whose field does not ask for it.
INDEXES: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
	"Petition": (
		("queue", ("queue_key", "name")),
		("district_queue", ("district", "queue_key")),
		("town_queue", ("town", "queue_key")),
		("village_queue", ("village", "queue_key")),
		("unit_queue", ("handling_unit", "queue_key")),
		("agent_queue", ("agent", "queue_key")),
		("petitioner", ("petitioner", "queue_key")),
		("state_queue", ("workflow_state", "queue_key")),
		("agreement", ("agreement", "name")),
		("next_action", ("next_action_at", "name")),
		("petitioned", ("petitioned_at", "name")),
		("platform_queue", ("filing_channel", "queue_key")),
		("main_petition", ("main_petition", "name")),
	),
	"Petition Event": (("petition_time", ("petition", "happened_at")),),
	"Petition Assignment": (
		("petition_round", ("petition", "round")),
		("unit_status", ("to_unit", "status")),
	),
	"Petition Round": (("petition_round", ("petition", "round")),),
	"Evaluation": (("petition_round", ("petition", "round")),),
	"Alert": (
		("status_next", ("status", "next_try_at")),
		("recipient_status", ("recipient", "status")),
		("petition_rule", ("petition", "rule")),
	),
	"Proxy Agent": (
		("town_status", ("town", "status")),
		("village_status", ("village", "status")),
		("status_certificate", ("status", "certificate_valid_to")),
	),
	"Agent Status Change": (("agent_effective", ("agent", "effective_on", "creation")),),
	"Agent Certificate": (("agent_valid", ("agent", "valid_to")),),
	"Training Attendee": (("agent_session", ("agent", "parent")),),
	"Agent Tie": (("parent_unit", ("parent", "unit")),),
	"Rule Acknowledgement": (("agent_document", ("agent", "rule_document")),),
	"Agent Application": (("village_status", ("village", "status")),),
	"Handling Unit Member": (("user_unit", ("user", "parent")),),
	"Access Record": (("document_at", ("doctype_name", "document", "at")),),
}


def ensure_indexes() -> None:
	"""Add the indexes that are missing (adding one commits, so this comes last)."""
	for doctype, indexes in INDEXES.items():
		for name, fields in indexes:
			frappe.db.add_index(doctype, list(fields), index_name=f"{name}_index")
