frappe.listview_settings["Publicity Event"] = {
	onload(listview) {
		listview.page.add_inner_button(__("Totals by Place"), () =>
			frappe.set_route("query-report", "Publicity by Place")
		);
	},
};
