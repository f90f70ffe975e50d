const agent_import = "petition_proxy.petition_proxy.doctype.agent_import.agent_import";

frappe.ui.form.on("Agent Import", {
	setup(frm) {
		frm.get_field("agent_file").df.options = {
			restrictions: { allowed_file_types: [".csv", ".xlsx"] },
		};
		frappe.realtime.on("agent_import_done", (data) => frm.doc.name === data.name && frm.reload_doc());
	},

	dry_run: (frm) => frm.refresh(),

	refresh(frm) {
		frm.add_custom_button(__("Template with Examples"), () =>
			window.open("/api/method/petition_proxy.api.setup_guide.get_template?template=agents")
		);
		if (frm.is_new()) {
			frm.set_intro(
				__("A roster with one row per agent. Needed: name and village; agents on duty also need certificate number and last day."),
				"blue"
			);
			return;
		}
		if (frm.doc.status === "Running") {
			frm.set_intro(__("The import is running."), "blue");
			watch_import(frm, frm.doc.name);
			return;
		}
		if (!frm.perm[0]?.write) return;
		const label = frm.doc.dry_run ? __("Try") : __("Import");
		frm.add_custom_button(label, async () => {
			if (frm.is_dirty()) await frm.save();
			await frappe.xcall(`${agent_import}.start`, { name: frm.doc.name });
			await frm.reload_doc();
		});
		frm.change_custom_button_type(label, null, "primary");
	},
});

// Looks by itself now and then: the realtime service may be down.
function watch_import(frm, name) {
	clearTimeout(frm.import_watch);
	frm.import_watch = setTimeout(async () => {
		if (frm.doc.name !== name || frm.doc.status !== "Running") return;
		const { message } = await frappe.db.get_value("Agent Import", name, "status");
		if (frm.doc.name !== name) return;
		if (message.status === "Running") watch_import(frm, name);
		else frm.reload_doc();
	}, 5000);
}
