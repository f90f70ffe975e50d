frappe.query_reports["Petition Ledger"] = {
	filters: [
		{
			fieldname: "from_date",
			label: __("Petitioned From"),
			fieldtype: "Date",
			default: frappe.datetime.year_start(),
		},
		{ fieldname: "to_date", label: __("Petitioned To"), fieldtype: "Date" },
		{
			fieldname: "town",
			label: __("Town or Street"),
			fieldtype: "Link",
			options: "Region",
			ignore_link_validation: 1,
			get_query: () => ({ filters: { level: "Town" } }),
		},
		{
			fieldname: "unit",
			label: __("Handling Unit"),
			fieldtype: "Link",
			options: "Handling Unit",
			ignore_link_validation: 1,
		},
		{
			fieldname: "category",
			label: __("Category"),
			fieldtype: "Link",
			options: "Petition Category",
			ignore_link_validation: 1,
		},
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

	// Frappe runs the report without waiting for the filters of an address: a link filter counts only once its title has
	// come from the server, and until then the lines of every unit would be shown.
	onload(report) {
		report.page.add_inner_button(__("Ledger on Paper"), () =>
			petition_proxy.printing.open("get_ledger_paper", { filters: JSON.stringify(report.get_values()) })
		);
		const give_up_at = Date.now() + 5000;
		const is_coming = (filter) => filter.value && !filter.get_value();
		return new Promise((resolve) => {
			const look = () =>
				report.filters.some(is_coming) && Date.now() < give_up_at ? setTimeout(look, 30) : resolve();
			setTimeout(look);
		});
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
