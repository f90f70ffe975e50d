frappe.ui.form.on("Petition Event", {
	setup(frm) {
		frm.get_docfield("event").formatter = (value) => __(value, null, "Petition");
	},
});
