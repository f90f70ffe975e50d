frappe.listview_settings["Agent Application"] = {
	get_indicator(doc) {
		const colours = { New: "orange", "Taken In": "green", "Turned Down": "gray" };
		return [__(doc.status, null, "Agent Application"), colours[doc.status], `status,=,${doc.status}`];
	},
};
