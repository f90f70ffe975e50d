const WATCH_RUN_MS = 5000;

frappe.ui.form.on("Reward Run", {
	refresh(frm) {
		if (frm.doc.docstatus === 0 && frm.is_new()) {
			frm.set_intro(__("Save and submit: the run looks at every case and writes the reward lines that follow."));
		}
		if (frm.doc.docstatus === 1 && ["Queued", "Running"].includes(frm.doc.status)) {
			frm.dashboard.set_headline(__("The run is under way."), "blue");
			watch_run(frm, frm.doc.name);
		}
	},
});

// Looks by itself now and then: the realtime service may be down.
function watch_run(frm, name) {
	clearTimeout(frm.run_watch);
	frm.run_watch = setTimeout(async () => {
		if (frm.doc.name !== name) return;
		const { message } = await frappe.db.get_value("Reward Run", name, "status");
		if (frm.doc.name !== name) return;
		if (["Queued", "Running"].includes(message.status)) watch_run(frm, name);
		else frm.reload_doc();
	}, WATCH_RUN_MS);
}
