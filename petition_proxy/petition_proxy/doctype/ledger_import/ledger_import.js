const PROGRESS = "ledger_import_progress";
const ledger_import = "petition_proxy.petition_proxy.doctype.ledger_import.ledger_import";

frappe.ui.form.on("Ledger Import", {
	setup(frm) {
		frm.set_query("default_village", () => ({ filters: { level: "Village" } }));
		frm.set_query("default_unit", () => ({ filters: { is_active: 1 } }));
		frm.get_field("ledger_file").df.options = {
			restrictions: { allowed_file_types: [".csv", ".xlsx"] },
		};
		frappe.realtime.on(PROGRESS, (data) => frm.doc.name === data.name && show_progress(frm, data));
	},

	dry_run: (frm) => frm.refresh(),

	refresh(frm) {
		if (frm.is_new() || !frm.perm[0]?.write) return;
		if (frm.doc.status === "Running") {
			frm.dashboard.set_headline(__("The import is running."));
			return;
		}
		const label = frm.doc.dry_run ? __("Try") : __("Import");
		frm.add_custom_button(label, () => start(frm));
		frm.change_custom_button_type(label, null, "primary");
	},
});

async function start(frm) {
	if (frm.is_dirty()) await frm.save();
	await frappe.xcall(`${ledger_import}.start`, { name: frm.doc.name });
	await frm.reload_doc();
	frm.dashboard.show_progress(__("Import"), 0, __("Waiting for its turn"));
}

function show_progress(frm, { done, total, is_done }) {
	if (is_done) {
		frm.dashboard.hide_progress();
		frm.reload_doc();
		return;
	}
	const percent = total ? Math.round((100 * done) / total) : 100;
	frm.dashboard.show_progress(__("Import"), percent, __("{0} of {1} rows", [done, total]));
}
