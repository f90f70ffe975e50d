frappe.ui.form.on("Improvement Advice", {
	setup(frm) {
		["to_unit", "about_unit"].forEach((field) =>
			frm.set_query(field, () => ({ filters: { is_active: 1 } }))
		);
	},

	refresh(frm) {
		frm.trigger("kind");
		if (frm.is_new()) return;
		if (frm.doc.status === "Draft" && frm.perm[0].write) {
			frm.add_custom_button(__("Issue Advice"), () => issue(frm)).addClass("btn-primary");
		}
		if (frm.doc.status === "Issued" && !frm.perm[0].write) {
			frm.add_custom_button(__("Answer Advice"), () => answer(frm)).addClass("btn-primary");
		}
		if (frm.doc.status !== "Draft") frm.disable_save();
	},

	kind(frm) {
		const accountable = frm.doc.kind === "Hold Accountable";
		frm.toggle_display("about_unit", accountable);
		frm.toggle_reqd("about_unit", accountable);
	},
});

async function issue(frm) {
	if (frm.is_dirty()) await frm.save();
	frappe.confirm(__("Issue this advice? It cannot be changed afterwards."), async () => {
		await frappe.xcall("petition_proxy.api.supervision.issue_advice", { advice: frm.doc.name });
		frm.reload_doc();
	});
}

function answer(frm) {
	petition_proxy.ask(
		frm,
		__("Answer Advice"),
		[
			{
				fieldname: "adoption",
				fieldtype: "Select",
				label: __("Adoption"),
				options: petition_proxy.choices(frm.doctype, "adoption"),
				reqd: 1,
			},
			{ fieldname: "feedback", fieldtype: "Text", label: __("Feedback"), reqd: 1 },
			{ fieldname: "attachment", fieldtype: "Attach", label: __("Feedback Attachment") },
		],
		"petition_proxy.api.supervision.answer_advice",
		{ advice: frm.doc.name }
	);
}
