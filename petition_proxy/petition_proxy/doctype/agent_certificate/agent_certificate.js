frappe.ui.form.on("Agent Certificate", {
	refresh(frm) {
		if (frm.is_new()) return;
		frm.disable_form();
		if (frm.doc.revoked_on) {
			frm.set_intro(__("Revoked on {0}.", [frappe.datetime.str_to_user(frm.doc.revoked_on, false, true)]), "red");
			return;
		}
		if (!frm.perm[0]?.write) return;
		frm.add_custom_button(__("Revoke"), () =>
			frappe.prompt(
				{ fieldname: "reason", label: __("Reason"), fieldtype: "Small Text", reqd: 1 },
				async ({ reason }) => {
					await frappe.xcall("petition_proxy.api.agents.revoke_certificate", {
						certificate: frm.doc.name,
						reason,
					});
					frm.reload_doc();
				},
				__("Revoke This Certificate")
			)
		);
	},
});
