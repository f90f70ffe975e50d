frappe.ui.form.on("Progress Notice", {
	refresh(frm) {
		frm.add_custom_button(__("Petition"), () => frappe.set_route("Form", "Petition", frm.doc.petition));
		if (frm.doc.status !== "To Tell") return;
		frm.add_custom_button(__("Tell Petitioner"), () => tell(frm)).addClass("btn-primary");
	},
});

function tell(frm) {
	const means = frm
		.get_docfield("means")
		.options.split("\n")
		.filter(Boolean)
		.map((value) => ({ value, label: __(value, null, frm.doctype) }));
	const dialog = new frappe.ui.Dialog({
		title: __("Tell Petitioner"),
		fields: [
			{ fieldname: "means", fieldtype: "Select", label: __("Means"), options: means, reqd: 1, default: "Phone" },
			{ fieldname: "told_to", fieldtype: "Data", label: __("Told To") },
			{ fieldname: "note", fieldtype: "Small Text", label: __("Note") },
		],
		primary_action_label: __("Tell Petitioner"),
		async primary_action(values) {
			dialog.disable_primary_action();
			try {
				await frappe.xcall("petition_proxy.api.progress.tell_petitioner", {
					petition: frm.doc.petition,
					notices: [frm.doc.name],
					...values,
				});
				dialog.hide();
				frm.reload_doc();
			} finally {
				dialog.enable_primary_action();
			}
		},
	});
	dialog.show();
}
