frappe.ui.form.on("Agent Status Change", {
	setup(frm) {
		frm.get_docfield("action").formatter = (value) => __(value, null, "Proxy Agent");
	},
});
