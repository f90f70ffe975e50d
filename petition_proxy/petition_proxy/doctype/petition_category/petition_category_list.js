frappe.listview_settings["Petition Category"] = {
	onload(listview) {
		if (!frappe.model.can_write("Petition Category")) return;
		listview.page.add_inner_button(__("Import Categories"), () => {
			new frappe.ui.FileUploader({
				folder: "Home",
				allow_multiple: false,
				restrictions: { allowed_file_types: [".csv", ".xlsx"] },
				on_success: async ({ file_url }) => {
					const { total, added } = await frappe.xcall(
						"petition_proxy.imports.category_import.import_attached_categories",
						{ file_url }
					);
					frappe.show_alert({
						message: __("{0} categories read, {1} added.", [total, added]),
						indicator: "green",
					});
					listview.refresh();
				},
			});
		});
	},
};
