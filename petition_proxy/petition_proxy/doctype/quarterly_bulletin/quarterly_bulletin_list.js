frappe.listview_settings["Quarterly Bulletin"] = {
	add_fields: ["status"],
	has_indicator_for_draft: true,
	has_indicator_for_cancelled: true,
	get_indicator(doc) {
		const colours = { Draft: "orange", Issued: "green", Withdrawn: "gray" };
		return [__(doc.status, null, "Quarterly Bulletin"), colours[doc.status] || "gray", `status,=,${doc.status}`];
	},
};
