frappe.listview_settings["Improvement Advice"] = {
	add_fields: ["status"],
	get_indicator(doc) {
		const colours = { Draft: "gray", Issued: "orange", Answered: "green" };
		return [__(doc.status, null, "Improvement Advice"), colours[doc.status], `status,=,${doc.status}`];
	},
};
