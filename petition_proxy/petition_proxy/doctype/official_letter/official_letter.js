frappe.ui.form.on("Official Letter", {
	refresh(frm) {
		frm.disable_save();
		if (frm.doc.petition) {
			frm.add_custom_button(
				__("Petition"),
				() => frappe.set_route("Form", "Petition", frm.doc.petition),
				__("Go To")
			);
		}
		if (frm.doc.is_void) {
			frm.set_intro(__("This letter was voided. Its number is not used again."), "red");
			return;
		}
		if (!frm.doc.petition) return;
		if (!frm.doc.told_at) {
			frm.set_intro(__("Next: give it to the petitioner and note how."), "blue");
			frm.add_custom_button(__("Told to the Petitioner"), () => ask_told(frm))
				.removeClass("btn-default")
				.addClass("btn-primary");
		}
		if (frm.doc.kind !== "Opinion Letter") {
			frm.add_custom_button(__("Void"), () => ask_void(frm));
		}
	},
});

function ask_told(frm) {
	frappe.prompt(
		[
			{
				fieldname: "how",
				fieldtype: "Select",
				label: __("How It Was Told"),
				reqd: 1,
				default: "In Writing",
				options: petition_proxy.choices(frm.doctype, "told_how"),
			},
			{
				fieldname: "told_at",
				fieldtype: "Datetime",
				label: __("Told At"),
				default: frappe.datetime.now_datetime(),
			},
		],
		async (values) => {
			await frappe.xcall("petition_proxy.api.letters.record_told", { letter: frm.doc.name, ...values });
			frm.reload_doc();
		},
		__("Told to the Petitioner")
	);
}

function ask_void(frm) {
	frappe.prompt(
		[{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason of Voiding"), reqd: 1 }],
		async ({ reason }) => {
			await frappe.xcall("petition_proxy.api.letters.void_letter", { letter: frm.doc.name, reason });
			frm.reload_doc();
		},
		__("Void")
	);
}
