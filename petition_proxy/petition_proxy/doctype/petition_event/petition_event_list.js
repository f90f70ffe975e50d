frappe.listview_settings["Petition Event"] = {
	hide_name_column: true,
	formatters: { event: (value) => __(value, null, "Petition") },
};
