frappe.ui.form.on("Reception Slot", {
	setup(frm) {
		frm.set_query("unit", () => ({ filters: { is_active: 1 } }));
	},

	starts_at(frm) {
		if (frm.doc.starts_at && !frm.doc.ends_at) {
			frm.set_value("ends_at", moment(frm.doc.starts_at).add(30, "minutes").format("YYYY-MM-DD HH:mm:ss"));
		}
	},
});
