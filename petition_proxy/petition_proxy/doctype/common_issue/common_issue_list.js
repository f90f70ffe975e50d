frappe.listview_settings["Common Issue"] = {
	add_fields: ["status"],

	get_indicator(doc) {
		const colours = { Open: "orange", Answered: "blue", Closed: "green" };
		return [__(doc.status, null, "Common Issue"), colours[doc.status], `status,=,${doc.status}`];
	},
};
