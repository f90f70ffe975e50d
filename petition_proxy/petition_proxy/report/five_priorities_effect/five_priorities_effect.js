frappe.query_reports["Five Priorities Effect"] = {
	onload: (report) => petition_proxy.figures.add_paper(report),
	filters: [
		...petition_proxy.filters.petitioned(frappe.datetime.add_months(frappe.datetime.get_today(), -3)),
		petition_proxy.filters.town(),
		petition_proxy.filters.unit(),
		petition_proxy.filters.category(),
	],
};
