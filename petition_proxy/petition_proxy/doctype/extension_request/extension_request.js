frappe.ui.form.on("Extension Request", {
	refresh(frm) {
		if (frm.is_new()) return;
		frm.add_custom_button(__("Petition"), () => frappe.set_route("Form", "Petition", frm.doc.petition));
		if (frm.doc.status !== "Asked") return;
		frm.set_intro(
			__("Approve before {0} ends, or reject with a reason.", [
				frappe.datetime.str_to_user(frm.doc.original_due_at.slice(0, 10), false, true),
			]),
			frm.doc.original_due_at < frappe.datetime.now_datetime() ? "red" : "blue"
		);
		if (frm.doc.asked_by === frappe.session.user) return;
		frm.add_custom_button(__("Approve"), () => decide(frm, 1)).addClass("btn-primary");
		frm.add_custom_button(__("Reject"), () => decide(frm, 0));
	},
});

function decide(frm, is_approved) {
	petition_proxy.ask(
		frm,
		is_approved ? __("Approve") : __("Reject"),
		[{ fieldname: "note", fieldtype: "Small Text", label: __("Decision Note"), reqd: is_approved ? 0 : 1 }],
		"petition_proxy.api.extensions.decide_extension",
		{ request: frm.doc.name, is_approved }
	);
}
