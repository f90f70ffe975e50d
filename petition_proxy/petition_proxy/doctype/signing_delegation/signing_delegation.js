frappe.ui.form.on("Signing Delegation", {
	setup(frm) {
		frm.set_query("unit", () => ({ filters: { head: frappe.session.user, is_active: 1 } }));
	},

	refresh(frm) {
		if (frm.is_new()) {
			frm.set_intro(__("Whom you name here signs your unit's letters until the last day given."), "blue");
		}
	},
});
