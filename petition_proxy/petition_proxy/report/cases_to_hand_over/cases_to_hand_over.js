frappe.query_reports["Cases to Hand Over"] = {
	filters: [
		{ fieldname: "agent", label: __("Agent"), fieldtype: "Link", options: "Proxy Agent" },
		petition_proxy.filters.town(),
	],

	get_datatable_options: (options) => ({ ...options, checkboxColumn: true }),

	onload(report) {
		petition_proxy.figures.add_paper(report);
		report.page.set_primary_action(__("Hand Over"), () => ask(report, true));
		report.page.add_inner_button(__("Draft Agreements"), () => ask(report, false));
	},
};

function chosen(report) {
	const places = report.datatable?.rowmanager.getCheckedRows() || [];
	return places.map((place) => report.data[place]?.petition).filter(Boolean);
}

// First the agreements are drafted, printed and signed; what is signed can be handed over.
function ask(report, is_handover) {
	const petitions = chosen(report);
	if (!petitions.length) {
		frappe.msgprint(__("Choose the cases first."));
		return;
	}
	const fields = [
		{
			fieldname: "new_agent",
			label: __("New Agent"),
			fieldtype: "Link",
			options: "Proxy Agent",
			reqd: 1,
			get_query: () => ({ filters: { status: "On Duty" } }),
		},
	];
	if (is_handover) fields.push({ fieldname: "reason", label: __("Reason"), fieldtype: "Small Text", reqd: 1 });
	const title = is_handover ? __("Hand Over {0} Cases", [petitions.length]) : __("Draft Agreements");
	frappe.prompt(fields, (values) => (is_handover ? hand_over : draft)(report, petitions, values), title);
}

async function draft(report, petitions, { new_agent }) {
	const made = await frappe.xcall("petition_proxy.api.agents.prepare_agreements", { petitions, new_agent });
	frappe.msgprint(__("{0} agreements drafted. Print them, have them signed and submit them.", [made.length]));
	report.refresh();
}

async function hand_over(report, petitions, { new_agent, reason }) {
	const result = await frappe.xcall("petition_proxy.api.agents.hand_over_cases", {
		petitions,
		new_agent,
		reason,
	});
	const escape = frappe.utils.escape_html;
	const lines = result.missing.map(
		(row) => `<li>${escape(row.petition)} · ${escape(row.petitioner_name)}: ${escape(row.reason)}</li>`
	);
	frappe.msgprint({
		title: __("{0} cases handed over", [result.handed_over.length]),
		message: lines.length ? `<p>${__("These stay for now:")}</p><ul>${lines.join("")}</ul>` : __("Nothing is missing."),
		indicator: lines.length ? "orange" : "green",
	});
	report.refresh();
}
