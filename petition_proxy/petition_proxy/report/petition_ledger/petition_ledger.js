frappe.query_reports["Petition Ledger"] = {
	filters: [
		...petition_proxy.filters.petitioned(frappe.datetime.year_start()),
		petition_proxy.filters.town(),
		petition_proxy.filters.unit(),
		petition_proxy.filters.category(),
		{
			fieldname: "workflow_state",
			label: __("State", null, "Petition"),
			fieldtype: "Select",
			options: [
				"",
				...[
					"Registered",
					"Assigned",
					"Received",
					"Accepted",
					"Refused",
					"Handling",
					"Replied",
					"Served",
					"Closed",
				].map((state) => ({ value: state, label: __(state) })),
			],
		},
		{ fieldname: "promise", label: __("Local Promise"), fieldtype: "Select", options: petition_clock_options() },
		{ fieldname: "statutory", label: __("Statutory"), fieldtype: "Select", options: petition_clock_options() },
		{
			fieldname: "answered_within",
			label: __("Answered Within (Days)"),
			fieldtype: "Select",
			options: ["", "15", "30", "60"],
		},
		{ fieldname: "source", label: __("External Source"), fieldtype: "Data" },
		{ fieldname: "without_unit", label: __("Only Without a Unit"), fieldtype: "Check" },
	],

	onload(report) {
		report.page.add_inner_button(__("Ledger on Paper"), () =>
			petition_proxy.printing.open("get_ledger_paper", { filters: JSON.stringify(report.get_values()) })
		);
		return petition_proxy.wait_for_links(report);
	},

	formatter(value, row, column, data, default_formatter) {
		const shown = default_formatter(value, row, column, data);
		if (!data || !["notice", "promise", "statutory"].includes(column.fieldname)) return shown;
		const colour = {
			[__("In Time")]: "green",
			[__("Late")]: "red",
			[__("Not Yet Due")]: "gray",
			[__("Overdue Now")]: "red",
		}[value];
		return colour ? `<span class="indicator-pill ${colour} no-indicator-dot">${shown}</span>` : shown;
	},
};

function petition_clock_options() {
	return [
		"",
		...["In Time", "Late", "Not Yet Due", "Overdue Now"].map((state) => ({
			value: state,
			label: __(state),
		})),
	];
}
