// The town's word on a case rated dissatisfied: without it the agent's work earns nothing.
frappe.ui.form.on("Petition", {
	refresh(frm) {
		const closed = ["Closed", "Archived"].includes(frm.doc.workflow_state);
		if (!closed || !frm.doc.agent || !frappe.user.has_role("Town Petition Officer")) return;
		frm.add_custom_button(
			__("Confirm Proxy Success"),
			() =>
				frappe.prompt(
					{
						fieldname: "note",
						fieldtype: "Small Text",
						label: __("What the Town Found"),
						reqd: 1,
						description: __("Only for a case rated dissatisfied whose agent did the work."),
					},
					async ({ note }) => {
						await frappe.xcall("petition_proxy.api.rewards.confirm_success", {
							petition: frm.doc.name,
							note,
						});
						frappe.show_alert({ message: __("Confirmed."), indicator: "green" });
						frm.reload_doc();
					},
					__("Confirm Proxy Success"),
					__("Confirm")
				),
			__("Actions")
		);
	},
});
