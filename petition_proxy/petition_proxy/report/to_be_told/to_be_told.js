frappe.query_reports["To Be Told"] = {
	onload: (report) => petition_proxy.figures.add_paper(report),
	filters: [
		petition_proxy.filters.town(),
		{
			fieldname: "village",
			label: __("Village or Community"),
			fieldtype: "Link",
			options: "Region",
			get_query: () => ({ filters: { level: "Village" } }),
		},
		{ fieldname: "late_only", label: __("Late Only"), fieldtype: "Check" },
	],

	formatter(value, row, column, data, default_formatter) {
		const shown = default_formatter(value, row, column, data);
		return data?.is_late && column.fieldname === "tell_by"
			? `<span class="text-danger">${shown}</span>`
			: shown;
	},
};
