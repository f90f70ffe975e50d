frappe.views.calendar["Reception Slot"] = {
	field_map: {
		id: "name",
		start: "starts_at",
		end: "ends_at",
		title: "room",
		status: "status",
		allDay: "allDay",
	},
	get_css_class(data) {
		return data.status === "Booked" ? "danger" : "success";
	},
};
