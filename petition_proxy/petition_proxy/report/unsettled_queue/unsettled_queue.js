frappe.query_reports["Unsettled Queue"] = {
	onload: (report) => petition_proxy.figures.add_paper(report),
	filters: [
		{
			fieldname: "kind",
			label: __("Waits Because"),
			fieldtype: "Select",
			options: [
				"",
				{ value: "Draft Not Filed", label: __("Draft Not Filed") },
				{ value: "Registered, Not Assigned", label: __("Registered, Not Assigned") },
				{ value: "Sent, Not Received", label: __("Sent, Not Received") },
				{ value: "Objected, Not Decided", label: __("Objected, Not Decided") },
				{ value: "With a Closed Unit", label: __("With a Closed Unit") },
			],
		},
		petition_proxy.filters.town(),
	],

	formatter(value, row, column, data, default_formatter) {
		const shown = default_formatter(value, row, column, data);
		if (column.fieldname !== "age_days" || !data) return shown;
		// The fifteen days of the acceptance notice run from the day the petition came in.
		const colour = value >= 15 ? "text-danger" : value >= 10 ? "text-warning" : "";
		return colour ? `<span class="${colour}">${shown}</span>` : shown;
	},
};
