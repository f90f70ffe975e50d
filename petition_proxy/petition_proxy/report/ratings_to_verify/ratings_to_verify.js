frappe.query_reports["Ratings to Verify"] = {
	filters: [
		{ fieldname: "from_date", label: __("From Date"), fieldtype: "Date", default: frappe.datetime.month_start() },
		{ fieldname: "to_date", label: __("To Date"), fieldtype: "Date", default: frappe.datetime.get_today() },
		{
			fieldname: "channel",
			label: __("Channel"),
			fieldtype: "Select",
			options: [
				"",
				{ value: "Query Code", label: __("Query Code", null, "Evaluation") },
				{ value: "Rating Link", label: __("Rating Link", null, "Evaluation") },
				{ value: "Portal", label: __("Portal", null, "Evaluation") },
			],
		},
		{ fieldname: "agent", label: __("Agent"), fieldtype: "Link", options: "Proxy Agent" },
		{ fieldname: "only_suspect", label: __("Only with a Sign of Another's Hand"), fieldtype: "Check" },
	],

	formatter(value, row, column, data, default_formatter) {
		const shown = default_formatter(value, row, column, data);
		return column.fieldname === "sign" && value ? `<span class="text-danger">${shown}</span>` : shown;
	},
};
