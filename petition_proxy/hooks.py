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
		"route": "/app/petition-proxy",
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
app_include_css = "petition_proxy.bundle.css"
doctype_js = {"Petition": "public/js/petition_rewards.js"}
extend_bootinfo = "petition_proxy.api.desk.extend_bootinfo"

# Where agents and petitioners land after login; they have no desk
role_home_page = {
	"Petition Proxy Agent": "file-petition/list",
	"Petitioner Portal User": "rate-petition/list",
}

# One look for all forms on a phone
webform_include_css = {
	"Petition": "public/css/portal_form.css",
	"Evaluation": "public/css/portal_form.css",
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
	"Reward Entry",
)

permission_query_conditions = {
	"Petition": "petition_proxy.permissions.petition_query",
	"Petitioner": "petition_proxy.permissions.petitioner_query",
	"Proxy Agreement": "petition_proxy.permissions.agreement_query",
	"Proxy Agent": "petition_proxy.permissions.agent_query",
	"Reward Batch": "petition_proxy.permissions.money.reward_batch_query",
	"Agent Consequence": "petition_proxy.permissions.money.consequence_query",
	"Quarterly Bulletin": "petition_proxy.permissions.money.bulletin_query",
	"Bulletin Figure": "petition_proxy.permissions.money.bulletin_figure_query",
	**dict.fromkeys(_case_records, "petition_proxy.permissions.case_record_query"),
}

has_permission = {
	"Petition": "petition_proxy.permissions.has_petition_permission",
	"Petitioner": "petition_proxy.permissions.has_petitioner_permission",
	"Proxy Agreement": "petition_proxy.permissions.has_agreement_permission",
	"Proxy Agent": "petition_proxy.permissions.has_agent_permission",
	"Reward Batch": "petition_proxy.permissions.money.has_reward_batch_permission",
	"Agent Consequence": "petition_proxy.permissions.money.has_consequence_permission",
	"Quarterly Bulletin": "petition_proxy.permissions.money.has_bulletin_permission",
	"Bulletin Figure": "petition_proxy.permissions.money.has_bulletin_figure_permission",
	**dict.fromkeys(_case_records, "petition_proxy.permissions.has_case_record_permission"),
}

# Frappe counts these without row access, and shows steps by role alone
override_whitelisted_methods = {
	"frappe.model.workflow.get_transitions": "petition_proxy.api.steps.get_transitions",
	"frappe.client.get_count": "petition_proxy.api.counts.get_count",
	"frappe.workflow.doctype.workflow.workflow.get_workflow_state_count": "petition_proxy.api.counts.get_workflow_state_count",
}

# Scheduled jobs: cron entries only put work on the long queue
# -------------------------------------------------------------
scheduler_events = {
	"cron": {
		"5 * * * *": ["petition_proxy.jobs.deadline_sweep.enqueue_deadline_sweep"],
		"*/10 * * * *": ["petition_proxy.jobs.alert_delivery.enqueue_alert_delivery"],
	},
	"daily": [
		"petition_proxy.jobs.work_calendar.warn_missing_calendar",
		"petition_proxy.jobs.reward_settlement.enqueue_reward_run",
	],
}

# Days to keep what only says that a job ran
default_log_clearing_doctypes = {"Sweep Run": 90}

# Tests
# -----
before_tests = "petition_proxy.tests.factories.before_tests"
