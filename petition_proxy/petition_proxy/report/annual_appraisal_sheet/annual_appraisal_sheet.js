frappe.query_reports["Annual Appraisal Sheet"] = {
	onload: (report) => petition_proxy.figures.add_paper(report),
	filters: [
		{
			fieldname: "year",
			label: __("Year"),
			fieldtype: "Int",
			reqd: 1,
			default: new Date().getFullYear() - 1,
		},
		petition_proxy.filters.town(),
	],
};
