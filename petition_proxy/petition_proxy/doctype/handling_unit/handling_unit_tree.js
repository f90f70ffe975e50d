// Units below the unit whose territory they belong to: district, towns and departments, villages.
frappe.treeview_settings["Handling Unit"] = {
	title: __("Handling Unit"),
	breadcrumb: "Petition Proxy",
	get_tree_nodes: "petition_proxy.api.desk.unit_children",
	get_tree_root: false,
	root_label: "Handling Unit",
	disable_add_node: true,
	toolbar: [],
	extend_toolbar: false,
	onload(treeview) {
		treeview.make_tree();
		treeview.page.set_primary_action(__("List", null, "Handling Unit"), () =>
			frappe.set_route("List", "Handling Unit", "List")
		);
	},
	get_label(node) {
		return frappe.utils.escape_html(node.title || __(node.label));
	},
	onrender(node) {
		if (node.data?.value && node.data.value !== "Handling Unit") {
			node.$tree_link.on("dblclick", () => frappe.set_route("Form", "Handling Unit", node.data.value));
		}
	},
};
