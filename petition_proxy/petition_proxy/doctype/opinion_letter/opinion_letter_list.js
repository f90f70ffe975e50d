frappe.listview_settings["Opinion Letter"] = {
	add_fields: ["status", "letter_no"],
	has_indicator_for_draft: 1,

	get_indicator(doc) {
		const colours = { Draft: "gray", Checked: "orange", Signed: "green", Replaced: "darkgrey", "Sent Back": "red" };
		return [__(doc.status, null, "Opinion Letter"), colours[doc.status], `status,=,${doc.status}`];
	},
};
