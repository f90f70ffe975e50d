frappe.ui.form.on("Service Receipt", {
	setup(frm) {
		frm.set_query("petition", () => ({ filters: { workflow_state: "Replied" } }));
		frm.set_query("document", () =>
			frm.doc.document_type === "Official Letter"
				? { filters: { petition: frm.doc.petition, is_void: 0 } }
				: { filters: { petition: frm.doc.petition, status: "Signed" } }
		);
		frm.set_query("document_type", () => ({ filters: { name: ["in", ["Opinion Letter", "Official Letter"]] } }));
	},

	refresh(frm) {
		if (frm.is_new()) {
			frm.set_intro(__("One receipt for each attempt, whether it succeeded or not. It stands as saved."), "blue");
			return;
		}
		frm.set_intro(
			frm.doc.result === "Served" ? __("The document was handed over.") : __("The attempt failed."),
			frm.doc.result === "Served" ? "green" : "orange"
		);
		// what was written down stands; only the remark is open
		frm.meta.fields
			.filter((df) => df.fieldname !== "remark" && frappe.model.is_value_type(df))
			.forEach((df) => frm.set_df_property(df.fieldname, "read_only", 1));
		frm.add_custom_button(__("Petition"), () => frappe.set_route("Form", "Petition", frm.doc.petition));
	},
});
