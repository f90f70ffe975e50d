frappe.listview_settings["Extension Request"] = {
	add_fields: ["status"],
	get_indicator(doc) {
		const colours = { Asked: "orange", Approved: "green", Rejected: "red", Lapsed: "gray" };
		return [__(doc.status, null, "Extension Request"), colours[doc.status], `status,=,${doc.status}`];
	},
};
