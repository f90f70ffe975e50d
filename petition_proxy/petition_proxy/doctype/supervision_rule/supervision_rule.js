frappe.ui.form.on("Supervision Rule", {
	refresh(frm) {
		frm.set_intro(
			__("At most one order per case, rule and round. An order without a reply in time is followed by the next level."),
			"blue"
		);
	},
});
