frappe.query_reports["Dwell Time by Tier"] = {
	filters: [
		...petition_proxy.filters.petitioned(frappe.datetime.add_months(frappe.datetime.get_today(), -3)),
		petition_proxy.filters.town(),
		petition_proxy.filters.unit(),
		petition_proxy.filters.category(),
	],
};
