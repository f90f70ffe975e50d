frappe.ui.form.on("Evaluation", {
	setup(frm) {
		frm.set_query("petition", () => ({ filters: { workflow_state: ["in", ["Served", "Closed"]] } }));
	},

	refresh(frm) {
		if (frm.is_new()) {
			frm.set_intro(
				__("Enter what the petitioner said. The unit and the agent are rated apart, one record each."),
				"blue"
			);
			if (frm.doc.channel === "Portal") frm.set_value("channel", "Call-back");
			return;
		}
		frm.add_custom_button(__("Petition"), () => frappe.set_route("Form", "Petition", frm.doc.petition));
	},

	rating(frm) {
		frm.toggle_reqd("reasons", frm.doc.rating === "Dissatisfied");
	},
});
