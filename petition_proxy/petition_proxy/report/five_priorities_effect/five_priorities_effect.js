frappe.query_reports["Five Priorities Effect"] = {
	onload: (report) => petition_proxy.figures.add_paper(report),
	filters: [
		{
			fieldname: "from_date",
			label: __("Petitioned From"),
			fieldtype: "Date",
			default: frappe.datetime.add_months(frappe.datetime.get_today(), -3),
		},
		{ fieldname: "to_date", label: __("Petitioned To"), fieldtype: "Date" },
		{
			fieldname: "town",
			label: __("Town or Street"),
			fieldtype: "Link",
			options: "Region",
			get_query: () => ({ filters: { level: "Town" } }),
		},
		{ fieldname: "unit", label: __("Handling Unit"), fieldtype: "Link", options: "Handling Unit" },
		{ fieldname: "category", label: __("Category"), fieldtype: "Link", options: "Petition Category" },
	],
};
