frappe.listview_settings["Supervision Rule"] = {
	// the rules every district starts with bear English names
	formatters: { rule_name: (value) => __(value) },
};
