frappe.query_reports["Agent Scorecard"] = {
	onload: (report) => petition_proxy.figures.add_paper(report),
	filters: [
		{ fieldname: "agent", label: __("Proxy Agent"), fieldtype: "Link", options: "Proxy Agent" },
		{
			fieldname: "from_date",
			label: __("From"),
			fieldtype: "Date",
			default: frappe.datetime.add_months(frappe.datetime.get_today(), -3),
		},
		{
			fieldname: "to_date",
			label: __("To"),
			fieldtype: "Date",
			default: frappe.datetime.get_today(),
		},
		petition_proxy.filters.town(),
	],
};
