frappe.listview_settings["Alert Rule"] = {
	// the rules every district starts with bear English names
	formatters: { rule_name: (value) => __(value) },
};
