frappe.listview_settings["Agent Consequence"] = {
	add_fields: ["status"],
	get_indicator(doc) {
		const colours = { Proposed: "orange", Answered: "blue", Imposed: "red", Dropped: "gray" };
		return [__(doc.status, null, "Agent Consequence"), colours[doc.status] || "gray", `status,=,${doc.status}`];
	},
};
