frappe.listview_settings["Agent Status Change"] = {
	formatters: { action: (value) => __(value, null, "Proxy Agent") },
};
