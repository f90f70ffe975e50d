frappe.query_reports["Publicity by Place"] = {
	onload: (report) => petition_proxy.figures.add_paper(report),
	filters: [
		{ fieldname: "from_date", label: __("From", null, "Publicity Event"), fieldtype: "Date", default: frappe.datetime.year_start() },
		{ fieldname: "to_date", label: __("To", null, "Publicity Event"), fieldtype: "Date" },
		{
			fieldname: "group_by",
			label: __("Lines", null, "Publicity Event"),
			fieldtype: "Select",
			default: "Town",
			options: [
				{ value: "Town", label: __("By Town") },
				{ value: "Village", label: __("By Village") },
				{ value: "Form", label: __("By Form") },
			],
		},
		petition_proxy.filters.town(),
		{ fieldname: "only_never_reached", label: __("Only Villages Never Reached"), fieldtype: "Check" },
	],

	formatter(value, row, column, data, default_formatter) {
		const shown = default_formatter(value, row, column, data);
		if (!data) return shown;
		if (data.is_total) return `<b>${shown}</b>`;
		return column.fieldname === "events" && !value ? `<span class="text-danger">${shown}</span>` : shown;
	},
};
