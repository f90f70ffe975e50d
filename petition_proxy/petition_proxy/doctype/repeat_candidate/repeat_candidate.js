frappe.ui.form.on("Repeat Candidate", {
	setup(frm) {
		frm.get_docfield("reasons").formatter = (value) => petition_proxy.words(value, frm.doctype);
	},

	refresh(frm) {
		frm.disable_save();
		if (frm.doc.decision !== "Open") return;
		if (!frappe.user.has_role(["Petition Office", "Town Petition Officer"])) return;
		const choices = [
			["Merged", __("Merge", null, "Petition")],
			["Linked", __("Link", null, "Petition")],
			["Not a Repeat", __("Not a Repeat")],
		];
		choices.forEach(([decision, label]) =>
			frm
				.add_custom_button(label, () => ask(frm, decision, label))
				.toggleClass("btn-primary", decision === "Merged")
		);
	},
});

function ask(frm, decision, label) {
	frappe.prompt(
		{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 },
		({ reason }) =>
			frappe
				.xcall("petition_proxy.api.repeats.decide", { candidate: frm.doc.name, decision, reason })
				.then(() => frm.reload_doc()),
		label,
		label
	);
}
