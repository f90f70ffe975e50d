frappe.treeview_settings["Region"] = {
	title: __("Region"),
	breadcrumb: "Petition Proxy",
	// Towns merge and villages move by a record of their own, never by a new name on an old code.
	disable_add_node: true,
	toolbar: [],
	extend_toolbar: false,
	onload(treeview) {
		treeview.page.set_primary_action(__("List", null, "Region"), () => frappe.set_route("List", "Region", "List"));
	},
	get_label(node) {
		return node.title && node.title !== node.label
			? `${frappe.utils.escape_html(node.title)} <span class="text-muted">${frappe.utils.escape_html(node.label)}</span>`
			: __(node.label);
	},
};
