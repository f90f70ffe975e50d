frappe.treeview_settings["Petition Category"] = {
	get_tree_nodes:
		"petition_proxy.petition_proxy.doctype.petition_category.petition_category.get_children",
	// the record's random id says nothing
	get_label: (node) => frappe.utils.escape_html(__(node.title || node.label)),
	menu_items: [
		{
			// the list has the upload itself
			label: __("Import Categories"),
			action: () => frappe.set_route("List", "Petition Category", "List"),
			condition: 'frappe.model.can_write("Petition Category")',
		},
	],
};
