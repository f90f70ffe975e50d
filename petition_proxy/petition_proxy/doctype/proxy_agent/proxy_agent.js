const agents_api = "petition_proxy.api.agents";

frappe.ui.form.on("Proxy Agent", {
	setup(frm) {
		frm.set_query("village", () => ({ filters: { level: "Village" } }));
		frm.set_query("unit", "ties", () => ({ filters: { is_active: 1 } }));
	},

	async refresh(frm) {
		if (frm.is_new()) return;
		show_pass(frm);
		frm.add_custom_button(__("Show Identity"), () => petition_proxy.show_identity(frm));
		if (frm.doc.status !== "On Duty") {
			frm.add_custom_button(
				__("Cases to Hand Over"),
				() => frappe.set_route("query-report", "Cases to Hand Over", { agent: frm.doc.name }),
				__("Go To")
			);
		}
		const name = frm.doc.name;
		const acts = await frappe.xcall(`${agents_api}.get_agent_acts`, { agent: name });
		if (frm.doc.name !== name || frm.is_dirty()) return;
		acts.forEach((act, place) => {
			const button = frm.add_custom_button(
				__(act.action, null, "Proxy Agent"),
				() => take_act(frm, act),
				place ? __("Status") : null
			);
			// the usual next act is the one button that stands out
			if (!place) button.removeClass("btn-default").addClass("btn-primary");
		});
	},
});

function show_pass(frm) {
	const { certificate_valid_to: end, status } = frm.doc;
	if (!["In Training", "On Duty", "Suspended"].includes(status)) return;
	if (!end) {
		frm.set_intro(__("No training certificate: the agent may take no case."), "orange");
		return;
	}
	const left = frappe.datetime.get_day_diff(end, frappe.datetime.get_today());
	const day = frappe.datetime.str_to_user(end, false, true);
	if (left < 0) frm.set_intro(__("The certificate ended on {0}.", [day]), "red");
	else if (left <= 60) frm.set_intro(__("The certificate ends on {0}, in {1} days.", [day, left]), "orange");
}

function take_act(frm, act) {
	const fields = [
		{
			fieldname: "effective_on",
			label: __("Effective On"),
			fieldtype: "Date",
			reqd: 1,
			default: frappe.datetime.get_today(),
		},
		{
			fieldname: "reason",
			label: __("Reason"),
			fieldtype: "Small Text",
			reqd: act.needs_reason ? 1 : 0,
		},
	];
	frappe.prompt(
		fields,
		async (values) => {
			await frappe.xcall(`${agents_api}.change_agent_status`, {
				agents: frm.doc.name,
				action: act.action,
				...values,
			});
			await frm.reload_doc();
			frappe.show_alert({ message: __("Status: {0}", [__(frm.doc.status, null, "Proxy Agent")]), indicator: "green" });
		},
		__(act.action, null, "Proxy Agent")
	);
}
