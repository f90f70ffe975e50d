frappe.ui.form.on("Rule Document", {
	refresh(frm) {
		if (frm.is_new()) return;
		frm.add_custom_button(
			__("Acknowledgements"),
			() => frappe.set_route("List", "Rule Acknowledgement", { rule_document: frm.doc.name }),
			__("Go To")
		);
		const today = frappe.datetime.get_today();
		const is_in_force =
			frm.doc.effective_from <= today && (!frm.doc.effective_to || frm.doc.effective_to >= today);
		if (is_in_force && frm.doc.must_acknowledge && frappe.model.can_read("Rule Acknowledgement")) {
			frm.add_custom_button(__("Enter Signed Paper"), () => enter_paper(frm));
		}
	},
});

// For agents who work on paper and have no account.
function enter_paper(frm) {
	frappe.prompt(
		[
			{ fieldname: "agent", label: __("Agent"), fieldtype: "Link", options: "Proxy Agent", reqd: 1 },
			{ fieldname: "signed_paper", label: __("Signed Paper"), fieldtype: "Attach", reqd: 1 },
		],
		async (values) => {
			await frappe.xcall("petition_proxy.api.agents.acknowledge_rules", {
				document: frm.doc.name,
				...values,
			});
			frappe.show_alert({ message: __("Recorded"), indicator: "green" });
		},
		__("Enter Signed Paper")
	);
}
