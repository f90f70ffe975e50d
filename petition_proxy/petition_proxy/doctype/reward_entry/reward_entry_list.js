frappe.listview_settings["Reward Entry"] = {
	add_fields: ["status", "amount_fen"],
	hide_name_column: true,
	get_indicator(doc) {
		const colours = { Held: "orange", Due: "blue", "In Batch": "purple", Paid: "green", Reversed: "gray" };
		return [__(doc.status, null, "Reward Entry"), colours[doc.status] || "gray", `status,=,${doc.status}`];
	},
	formatters: {
		amount_yuan(value, df, doc) {
			const text = frappe.utils.escape_html(value || "");
			return doc.amount_fen < 0 ? `<span class="text-danger">${text}</span>` : text;
		},
	},
};
