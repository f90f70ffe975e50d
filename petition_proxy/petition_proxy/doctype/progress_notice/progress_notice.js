frappe.ui.form.on("Progress Notice", {
	refresh(frm) {
		frm.add_custom_button(__("Petition"), () => frappe.set_route("Form", "Petition", frm.doc.petition));
		if (frm.doc.status !== "To Tell") return;
		frm.add_custom_button(__("Tell Petitioner"), () => tell(frm)).addClass("btn-primary");
	},
});

function tell(frm) {
	petition_proxy.ask(
		frm,
		__("Tell Petitioner"),
		[
			{
				fieldname: "means",
				fieldtype: "Select",
				label: __("Means"),
				options: petition_proxy.choices(frm.doctype, "means"),
				reqd: 1,
				default: "Phone",
			},
			{ fieldname: "told_to", fieldtype: "Data", label: __("Told To") },
			{ fieldname: "note", fieldtype: "Small Text", label: __("Note") },
		],
		"petition_proxy.api.progress.tell_petitioner",
		{ petition: frm.doc.petition, notices: [frm.doc.name] }
	);
}
