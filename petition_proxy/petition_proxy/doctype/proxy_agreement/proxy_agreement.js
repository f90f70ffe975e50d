frappe.ui.form.on("Proxy Agreement", {
	setup(frm) {
		["agent", "second_agent"].forEach((field) =>
			frm.set_query(field, () => ({ filters: { status: "On Duty" } }))
		);
	},

	refresh(frm) {
		if (frm.is_new()) return;
		frm.add_custom_button(
			__("Petitions"),
			() => frappe.set_route("List", "Petition", { agreement: frm.doc.name }),
			__("Go To")
		);
		if (frm.doc.docstatus !== 1) {
			frm.set_intro(__("Next: have it signed, then submit it. Only a submitted agreement lets the agent file."), "orange");
			return;
		}
		if (frm.doc.revoked_on) {
			const day = frappe.datetime.str_to_user(frm.doc.revoked_on, false, true);
			frm.set_intro(__("Revoked on {0}. The agent may file nothing more with it.", [day]), "red");
			return;
		}
		if (frm.doc.valid_to < frappe.datetime.get_today()) {
			frm.set_intro(__("This agreement has run out. Sign a new one before filing."), "red");
			return;
		}
		if (frm.perm[0]?.write) {
			frm.add_custom_button(__("Revoke"), () => ask_revocation(frm));
		}
	},
});

// The principal may revoke at any time; from that day on the agent files nothing more.
function ask_revocation(frm) {
	frappe.prompt(
		[
			{
				fieldname: "revoked_on",
				label: __("Revoked On"),
				fieldtype: "Date",
				reqd: 1,
				default: frappe.datetime.get_today(),
			},
			{
				fieldname: "revocation_reason",
				label: __("Revocation Reason"),
				fieldtype: "Small Text",
				reqd: 1,
			},
		],
		async (values) => {
			await frm.set_value(values);
			await frm.save("Update");
		},
		__("Revoke This Agreement"),
		__("Revoke")
	);
}
