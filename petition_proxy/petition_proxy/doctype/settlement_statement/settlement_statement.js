frappe.ui.form.on("Settlement Statement", {
	setup(frm) {
		frm.set_query("petition", () => ({ filters: { workflow_state: ["in", ["Served", "Closed"]] } }));
	},

	refresh(frm) {
		if (frm.is_new()) {
			frm.set_intro(
				__("Only what the petitioner wants to state. Nothing may be made to depend on it, and nobody is asked twice."),
				"blue"
			);
			return;
		}
		frm.add_custom_button(__("Petition"), () => frappe.set_route("Form", "Petition", frm.doc.petition), __("Go To"));
		if (frm.doc.status === "Confirmed") {
			frm.set_intro(__("Confirmed. It stands as it is."), "green");
			frm.disable_form();
			return;
		}
		frm.set_intro(__("Next: an officer who neither handled nor filed the case confirms it with the petitioner."), "orange");
		frm.add_custom_button(__("Confirm"), async () => {
			if (frm.is_dirty()) await frm.save();
			await frappe.xcall("petition_proxy.api.closing.confirm_statement", { statement: frm.doc.name });
			frm.reload_doc();
		})
			.removeClass("btn-default")
			.addClass("btn-primary");
	},
});
