frappe.listview_settings["Proxy Agent"] = {
	onload(listview) {
		listview.page.add_inner_button(__("Roster on Paper"), () => {
			const only = Object.fromEntries(
				listview.filter_area
					.get()
					.filter(([, field, operator]) => ["town", "status"].includes(field) && operator === "=")
					.map(([, field, , value]) => [field, value])
			);
			petition_proxy.printing.open("get_roster_paper", only);
		});
	},
};
