frappe.listview_settings["Reception Slot"] = {
	add_fields: ["status"],

	get_indicator(doc) {
		const colours = { Free: "green", Booked: "blue", Closed: "gray" };
		return [__(doc.status, null, "Reception Slot"), colours[doc.status], `status,=,${doc.status}`];
	},
};
