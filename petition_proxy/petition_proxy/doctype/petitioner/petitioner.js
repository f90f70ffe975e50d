frappe.ui.form.on("Petitioner", {
	refresh(frm) {
		if (!frm.is_new()) {
			frm.add_custom_button(__("Show Identity"), () => frm.trigger("show_identity"));
		}
	},

	show_identity(frm) {
		frappe.prompt(
			{ fieldname: "reason", fieldtype: "Data", label: __("Why do you need to see it?"), reqd: 1 },
			({ reason }) =>
				frappe
					.xcall("petition_proxy.api.identity.show_identity", {
						doctype: frm.doctype,
						name: frm.docname,
						reason,
					})
					.then((values) => {
						const rows = Object.entries(values).map(
							([field, value]) =>
								`<p><b>${__(frm.fields_dict[field].df.label)}</b>: ${frappe.utils.escape_html(value)}</p>`
						);
						frappe.msgprint({
							title: __("Identity"),
							message: rows.join("") || __("Nothing is on file."),
						});
					}),
			__("Show Identity"),
			__("Show")
		);
	},
});
