frappe.ui.form.on("Case File", {
	refresh(frm) {
		frm.add_custom_button(__("Petition"), () => frappe.set_route("Form", "Petition", frm.doc.petition), __("Go To"));
		if (frm.is_new()) return;
		if (frm.doc.archived_at) {
			frm.set_intro(__("The file is closed and stands as it is."), "green");
			frm.disable_form();
			return;
		}
		frm.set_intro(__("Next: correct the page counts, complete the closing report, then archive the petition."), "blue");
		frm.add_custom_button(__("Bring the List up to Date"), async () => {
			if (frm.is_dirty()) await frm.save();
			await frappe.xcall("petition_proxy.api.closing.make_case_file", { petition: frm.doc.petition });
			frm.reload_doc();
		});
	},
});

frappe.ui.form.on("Archive Item", {
	pages: count_pages,
	items_remove: count_pages,
});

function count_pages(frm) {
	const total = (frm.doc.items || []).reduce((sum, row) => sum + cint(row.pages), 0);
	frm.set_value("total_pages", total);
}
