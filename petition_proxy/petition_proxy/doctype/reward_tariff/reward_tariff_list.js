frappe.listview_settings["Reward Tariff"] = {
	add_fields: ["valid_to"],
	get_indicator(doc) {
		const ended = doc.valid_to && doc.valid_to < frappe.datetime.get_today();
		return ended ? [__("Ended"), "gray"] : [__("Active"), "green"];
	},
};
