frappe.listview_settings["Video Reception"] = {
	add_fields: ["status"],

	get_indicator(doc) {
		const colours = {
			Asked: "orange",
			Booked: "blue",
			Held: "green",
			"Not Held": "red",
			Cancelled: "gray",
		};
		return [__(doc.status, null, "Video Reception"), colours[doc.status], `status,=,${doc.status}`];
	},
};
