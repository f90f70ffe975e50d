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
		("urgent_queue", ("is_urgent", "queue_key")),
		("agreement", ("agreement", "name")),
		("next_action", ("next_action_at", "name")),
		("petitioned", ("petitioned_at", "name")),
		("closed", ("closed_at", "name")),
		("changed", ("modified", "name")),
		("platform_queue", ("filing_channel", "queue_key")),
		("main_petition", ("main_petition", "name")),
		("paper", ("paper_no", "village")),
		("due", ("due_at", "name")),
		("common_issue", ("common_issue", "name")),
		("category_queue", ("category", "queue_key")),
		("accused_unit", ("accused_unit", "petitioned_at")),
		("accused_user", ("accused_user", "petitioned_at")),
	),
	"Petition Member": (("phone_parent", ("phone_hash", "parent")),),
	"Repeat Candidate": (
		("petition_other", ("petition", "other_petition")),
		("other_petition", ("other_petition", "petition")),
	),
	"Common Issue": (
		("district_status", ("district", "status")),
		("town_status", ("town", "status")),
		("unit_status", ("responsible_unit", "status")),
	),
	"Common Issue Case": (
		("issue_status", ("common_issue", "status")),
		("petition_issue", ("petition", "common_issue")),
	),
	"Early Notice": (
		("district_status", ("district", "status")),
		("town_status", ("town", "status")),
	),
	"Early Notice Reader": (("user_notice", ("user", "parent")),),
	"Reception Slot": (
		("host_time", ("host", "starts_at")),
		("unit_time", ("unit", "starts_at")),
		("district_time", ("district", "level", "status", "starts_at")),
	),
	"Video Reception": (
		("district_status", ("district", "status")),
		("town_status", ("town", "status")),
		("unit_time", ("unit", "starts_at")),
		("petition_time", ("petition", "starts_at")),
		("booked_reminder", ("status", "reminded_at", "reminder_on")),
	),
	"Petition Event": (
		("petition_time", ("petition", "happened_at")),
		("written", ("creation", "name")),
	),
	"Outgoing Notice": (
		("status_next", ("status", "next_try_at")),
		("petition_round", ("petition", "round")),
		("channel_sent", ("channel", "status", "sent_at")),
		("event_day", ("event", "channel", "about_on")),
	),
	"Petition Assignment": (
		("petition_round", ("petition", "round")),
		("unit_status", ("to_unit", "status")),
		("status_sent", ("status", "sent_at")),
		# what figures count by, one way into each period
		("sent", ("sent_at", "petition")),
		("answered", ("answered_at", "petition")),
	),
	"Responsibility Rule": (("category_region", ("category", "region")),),
	"Coordination Meeting": (("petition_held", ("petition", "held_at")),),
	"Upward Report": (("petition_sent", ("petition", "sent_on")),),
	"Opinion Letter": (("petition_round", ("petition", "round")),),
	"Official Letter": (
		("petition_round", ("petition", "round")),
		("unit_kind_year", ("unit", "kind", "year")),
	),
	"Service Receipt": (("petition_round", ("petition", "round")),),
	"Settlement Statement": (("petition_round", ("petition", "round")),),
	"Case File": (("petition_round", ("petition", "round")),),
	"Signing Delegation": (("unit_days", ("unit", "valid_from", "valid_to")),),
	"Petition Round": (
		("petition_round", ("petition", "round")),
		("ended", ("ended_at", "petition")),
	),
	"Training Session": (("status_finished", ("status", "finished_on")),),
	"Publicity Event": (("held", ("held_on", "village")),),
	"Evaluation": (
		("petition_round", ("petition", "round")),
		("channel_entered", ("channel", "entered_at")),
	),
	"Rating Link": (("petition_round", ("petition", "round")),),
	"Agent Device": (("device_user", ("device_hash", "user")),),
	"Alert": (
		("status_next", ("status", "next_try_at")),
		("recipient_status", ("recipient", "status")),
		("petition_rule", ("petition", "rule")),
	),
	"Extension Request": (
		("petition_round", ("petition", "round")),
		("unit_status", ("deciding_unit", "status")),
		("asked", ("asked_at", "petition")),
	),
	"Progress Notice": (
		("petition_status", ("petition", "status")),
		("status_by", ("status", "tell_by")),
		("reminder", ("status", "reminded_at", "tell_by")),
		("happened", ("happened_at", "status")),
	),
	"Supervision Order": (
		("petition_status", ("petition", "status")),
		("status_due", ("status", "due_at")),
		("unit_issued", ("unit", "issued_at")),
		("issued", ("issued_at", "petition")),
	),
	"Review Request": (
		("petition_round", ("petition", "round")),
		("unit_status", ("reviewing_unit", "status")),
		("petitioner_level", ("petitioner", "level")),
		("asked", ("asked_at", "petition")),
		("decided", ("decided_at", "petition")),
	),
	"Improvement Advice": (
		("district_status", ("district", "status")),
		("unit_status", ("to_unit", "status")),
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
	"Petition Draft": (
		("agent_status", ("agent", "status", "touched_at")),
		("status_expires", ("status", "expires_on")),
		("town_status", ("town", "status")),
		("district_status", ("district", "status")),
		("village_status", ("village", "status")),
	),
	"Reward Entry": (
		("petition_round", ("petition", "round")),
		("town_status", ("town", "status", "earned_on")),
		("district_status", ("district", "status", "earned_on")),
		("agent_earned", ("agent", "earned_on")),
		("batch_status", ("batch", "status")),
		("status_petition", ("status", "petition")),
		("earned", ("earned_on", "status")),
	),
	"Reward Batch Line": (("petition_parent", ("petition", "parent")),),
	"Bulletin Figure": (("bulletin_level", ("bulletin", "level")),),
	"Agent Consequence": (("agent_step", ("agent", "step")),),
	"Access Record": (
		("document_at", ("doctype_name", "document", "at")),
		("act_at", ("act", "at")),
	),
	"Public Notice": (("published_days", ("is_published", "published_from")),),
	"Told Case": (("published", ("is_published", "published_on")),),
	"Monthly Figure": (("month_region", ("month", "region")),),
}


def ensure_indexes() -> None:
	"""Add the indexes that are missing (adding one commits, so this comes last)."""
	for doctype, indexes in INDEXES.items():
		for name, fields in indexes:
			frappe.db.add_index(doctype, list(fields), index_name=f"{name}_index")
