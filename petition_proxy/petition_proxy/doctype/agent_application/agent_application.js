const application_api = "petition_proxy.api.agents";

frappe.ui.form.on("Agent Application", {
	refresh(frm) {
		if (frm.is_new() || frm.doc.status !== "New" || !frm.perm[0]?.write) return;
		if (frm.doc.is_on_roster) {
			frm.set_intro(__("A person with this ID number is on the roster already."), "orange");
		}
		const label = __("Take In");
		frm.add_custom_button(label, () => take_in(frm));
		frm.change_custom_button_type(label, null, "primary");
		frm.add_custom_button(__("Turn Down"), () => turn_down(frm));
	},
});

function take_in(frm) {
	const may_flag = ["Town Petition Officer", "Petition System Clerk", "Petition Office"].some((role) =>
		frappe.user.has_role(role)
	);
	const go = async (values) => {
		const agent = await frappe.xcall(`${application_api}.take_in_application`, {
			application: frm.doc.name,
			...values,
		});
		frappe.set_route("Form", "Proxy Agent", agent);
	};
	if (!may_flag) return frappe.confirm(__("Enter this person on the roster, to be checked by the town?"), () => go({}));
	frappe.prompt(
		{ fieldname: "is_public_staff", label: __("Is Public Staff"), fieldtype: "Check" },
		go,
		__("Take In")
	);
}

function turn_down(frm) {
	frappe.prompt(
		{ fieldname: "note", label: __("Reason"), fieldtype: "Small Text", reqd: 1 },
		async ({ note }) => {
			await frappe.xcall(`${application_api}.turn_down_application`, { application: frm.doc.name, note });
			frm.reload_doc();
		},
		__("Turn Down")
	);
}
