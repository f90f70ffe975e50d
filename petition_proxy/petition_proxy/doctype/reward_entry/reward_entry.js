frappe.ui.form.on("Reward Entry", {
	refresh(frm) {
		frm.disable_save();
		if (frm.doc.reverses) {
			frm.dashboard.set_headline(__("This line takes back an earlier one."), "orange");
		}
		if (frm.doc.hold_until && frm.doc.status === "Held") {
			frm.dashboard.set_headline(
				__("Held until {0}: the petitioner may still rate or repeat the matter.", [
					frappe.datetime.str_to_user(frm.doc.hold_until),
				]),
				"blue"
			);
		}
	},
});
