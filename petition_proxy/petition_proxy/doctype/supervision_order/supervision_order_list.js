frappe.listview_settings["Supervision Order"] = {
	add_fields: ["status", "due_at"],
	get_indicator(doc) {
		const late = doc.status === "Issued" && doc.due_at < frappe.datetime.now_datetime();
		const colours = { Issued: "orange", Replied: "blue", Unanswered: "red", Closed: "gray" };
		return [
			late ? __("No Reply in Time") : __(doc.status, null, "Supervision Order"),
			late ? "red" : colours[doc.status],
			`status,=,${doc.status}`,
		];
	},
};
