frappe.ui.form.on("Early Notice", {
	setup(frm) {
		frm.set_query("responsible_unit", () => ({ filters: { is_active: 1 } }));
	},

	refresh(frm) {
		if (frm.is_new()) {
			frm.set_intro(
				__("Write down the matter and what people lack. Do not name people: a notice stops nobody from petitioning."),
				"blue"
			);
			return;
		}
		if (!frm.perm[0]?.write) return;
		if (frm.doc.status === "Open") {
			frm.add_custom_button(__("Note Guidance"), () => note_guidance(frm)).addClass("btn-primary");
		}
		if (["Open", "Under Guidance"].includes(frm.doc.status)) {
			frm.add_custom_button(__("Settled"), () => settle(frm)).toggleClass(
				"btn-primary",
				frm.doc.status !== "Open"
			);
		}
	},
});

function note_guidance(frm) {
	frappe.prompt(
		{
			fieldname: "guidance_given",
			fieldtype: "Text",
			label: __("Guidance Given"),
			default: frm.doc.guidance_given,
			reqd: 1,
		},
		(values) => {
			frm.set_value({ ...values, status: "Under Guidance" }).then(() => frm.save());
		},
		__("Note Guidance"),
		__("Save")
	);
}

function settle(frm) {
	frappe.prompt(
		{ fieldname: "outcome", fieldtype: "Text", label: __("Outcome"), default: frm.doc.outcome, reqd: 1 },
		(values) => {
			frm.set_value({ ...values, status: "Settled" }).then(() => frm.save());
		},
		__("Settled"),
		__("Save")
	);
}
