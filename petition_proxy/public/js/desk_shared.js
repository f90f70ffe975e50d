// What several forms and reports of the desk share.
frappe.provide("petition_proxy");
frappe.provide("frappe.form.link_formatters");

// One act of a dialog: the button rests until the server has answered, and what was typed stays if it refuses.
petition_proxy.send = async function (dialog, method, args) {
	dialog.disable_primary_action();
	try {
		const result = await frappe.xcall(method, args);
		dialog.hide();
		return result;
	} finally {
		dialog.enable_primary_action();
	}
};

// One dialog, one act, one reload: asks only for what the act needs.
petition_proxy.ask = function (frm, title, fields, method, args, done) {
	const dialog = new frappe.ui.Dialog({
		title,
		fields,
		primary_action_label: title,
		async primary_action(values) {
			let result;
			try {
				result = await petition_proxy.send(dialog, method, { ...args, ...values });
			} catch (error) {
				return; // Frappe has shown why
			}
			await frm.reload_doc();
			if (done) done(result);
		},
	});
	dialog.show();
	return dialog;
};

// The options of a field in words, so that no list stands twice.
petition_proxy.choices = (doctype, fieldname) =>
	frappe.meta
		.get_docfield(doctype, fieldname)
		.options.split("\n")
		.filter(Boolean)
		.map((value) => ({ value, label: __(value, null, doctype) }));

// The same of a record whose form has not been opened yet.
petition_proxy.choices_of = (doctype, fieldname) =>
	new Promise((resolve) =>
		frappe.model.with_doctype(doctype, () => resolve(petition_proxy.choices(doctype, fieldname)))
	);

// Several ids with commas between them, as words.
petition_proxy.words = (ids, context) =>
	(ids || "")
		.split(", ")
		.map((id) => __(id, null, context))
		.join(", ");

// Numbers of a person, against a reason that is kept.
petition_proxy.show_identity = function (frm) {
	frappe.prompt(
		{ fieldname: "reason", fieldtype: "Data", label: __("Why do you need to see it?"), reqd: 1 },
		async ({ reason }) => {
			const values = await frappe.xcall("petition_proxy.api.identity.show_identity", {
				doctype: frm.doctype,
				name: frm.docname,
				reason,
			});
			const rows = Object.entries(values).map(
				([field, value]) =>
					`<p><b>${__(frm.fields_dict[field].df.label, null, frm.doctype)}</b>: ${frappe.utils.escape_html(
						value
					)}</p>`
			);
			frappe.msgprint({ title: __("Identity"), message: rows.join("") || __("Nothing is on file.") });
		},
		__("Show Identity"),
		__("Show")
	);
};

// Filters that reports have in common. Each call makes a new one, for a report keeps its state in it.
const link = (fieldname, label, options, more) => ({
	fieldname,
	label,
	fieldtype: "Link",
	options,
	ignore_link_validation: 1,
	...more,
});
petition_proxy.filters = {
	town: () =>
		link("town", __("Town or Street"), "Region", { get_query: () => ({ filters: { level: "Town" } }) }),
	unit: () => link("unit", __("Handling Unit"), "Handling Unit"),
	category: () => link("category", __("Category"), "Petition Category"),
	petitioned: (from) => [
		{ fieldname: "from_date", label: __("Petitioned From"), fieldtype: "Date", default: from },
		{ fieldname: "to_date", label: __("Petitioned To"), fieldtype: "Date" },
	],
};

// Frappe runs a report without waiting for the filters of an address: a link filter counts only once its title has come
// from the server, and until then the lines of every town and unit would be shown.
petition_proxy.wait_for_links = function (report) {
	const give_up_at = Date.now() + 5000;
	const is_coming = (filter) => filter.value && !filter.get_value();
	return new Promise((resolve) => {
		const look = () =>
			report.filters.some(is_coming) && Date.now() < give_up_at ? setTimeout(look, 30) : resolve();
		setTimeout(look);
	});
};

// Before the first drawing of a form of ours.
$(document).on("form-load", (_event, frm) => {
	if (frm.meta.module !== "Petition Proxy") return;
	// The district has one time zone; its name would also break the translation of the description.
	frm.meta.fields
		.filter((df) => df.fieldtype === "Datetime")
		.forEach((df) => (frm.get_docfield(df.fieldname).hide_timezone = 1));
	// A record with a path of its own tells it in plain words; the list of changed values would repeat it in those of
	// the database, codes and all.
	const has_path = frm.meta.is_submittable || ["petition", "status", "workflow_state"].some((name) => frm.fields_dict[name]);
	if (has_path && frm.timeline) frm.timeline.get_version_timeline_contents = () => [];
});

// A limit is named after its kind and its first day, "Acceptance Notice-2022-05-01": the kind in the reader's language.
frappe.form.link_formatters["Statutory Limit"] = (value) => {
	const parts = /^(.+)-(\d{4}-\d{2}-\d{2})$/.exec(value || "");
	return parts ? `${__(parts[1], null, "Statutory Limit")} ${frappe.datetime.str_to_user(parts[2])}` : value;
};

// The way back at the head of a page leads to the person's own workspace, not to the first of the module.
const own_workspaces = (frappe.boot?.allowed_workspaces || [])
	.filter((page) => page.module === "Petition Proxy" && page.public)
	.map((page) => page.name);
if (own_workspaces.length && frappe.boot.module_wise_workspaces) {
	frappe.boot.module_wise_workspaces["Petition Proxy"] = own_workspaces;
}
