frappe.ui.form.on("Petitioner", {
	refresh(frm) {
		if (!frm.is_new()) {
			frm.add_custom_button(__("Show Identity"), () => petition_proxy.show_identity(frm));
		}
	},
});
