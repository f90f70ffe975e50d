frappe.listview_settings["Early Notice"] = {
	add_fields: ["status", "urgency"],

	get_indicator(doc) {
		const is_open = ["Open", "Under Guidance"].includes(doc.status);
		const colour = !is_open ? "green" : doc.urgency === "Normal" ? "orange" : "red";
		return [__(doc.status, null, "Early Notice"), colour, `status,=,${doc.status}`];
	},
};
