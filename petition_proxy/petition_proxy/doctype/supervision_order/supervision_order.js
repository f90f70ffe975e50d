frappe.ui.form.on("Supervision Order", {
	refresh(frm) {
		if (frm.is_new()) return;
		frm.add_custom_button(__("Petition"), () => frappe.set_route("Form", "Petition", frm.doc.petition));
		const open = ["Issued", "Unanswered"].includes(frm.doc.status);
		const is_issuer = ["Petition Office", "Petition Leader"].some((role) => frappe.user.has_role(role));
		if (open) {
			const late = frm.doc.due_at < frappe.datetime.now_datetime();
			frm.set_intro(
				__("The unit replies by {0}.", [
					frappe.datetime.str_to_user(frm.doc.due_at.slice(0, 10), false, true),
				]),
				late ? "red" : "blue"
			);
			if (!is_issuer) {
				frm.add_custom_button(__("Reply"), () => reply(frm)).addClass("btn-primary");
			}
		}
		if (is_issuer && frm.doc.status !== "Closed") {
			frm.add_custom_button(__("Grade and Close"), () => grade(frm)).toggleClass(
				"btn-primary",
				frm.doc.status === "Replied"
			);
		}
	},
});

function reply(frm) {
	petition_proxy.ask(
		frm,
		__("Reply"),
		[
			{ fieldname: "text", fieldtype: "Text", label: __("Reply Text"), reqd: 1 },
			{ fieldname: "attachment", fieldtype: "Attach", label: __("Reply Attachment") },
		],
		"petition_proxy.api.supervision.reply_to_order",
		{ order: frm.doc.name }
	);
}

function grade(frm) {
	const replied = frm.doc.status === "Replied";
	const grades = petition_proxy
		.choices(frm.doctype, "grade")
		.filter(({ value }) => replied || value === "Not Done");
	petition_proxy.ask(
		frm,
		__("Grade and Close"),
		[
			{
				fieldname: "grade",
				fieldtype: "Select",
				label: __("Grade"),
				options: grades,
				reqd: 1,
				default: replied ? "Adopted" : "Not Done",
			},
			{
				fieldname: "note",
				fieldtype: "Small Text",
				label: __("Grade Note"),
				mandatory_depends_on: "eval: doc.grade !== 'Adopted'",
			},
		],
		"petition_proxy.api.supervision.grade_order",
		{ order: frm.doc.name }
	);
}
