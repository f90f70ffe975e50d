// What stands around a case: repeats of the same person, people of a collective petition, groups of like cases.
// Frappe joins this file to the form's own script, so its names keep to themselves.
(() => {
	const MERGEABLE = ["Registered", "Assigned", "Received"];
	const ENDED = [
		"Closed",
		"Refused",
		"No Longer Accepted",
		"Led to Statutory Route",
		"Withdrawn",
		"Merged",
		"Archived",
	];

	frappe.ui.form.on("Petition", {
		refresh(frm) {
			if (frm.is_new()) return;
			show_hint(frm);
			show_candidates(frm);
			add_repeat_buttons(frm);
			add_member_buttons(frm);
			add_group_button(frm);
		},
	});

	function is_office() {
		return frappe.user.has_role(["Petition Office", "Town Petition Officer"]);
	}

	// Before filing: the same person has something on file already. Number and state only.
	async function show_hint(frm) {
		if (frm.doc.workflow_state !== "Draft" || !frm.doc.petitioner) return;
		const name = frm.doc.name;
		const rows = await frappe.xcall("petition_proxy.api.repeats.hint", { petition: name }).catch(() => []);
		if (frm.doc.name !== name || !rows.length) return;
		const words = rows.map((row) => `${row.name} (${__(row.workflow_state)})`).join(", ");
		frm.dashboard.add_comment(__("This person already has on file: {0}", [words]), "yellow", true);
	}

	async function show_candidates(frm) {
		if (frm.doc.workflow_state === "Draft" || !frappe.model.can_read("Repeat Candidate")) return;
		const name = frm.doc.name;
		const rows = await frappe.db.get_list("Repeat Candidate", {
			filters: { petition: name, decision: "Open" },
			fields: ["name", "other_petition", "likeness", "reasons"],
			order_by: "likeness desc",
			limit: 10,
		});
		if (frm.doc.name !== name || !rows.length) return;
		const lines = rows.map(
			(row) =>
				`<a href="${frappe.utils.get_form_link("Petition", row.other_petition)}">${frappe.utils.escape_html(
					row.other_petition
				)}</a> ${Math.round(row.likeness)}% (${petition_proxy.words(row.reasons, "Repeat Candidate")})`
		);
		frm.dashboard.add_comment(__("Perhaps a repeat of: {0}", [lines.join(", ")]), "yellow", true);
		if (is_office()) {
			frm.add_custom_button(__("Decide on Repeat"), () => decide(frm, rows), __("Repeats"));
		}
	}

	function decide(frm, rows) {
		const dialog = new frappe.ui.Dialog({
			title: __("Decide on Repeat"),
			fields: [
				{
					fieldname: "candidate",
					fieldtype: "Select",
					label: __("Earlier Petition"),
					options: rows.map((row) => ({ value: row.name, label: row.other_petition })),
					default: rows[0].name,
					reqd: 1,
				},
				{
					fieldname: "decision",
					fieldtype: "Select",
					label: __("Decision"),
					options: [
						{ value: "Merged", label: __("Merge", null, "Petition") },
						{ value: "Linked", label: __("Link", null, "Petition") },
						{ value: "Not a Repeat", label: __("Not a Repeat") },
					],
					reqd: 1,
				},
				{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 },
			],
			primary_action_label: __("Decide"),
			primary_action: (values) => act(frm, dialog, "petition_proxy.api.repeats.decide", values),
		});
		dialog.show();
	}

	function add_repeat_buttons(frm) {
		if (!is_office()) return;
		if (MERGEABLE.includes(frm.doc.workflow_state)) {
			frm.add_custom_button(
				__("Merge into Another"),
				() => ask_for_main(frm, __("Merge into Another"), "petition_proxy.api.repeats.merge"),
				__("Repeats")
			);
		}
		if (frm.doc.workflow_state === "Merged") {
			frm.add_custom_button(
				__("Undo Merge"),
				() => ask_reason(frm, __("Undo Merge"), "petition_proxy.api.repeats.undo_merge"),
				__("Repeats")
			);
			return;
		}
		if (frm.doc.main_petition) {
			frm.add_custom_button(
				__("Unlink Repeat"),
				() => ask_reason(frm, __("Unlink Repeat"), "petition_proxy.api.repeats.unlink"),
				__("Repeats")
			);
		} else if (frm.doc.workflow_state !== "Draft") {
			frm.add_custom_button(
				__("Link as Repeat"),
				() => ask_for_main(frm, __("Link as Repeat"), "petition_proxy.api.repeats.link"),
				__("Repeats")
			);
		}
	}

	function ask_for_main(frm, title, method) {
		const dialog = new frappe.ui.Dialog({
			title,
			fields: [
				{
					fieldname: "main",
					fieldtype: "Link",
					options: "Petition",
					label: __("Main Petition"),
					reqd: 1,
					get_query: () => ({ filters: { name: ["!=", frm.doc.name] } }),
				},
				{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 },
			],
			primary_action_label: title,
			primary_action: (values) => act(frm, dialog, method, { petition: frm.doc.name, ...values }),
		});
		dialog.show();
	}

	function ask_reason(frm, title, method) {
		const dialog = new frappe.ui.Dialog({
			title,
			fields: [{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 }],
			primary_action_label: title,
			primary_action: (values) => act(frm, dialog, method, { petition: frm.doc.name, ...values }),
		});
		dialog.show();
	}

	async function act(frm, dialog, method, values) {
		await petition_proxy.send(dialog, method, values);
		frm.reload_doc();
	}

	function add_member_buttons(frm) {
		const is_draft = frm.doc.workflow_state === "Draft";
		if (!ENDED.includes(frm.doc.workflow_state) && (is_draft || frm.doc.is_collective)) {
			frm.add_custom_button(__("Paste a Name List"), () => paste_names(frm, is_draft), __("People"));
		}
		if ((frm.doc.members || []).some((row) => row.masked_phone)) {
			frm.add_custom_button(__("Show a Phone"), () => show_phone(frm), __("People"));
		}
	}

	function paste_names(frm, is_draft) {
		const dialog = new frappe.ui.Dialog({
			title: __("Paste a Name List"),
			fields: [
				{
					fieldname: "text",
					fieldtype: "Long Text",
					label: __("Names"),
					description: __("One person a line: the name, or the name, a comma and the phone."),
					reqd: 1,
				},
				{
					fieldname: "reason",
					fieldtype: "Small Text",
					label: __("Why are they added after filing?"),
					reqd: is_draft ? 0 : 1,
					hidden: is_draft ? 1 : 0,
				},
			],
			primary_action_label: __("Add"),
			primary_action: (values) =>
				act(frm, dialog, "petition_proxy.api.members.add_members", { petition: frm.doc.name, ...values }),
		});
		dialog.show();
	}

	function show_phone(frm) {
		const rows = frm.doc.members.filter((row) => row.masked_phone);
		frappe.prompt(
			[
				{
					fieldname: "member",
					fieldtype: "Select",
					label: __("Person"),
					options: rows.map((row) => ({
						value: row.name,
						label: `${row.member_name} ${row.masked_phone}`,
					})),
					reqd: 1,
				},
				{ fieldname: "reason", fieldtype: "Data", label: __("Why do you need to see it?"), reqd: 1 },
			],
			(values) =>
				frappe
					.xcall("petition_proxy.api.members.show_phone", { petition: frm.doc.name, ...values })
					.then((phone) => frappe.msgprint(frappe.utils.escape_html(phone || __("Nothing is on file.")))),
			__("Show a Phone"),
			__("Show")
		);
	}

	function add_group_button(frm) {
		if (!frm.doc.common_issue || !frappe.model.can_read("Common Issue")) return;
		frm.add_custom_button(
			__("Common Issue"),
			() => frappe.set_route("Form", "Common Issue", frm.doc.common_issue),
			__("Go To")
		);
	}
})();
