frappe.listview_settings["Walking Distance"] = {
	onload(listview) {
		if (!frappe.model.can_create("Walking Distance")) return;
		listview.page.add_inner_button(__("Download Points"), () =>
			window.open("/api/method/petition_proxy.api.coverage.routing_points")
		);
		listview.page.add_inner_button(__("Import Walking Distances"), () => {
			new frappe.ui.FileUploader({
				folder: "Home",
				allow_multiple: false,
				restrictions: { allowed_file_types: [".csv", ".xlsx"] },
				on_success: async ({ file_url }) => {
					const done = await frappe.xcall("petition_proxy.api.coverage.import_walking_distances", {
						file_url,
					});
					const words = [
						__("{0} walking distances imported, {1} of them new, {2} rows rejected.", [
							done.imported,
							done.imported - done.replaced,
							done.rejected_count,
						]),
						...done.rejected,
					];
					frappe.msgprint({
						title: __("Import Walking Distances"),
						message: words.map((line) => frappe.utils.escape_html(line)).join("<br>"),
						indicator: done.rejected_count ? "orange" : "green",
					});
					listview.refresh();
				},
			});
		});
	},
};
