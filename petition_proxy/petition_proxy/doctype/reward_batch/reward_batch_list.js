frappe.listview_settings["Reward Batch"] = {
	add_fields: ["status", "docstatus"],
	has_indicator_for_draft: true,
	get_indicator(doc) {
		const colours = { Draft: "orange", Checked: "blue", Approved: "purple", Paid: "green", Cancelled: "gray" };
		return [__(doc.status, null, "Reward Batch"), colours[doc.status] || "gray", `status,=,${doc.status}`];
	},
};
