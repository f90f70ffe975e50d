frappe.query_reports["Late Cases"] = {
	filters: petition_proxy.figures.place_filters(),

	onload(report) {
		petition_proxy.figures.add_paper(report);
		return petition_proxy.figures.wait_for_links(report);
	},
};
