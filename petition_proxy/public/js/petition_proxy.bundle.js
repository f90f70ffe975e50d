import "./desk_shared";
import "./figure_report";
import "./printing";

// A banner on every desk page while the deadline sweep is not running: warnings do not go out then, though
// lateness in lists and reports is computed from the clock and stays right.
frappe.provide("petition_proxy");

// Frappe shows a chosen option in lists and read-only forms by the bare word, though it looks the option up with the
// DocType while it is being chosen: an agent who left would read as "left side". With the DocType both read the same.
frappe.form.formatters.Select = (value, df) =>
	__(frappe.form.formatters.Data(value, df), null, (df && df.parent) || null);

const CHECK_EVERY = 30 * 60 * 1000;
const BANNER = "petition-proxy-sweep-banner";

petition_proxy.show_sweep_health = function (health) {
	$(`.${BANNER}`).remove();
	if (!health || !health.is_stale) return;
	const message = health.last_finished_at
		? __("Deadlines were last checked on {0}. No warnings go out until the scheduler runs again.", [
				frappe.datetime.str_to_user(health.last_finished_at),
		  ])
		: __("Deadlines have not been checked yet. No warnings go out until the scheduler runs.");
	$("<div>")
		.addClass(`alert alert-danger mb-0 text-center ${BANNER}`)
		.attr("role", "alert")
		.text(message)
		.prependTo(".main-section");
};

$(document).on("app_ready", () => {
	if (!frappe.boot.petition_proxy) return;
	petition_proxy.show_sweep_health(frappe.boot.petition_proxy.sweep);
	setInterval(() => {
		if (document.hidden) return;
		frappe
			.xcall("petition_proxy.api.desk.sweep_health")
			.then(petition_proxy.show_sweep_health)
			.catch(() => {});
	}, CHECK_EVERY);
});
