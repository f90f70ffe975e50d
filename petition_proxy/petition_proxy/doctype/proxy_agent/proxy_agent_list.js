frappe.listview_settings["Proxy Agent"] = {
	add_fields: ["status", "certificate_valid_to"],

	get_indicator(doc) {
		const colours = {
			Applied: "orange",
			Checked: "yellow",
			"In Training": "blue",
			"On Duty": "green",
			Suspended: "red",
			Left: "gray",
			Removed: "darkgrey",
			"Not Admitted": "gray",
		};
		const soon = frappe.datetime.add_days(frappe.datetime.get_today(), 60);
		if (doc.status === "On Duty" && (!doc.certificate_valid_to || doc.certificate_valid_to <= soon)) {
			return [__("Certificate Ends Soon"), "orange", `status,=,On Duty|certificate_valid_to,<=,${soon}`];
		}
		return [__(doc.status, null, "Proxy Agent"), colours[doc.status] || "gray", `status,=,${doc.status}`];
	},

	onload(listview) {
		if (frappe.model.can_create("Agent Import")) {
			listview.page.add_inner_button(__("Import Roster"), () => frappe.new_doc("Agent Import"));
		}
		listview.page.add_inner_button(__("Agent Roster"), () => frappe.set_route("query-report", "Agent Roster"));
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
