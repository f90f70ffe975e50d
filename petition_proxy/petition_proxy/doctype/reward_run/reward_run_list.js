frappe.listview_settings["Reward Run"] = {
	add_fields: ["status"],
	has_indicator_for_draft: true,
	get_indicator(doc) {
		const colours = { Queued: "orange", Running: "blue", Finished: "green", Failed: "red", Skipped: "gray" };
		return [__(doc.status, null, "Reward Run"), colours[doc.status] || "gray", `status,=,${doc.status}`];
	},
};
