app_name = "petition_proxy"
app_title = "Petition Proxy"
app_publisher = "Petition Proxy Founders"
app_description = (
	"Petitions filed through proxy agents: filed, handled, answered and rated within promised limits"
)
app_email = "founders@petition-proxy.invalid"
app_license = "mit"
app_logo_url = "/assets/petition_proxy/images/logo.svg"

add_to_apps_screen = [
	{
		"name": "petition_proxy",
		"logo": "/assets/petition_proxy/images/logo.svg",
		"title": "Petition Proxy",
		"route": "/app",
		"has_permission": "petition_proxy.permissions.has_app_permission",
	}
]

export_python_type_annotations = True
require_type_annotated_api_methods = True

# Install and uninstall
# ---------------------
after_install = "petition_proxy.setup.after_install"
before_uninstall = "petition_proxy.setup.before_uninstall"

# Desk
# ----
app_include_js = "petition_proxy.bundle.js"
# Buttons on the case's form beside its own script. Frappe joins them, so each keeps its names to itself.
doctype_js = {
	"Petition": [
		"public/js/petition_around.js",
		"public/js/petition_clocks.js",
		"public/js/petition_closing.js",
		"public/js/petition_petitioner.js",
		"public/js/petition_rewards.js",
		"public/js/petition_tour.js",
	]
}
app_include_css = "petition_proxy.bundle.css"
# Link fields to records that bear an option among their search fields
standard_queries = {
	doctype: "petition_proxy.queries.links.search_in_words"
	for doctype in (
		"Extension Request",
		"Handling Unit",
		"Improvement Advice",
		"Official Letter",
		"Opinion Letter",
		"Petition",
		"Petition Assignment",
		"Proxy Agent",
		"Publicity Event",
		"Region",
		"Review Request",
		"Service Receipt",
		"Settlement Statement",
		"Statutory Limit",
		"Supervision Order",
	)
}
extend_bootinfo = "petition_proxy.api.desk.extend_bootinfo"

# Where agents and petitioners land after login; they have no desk
role_home_page = {
	"Petition Proxy Agent": "agent",
	"Petitioner Portal User": "my-petitions",
}

# One look for all forms on a phone
webform_include_css = {
	"Petition": "public/css/portal_form.css",
	"Evaluation": "public/css/portal_form.css",
	"Agent Application": "public/css/portal_form.css",
}

# What a page sends counts for the person it was made for; what an endpoint is sent is all there and can be read
before_request = [
	"petition_proxy.utils.portal.check_same_person",
	"petition_proxy.utils.arguments.check_arguments",
]
# Who calls which of Frappe's functions, asked once the person is known
auth_hooks = ["petition_proxy.permissions.endpoints.check_endpoint"]
# An agent's devices are known, so that no petitioner's word is taken from them
on_session_creation = ["petition_proxy.utils.devices.note_agent_login"]

# Clearing the site's cache ends no limit and no open case of a petitioner
persistent_cache_keys = [
	"petition_proxy_case",
	"petition_proxy_known",
	"petition_proxy_once",
	"petition_proxy_tries",
	"petition_proxy_wait",
	"petition_proxy_wrong",
]

# Strict headers on our own pages
after_request = ["petition_proxy.utils.portal.add_headers"]

# Who is asked about every paper that comes in; a function of the content that returns True for a clean file
petition_proxy_scan_paper = ["petition_proxy.utils.clamav.is_clean"]

# What print formats call (templates/print/paper.html and the formats themselves)
jinja = {
	"methods": [
		"petition_proxy.printing.figures.paper_figures",
		"petition_proxy.printing.paper.paper_agent",
		"petition_proxy.printing.paper.paper_document",
		"petition_proxy.printing.paper.paper_masked",
		"petition_proxy.printing.paper.paper_number",
		"petition_proxy.printing.paper.paper_office",
		"petition_proxy.printing.paper.paper_timeline",
		"petition_proxy.printing.paper.paper_title",
		"petition_proxy.printing.paper.paper_today",
		"petition_proxy.printing.paper.paper_unit",
		"petition_proxy.printing.paper.petition_paper",
		"petition_proxy.printing.words.paper_amount",
		"petition_proxy.printing.words.paper_day",
		"petition_proxy.printing.words.paper_item",
		"petition_proxy.printing.words.paper_law",
		"petition_proxy.printing.words.paper_moment",
		"petition_proxy.printing.words.paper_option",
		"petition_proxy.printing.words.paper_salutation",
	],
}

# Row access: one scope behind every list, form, report, export and count (docs/permissions.md)
# ---------------------------------------------------------------------------------------------
# Records with a `petition` field that follow their case, from first to last
_case_records = (
	"Petition Event",
	"Evaluation",
	"Alert",
	"Petition Assignment",
	"Petition Round",
	"Coordination Meeting",
	"Upward Report",
	"Service Receipt",
	"Settlement Statement",
	"Case File",
	"Extension Request",
	"Progress Notice",
	"Supervision Order",
	"Review Request",
	"Common Issue Case",
	"Reward Entry",
	"Rating Link",
	"Outgoing Notice",
)
# Letters of a case: agent and petitioner read only what was issued
_letters = ("Opinion Letter", "Official Letter")
# Rows of tables in a petition, which Frappe lists by the parent's role alone
_petition_rows = ("Petition Member", "Petition Concerned Unit")
# ... and rows elsewhere that name a petition
_batch_rows = ("Reward Batch Line", "Reward Batch Sign", "Reward Batch Strike")

# Rows of all other tables: seen by whoever sees the record they stand in
_rows_of_tables = (
	"Agent Tie",
	"Archive Item",
	"Bulletin Proposal",
	"Bulletin Ranking",
	"Coordination Meeting Unit",
	"Handling Unit Member",
	"Hearing Period",
	"Ledger Import Column",
	"Letter Word",
	"Notice Choice Line",
	"Opinion Item",
	"Reward Batch Payment",
	"Training Attendee",
	"Work Calendar Day",
)
# Records with an `agent` field that follow the agent's place
_agent_records = ("Agent Status Change", "Agent Certificate", "Agent Notice", "Rule Acknowledgement")

# What Frappe keeps beside records and guards by role alone
_beside_records = ("Comment", "Deleted Document", "Version", "View Log")

permission_query_conditions = {
	"Petition": "petition_proxy.permissions.petition_query",
	"Petitioner": "petition_proxy.permissions.petitioner_query",
	"Told Case": "petition_proxy.permissions.public.told_case_query",
	"Proxy Agreement": "petition_proxy.permissions.agreement_query",
	"Proxy Agent": "petition_proxy.permissions.agent_query",
	"Improvement Advice": "petition_proxy.permissions.advice.advice_query",
	"Access Record": "petition_proxy.permissions.around.access_record_query",
	"Repeat Candidate": "petition_proxy.permissions.around.repeat_candidate_query",
	"Common Issue": "petition_proxy.permissions.around.common_issue_query",
	"Early Notice": "petition_proxy.permissions.around.early_notice_query",
	"Early Notice Reader": "petition_proxy.permissions.around.notice_row_query",
	"Reception Slot": "petition_proxy.permissions.around.reception_slot_query",
	"Video Reception": "petition_proxy.permissions.around.video_reception_query",
	"File": "petition_proxy.overrides.file.file_query",
	**dict.fromkeys(_beside_records, "petition_proxy.permissions.side_records.side_query"),
	"Communication": "petition_proxy.permissions.side_records.side_query",
	"List Filter": "petition_proxy.permissions.side_records.list_filter_query",
	"Report": "petition_proxy.permissions.side_records.report_query",
	"Tag Link": "petition_proxy.permissions.doors.tag_link_query",
	"Document Follow": "petition_proxy.permissions.doors.follow_query",
	**dict.fromkeys(_petition_rows, "petition_proxy.permissions.around.petition_row_query"),
	**dict.fromkeys(_rows_of_tables, "petition_proxy.permissions.tables.row_query"),
	**dict.fromkeys(_batch_rows, "petition_proxy.permissions.tables.batch_row_query"),
	"Agent Application": "petition_proxy.permissions.application_query",
	"Petition Draft": "petition_proxy.permissions.drafts.draft_query",
	"Training Session": "petition_proxy.permissions.session_query",
	**dict.fromkeys(_agent_records, "petition_proxy.permissions.agent_record_query"),
	"Reward Batch": "petition_proxy.permissions.money.reward_batch_query",
	"Agent Consequence": "petition_proxy.permissions.money.consequence_query",
	"Quarterly Bulletin": "petition_proxy.permissions.money.bulletin_query",
	"Bulletin Figure": "petition_proxy.permissions.money.bulletin_figure_query",
	**dict.fromkeys(_case_records, "petition_proxy.permissions.case_record_query"),
	**dict.fromkeys(_letters, "petition_proxy.permissions.letters.letter_query"),
	"Evaluation": "petition_proxy.permissions.ratings.evaluation_query",
	"Agent Device": "petition_proxy.permissions.ratings.agent_device_query",
	"Outgoing Notice": "petition_proxy.permissions.notices.outgoing_notice_query",
	"Notice Choice": "petition_proxy.permissions.notices.notice_choice_query",
}

has_permission = {
	"Petition": "petition_proxy.permissions.has_petition_permission",
	"Petitioner": "petition_proxy.permissions.has_petitioner_permission",
	"Told Case": "petition_proxy.permissions.public.has_told_case_permission",
	"Proxy Agreement": "petition_proxy.permissions.has_agreement_permission",
	"Proxy Agent": "petition_proxy.permissions.has_agent_permission",
	"Improvement Advice": "petition_proxy.permissions.advice.has_advice_permission",
	"Access Record": "petition_proxy.permissions.around.has_access_record_permission",
	"Repeat Candidate": "petition_proxy.permissions.around.has_repeat_candidate_permission",
	"Common Issue": "petition_proxy.permissions.around.has_common_issue_permission",
	"Early Notice": "petition_proxy.permissions.around.has_early_notice_permission",
	"Reception Slot": "petition_proxy.permissions.around.has_reception_slot_permission",
	"Video Reception": "petition_proxy.permissions.around.has_video_reception_permission",
	"File": "petition_proxy.overrides.file.has_file_permission",
	**dict.fromkeys(_beside_records, "petition_proxy.permissions.side_records.has_side_permission"),
	"Communication": "petition_proxy.permissions.side_records.has_communication_permission",
	"List Filter": "petition_proxy.permissions.side_records.has_list_filter_permission",
	"Notification Log": "petition_proxy.permissions.side_records.has_notification_permission",
	"Report": "petition_proxy.permissions.side_records.has_report_permission",
	"Tag Link": "petition_proxy.permissions.doors.has_tag_link_permission",
	"Document Follow": "petition_proxy.permissions.doors.has_follow_permission",
	"Publicity Event": "petition_proxy.permissions.has_publicity_permission",
	**dict.fromkeys(
		("Service Point", "Settlement"), "petition_proxy.permissions.has_place_record_permission"
	),
	"Agent Application": "petition_proxy.permissions.has_application_permission",
	"Petition Draft": "petition_proxy.permissions.drafts.has_draft_permission",
	"Training Session": "petition_proxy.permissions.has_session_permission",
	**dict.fromkeys(_agent_records, "petition_proxy.permissions.has_agent_record_permission"),
	"Reward Batch": "petition_proxy.permissions.money.has_reward_batch_permission",
	"Agent Consequence": "petition_proxy.permissions.money.has_consequence_permission",
	"Quarterly Bulletin": "petition_proxy.permissions.money.has_bulletin_permission",
	"Bulletin Figure": "petition_proxy.permissions.money.has_bulletin_figure_permission",
	**dict.fromkeys(_case_records, "petition_proxy.permissions.has_case_record_permission"),
	**dict.fromkeys(_letters, "petition_proxy.permissions.letters.has_letter_permission"),
	"Evaluation": "petition_proxy.permissions.ratings.has_evaluation_permission",
	"Agent Device": "petition_proxy.permissions.ratings.has_agent_device_permission",
	"Outgoing Notice": "petition_proxy.permissions.notices.has_outgoing_notice_permission",
	"Notice Choice": "petition_proxy.permissions.notices.has_notice_choice_permission",
}

# Records whose texts are cleaned before they are judged: all that hold any
_written_records = (
	"Access Record",
	"Agent Application",
	"Agent Certificate",
	"Agent Consequence",
	"Agent Device",
	"Agent Import",
	"Agent Notice",
	"Agent Status Change",
	"Alert",
	"Alert Digest",
	"Alert Rule",
	"Bulletin Figure",
	"Case File",
	"Chat Robot",
	"Common Issue",
	"Common Issue Case",
	"Coordination Meeting",
	"Early Notice",
	"Evaluation",
	"Extension Request",
	"Handling Unit",
	"Improvement Advice",
	"Ledger Import",
	"Monthly Figure",
	"Notice Template",
	"Official Letter",
	"Opinion Letter",
	"Outgoing Notice",
	"Petition",
	"Petition Assignment",
	"Petition Category",
	"Petition Draft",
	"Petition Event",
	"Petition Round",
	"Petitioner",
	"Progress Notice",
	"Proxy Agent",
	"Proxy Agreement",
	"Public Notice",
	"Publicity Event",
	"Quarterly Bulletin",
	"Rating Link",
	"Reception Slot",
	"Region",
	"Repeat Candidate",
	"Reply Class",
	"Responsibility Rule",
	"Retention Rule",
	"Review Request",
	"Reward Batch",
	"Reward Entry",
	"Reward Run",
	"Reward Tariff",
	"Rule Acknowledgement",
	"Rule Document",
	"Service Point",
	"Service Receipt",
	"Settlement",
	"Settlement Statement",
	"Signing Delegation",
	"Standing Rule",
	"Statutory Limit",
	"Supervision Order",
	"Supervision Rule",
	"Sweep Run",
	"Told Case",
	"Training Session",
	"Upward Report",
	"Video Reception",
	"Walking Distance",
	"Work Calendar",
)

# Records whose content is kept for the pages for everybody, until one of them changes
_cleaning = {"before_validate": "petition_proxy.utils.texts.clean_document"}
_forgetting = dict.fromkeys(
	("on_update", "on_trash"), "petition_proxy.utils.public_cache.forget_public_content"
)

# Shares overrule row access, and notices carry titles: both are kept to who may open the record. Remarks and papers are
# acts on a case that go past its own form.
doc_events = {
	**dict.fromkeys(_written_records, _cleaning),
	**dict.fromkeys(("Public Notice", "Reply Class", "Statutory Limit"), _cleaning | _forgetting),
	"Petition Proxy Settings": _forgetting,
	"DocShare": {"validate": "petition_proxy.permissions.doors.refuse_share"},
	"Notification Log": {"before_insert": "petition_proxy.permissions.doors.keep_notice_from_outsiders"},
	"Comment": {"before_insert": "petition_proxy.petition_proxy.doctype.petition.side_acts.check_comment"},
	"File": {
		"before_insert": [
			"petition_proxy.petition_proxy.doctype.petition.side_acts.check_file",
			"petition_proxy.utils.files.check_upload",
		]
	},
}

# Frappe counts these without row access, and shows steps by role alone
# ... and lets tables out as they are: formulas, no record, all in memory (api/exports.py)
override_whitelisted_methods = {
	"frappe.desk.reportview.export_query": "petition_proxy.api.exports.export_list",
	"frappe.desk.query_report.export_query": "petition_proxy.api.exports.export_report",
	"frappe.core.doctype.data_export.exporter.export_data": "petition_proxy.api.exports.export_data",
	"frappe.core.doctype.data_import.data_import.download_template": "petition_proxy.api.exports.download_template",
	"frappe.model.workflow.get_transitions": "petition_proxy.api.steps.get_transitions",
	"frappe.desk.doctype.tag.tag.get_tagged_docs": "petition_proxy.permissions.doors.get_tagged_docs",
	"frappe.realtime.can_subscribe_doctype": "petition_proxy.overrides.endpoints.can_subscribe_doctype",
	"frappe.desk.search.get_link_title": "petition_proxy.overrides.endpoints.get_link_title",
	"frappe.www.printview.get_html_and_style": "petition_proxy.overrides.endpoints.get_html_and_style",
	"frappe.www.printview.get_rendered_raw_commands": "petition_proxy.overrides.endpoints.get_rendered_raw_commands",
	"frappe.utils.print_format.report_to_pdf": "petition_proxy.overrides.endpoints.report_to_pdf",
	"frappe.client.get_count": "petition_proxy.api.counts.get_count",
	"frappe.workflow.doctype.workflow.workflow.get_workflow_state_count": "petition_proxy.api.counts.get_workflow_state_count",
}

# Reports by mail stay in the scope of the person they are for; Frappe's log of exports keeps no contents
override_doctype_class = {
	"File": "petition_proxy.overrides.file.PaperFile",
	"Auto Email Report": "petition_proxy.overrides.auto_email_report.ScopedAutoEmailReport",
	"Access Log": "petition_proxy.overrides.access_log.DiscreetAccessLog",
}

# Scheduled jobs: cron entries only put work on the long queue
# -------------------------------------------------------------
scheduler_events = {
	"cron": {
		"5 * * * *": ["petition_proxy.jobs.deadline_sweep.enqueue_deadline_sweep"],
		"*/10 * * * *": ["petition_proxy.jobs.alert_delivery.enqueue_alert_delivery"],
		"* * * * *": ["petition_proxy.jobs.outbox.enqueue_outbox"],
		"40 7 * * *": ["petition_proxy.jobs.outbox.tell_of_dead_letters"],
		"35 6 * * *": ["petition_proxy.jobs.supervision.enqueue_supervision_sweep"],
		"45 7 * * *": ["petition_proxy.jobs.progress_tasks.enqueue_progress_tasks"],
	},
	"daily": [
		"petition_proxy.jobs.work_calendar.warn_missing_calendar",
		"petition_proxy.jobs.reception_reminders.enqueue_reception_reminders",
		"petition_proxy.jobs.certificate_watch.enqueue_certificate_watch",
		"petition_proxy.jobs.draft_cleanup.enqueue_draft_cleanup",
		"petition_proxy.jobs.notice_feed.training_notices",
		"petition_proxy.jobs.reward_settlement.enqueue_reward_run",
		"petition_proxy.jobs.export_cleanup.enqueue_export_cleanup",
		"petition_proxy.jobs.monthly_figures.enqueue_monthly_figures",
	],
}

# Days to keep what only says that a job ran
default_log_clearing_doctypes = {"Sweep Run": 90}

# Pages that notices to petitioners and agents lead to: kind ("rating", "progress", "agent") to the dotted name of a
# function that takes a petition and returns an address
# ---------------------------------------------------------------------------------------------------------------
petition_notice_links = {
	kind: f"petition_proxy.jobs.notice_links.{kind}" for kind in ("rating", "progress", "agent")
}

# Tests
# -----
before_tests = "petition_proxy.tests.factories.before_tests"
