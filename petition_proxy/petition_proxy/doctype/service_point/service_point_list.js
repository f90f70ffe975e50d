frappe.listview_settings["Service Point"] = {
	get_indicator(doc) {
		const today = frappe.datetime.get_today();
		if (doc.closed_on && doc.closed_on <= today) return [__("Closed", null, "Service Point"), "gray", `closed_on,<=,${today}`];
		if (doc.opened_on && doc.opened_on > today) return [__("Not Open Yet"), "orange", `opened_on,>,${today}`];
		return [__("Open", null, "Service Point"), "green", ""];
	},
	add_fields: ["opened_on", "closed_on"],
	onload(listview) {
		listview.page.add_inner_button(__("Villages Without a Point"), () =>
			frappe.set_route("query-report", "Service Points by Village", { only_without: 1 })
		);
		listview.page.add_inner_button(__("Print for the Hall"), () => window.open("/directory-sheet"));
	},
};
