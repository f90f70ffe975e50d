frappe.treeview_settings["Petition Category"] = {
	menu_items: [
		{
			// the list has the upload itself
			label: __("Import Categories"),
			action: () => frappe.set_route("List", "Petition Category", "List"),
			condition: 'frappe.model.can_write("Petition Category")',
		},
	],
};
