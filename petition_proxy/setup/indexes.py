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
	"Handling Unit Member": (("user_unit", ("user", "parent")),),
	"Reward Entry": (
		("petition_round", ("petition", "round")),
		("town_status", ("town", "status", "earned_on")),
		("district_status", ("district", "status", "earned_on")),
		("agent_earned", ("agent", "earned_on")),
		("batch_status", ("batch", "status")),
	),
	"Reward Batch Line": (("petition_parent", ("petition", "parent")),),
	"Bulletin Figure": (("bulletin_level", ("bulletin", "level")),),
	"Agent Consequence": (("agent_step", ("agent", "step")),),
	"Access Record": (("document_at", ("doctype_name", "document", "at")),),
}


def ensure_indexes() -> None:
	"""Add the indexes that are missing (adding one commits, so this comes last)."""
	for doctype, indexes in INDEXES.items():
		for name, fields in indexes:
			frappe.db.add_index(doctype, list(fields), index_name=f"{name}_index")
