frappe.ui.form.on("Notice Choice", {
	onload(frm) {
		if (frm.is_new() && !frm.doc.user) frm.set_value("user", frappe.session.user);
	},
});
