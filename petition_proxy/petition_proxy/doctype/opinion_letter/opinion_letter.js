frappe.ui.form.on("Opinion Letter", {
	setup(frm) {
		frm.set_query("petition", () => ({
			filters: { workflow_state: ["in", ["Accepted", "Handling", "Replied"]] },
		}));
		// Signing is an act of the head with its own button; Frappe's Submit and Cancel would say something else.
		frm.show_submit_message = () => {};
	},

	refresh(frm) {
		frm.toolbar.can_submit = () => false;
		frm.toolbar.can_cancel = () => false;
		frm.toolbar.set_primary_action();
		if (frm.is_new()) {
			frm.set_intro(__("Choose the petition and save: the draft is filled from the case."), "blue");
			return;
		}
		frm.trigger("show_next");
		frm.add_custom_button(__("Petition"), () => frappe.set_route("Form", "Petition", frm.doc.petition), __("Go To"));
		if (frm.doc.previous_letter) {
			frm.add_custom_button(
				__("Previous Letter"),
				() => frappe.set_route("Form", "Opinion Letter", frm.doc.previous_letter),
				__("Go To")
			);
		}
	},

	show_next(frm) {
		const { docstatus, status } = frm.doc;
		if (docstatus === 0 && status === "Draft") {
			frm.set_intro(__("Next: complete the letter; then another person of the unit checks it."), "blue");
			main_button(frm, __("Check the Letter"), () => act(frm, "check_letter"), frm.doc.drafted_by !== frappe.session.user);
		} else if (docstatus === 0) {
			frm.set_intro(__("Checked by {0}. Next: the head signs it.", [who(frm.doc.checked_by)]), "orange");
			main_button(frm, __("Sign"), () => ask_signature(frm), true);
			frm.add_custom_button(__("Give Back"), () => ask_reason(frm, "send_back_draft", __("What is to be changed?")));
		} else if (status === "Signed") {
			frm.set_intro(__("Signed by {0}. It stands; a change is a new version.", [who(frm.doc.signed_by)]), "green");
			if (frappe.model.can_create("Opinion Letter")) {
				frm.add_custom_button(__("New Version"), () =>
					ask_reason(frm, "make_new_version", __("Reason of the New Version"))
				);
			}
		} else {
			frm.set_intro(__("This version is no longer in force."), "red");
		}
	},
});

function who(user) {
	return frappe.utils.escape_html(frappe.user.full_name(user));
}

function main_button(frm, label, handler, is_main) {
	const button = frm.add_custom_button(label, handler);
	if (button && is_main) button.removeClass("btn-default").addClass("btn-primary");
}

async function act(frm, method, args = {}) {
	if (frm.is_dirty()) await frm.save();
	const result = await frappe.xcall(`petition_proxy.api.opinions.${method}`, { letter: frm.doc.name, ...args });
	await frm.reload_doc();
	return result;
}

function ask_signature(frm) {
	frappe.confirm(
		__("Sign this letter? It gets its number and cannot be changed any more."),
		async () => {
			const number = await act(frm, "sign_letter");
			frappe.show_alert({ message: __("Signed as {0}", [number]), indicator: "green" });
		}
	);
}

function ask_reason(frm, method, label) {
	frappe.prompt([{ fieldname: "reason", fieldtype: "Small Text", label, reqd: 1 }], async ({ reason }) => {
		const made = await act(frm, method, { reason });
		if (made) frappe.set_route("Form", "Opinion Letter", made);
	});
}
