frappe.listview_settings["Training Session"] = {
	get_indicator(doc) {
		const colours = { Planned: "blue", Open: "green", Finished: "gray", Cancelled: "darkgrey" };
		return [__(doc.status, null, "Training Session"), colours[doc.status], `status,=,${doc.status}`];
	},
};
