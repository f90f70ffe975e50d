const PROGRESS = "ledger_import_progress";
const WATCH_MS = 5000;
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
		frm.add_custom_button(__("Template with Examples"), () =>
			window.open("/api/method/petition_proxy.api.setup_guide.get_template?template=old-cases")
		);
		if (frm.is_new()) return;
		if (frm.doc.status === "Running") {
			frm.dashboard.show_progress(__("Import"), 0, __("The import is running."));
			watch(frm, frm.doc.name);
			return;
		}
		if (!frm.perm[0]?.write) return;
		const label = frm.doc.dry_run ? __("Try") : __("Import");
		frm.add_custom_button(label, () => start(frm));
		frm.change_custom_button_type(label, null, "primary");
	},
});

async function start(frm) {
	if (frm.is_dirty()) await frm.save();
	await frappe.xcall(`${ledger_import}.start`, { name: frm.doc.name });
	await frm.reload_doc();
}

// Looks by itself now and then: the realtime service may be down.
function watch(frm, name) {
	clearTimeout(frm.import_watch);
	frm.import_watch = setTimeout(async () => {
		if (frm.doc.name !== name || frm.doc.status !== "Running") return;
		const { message } = await frappe.db.get_value("Ledger Import", name, "status");
		if (frm.doc.name !== name) return;
		if (message.status === "Running") watch(frm, name);
		else frm.reload_doc();
	}, WATCH_MS);
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
