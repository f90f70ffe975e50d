frappe.listview_settings["Repeat Candidate"] = {
	add_fields: ["decision"],
	formatters: { reasons: (value) => petition_proxy.words(value, "Repeat Candidate") },

	get_indicator(doc) {
		const colours = { Open: "orange", Linked: "blue", Merged: "green", "Not a Repeat": "gray" };
		return [__(doc.decision, null, "Repeat Candidate"), colours[doc.decision], `decision,=,${doc.decision}`];
	},
};
