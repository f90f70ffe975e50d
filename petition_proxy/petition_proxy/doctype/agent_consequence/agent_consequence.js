const consequence_api = "petition_proxy.api.consequences";

frappe.ui.form.on("Agent Consequence", {
	refresh(frm) {
		if (frm.is_new()) return;
		const open = ["Proposed", "Answered"].includes(frm.doc.status);
		if (!open || !frm.perm[0]?.write) return;
		if (frm.doc.status === "Proposed") {
			add_primary(frm, __("Record Answer"), () => record_answer(frm));
			frm.dashboard.set_headline(
				__("The agent may answer until {0}.", [frappe.datetime.str_to_user(frm.doc.answer_by)]),
				"blue"
			);
		} else {
			add_primary(frm, __("Decide"), () => decide(frm));
		}
		if (frm.doc.status === "Proposed") frm.add_custom_button(__("Decide"), () => decide(frm));
	},
});

function add_primary(frm, label, handler) {
	frm.add_custom_button(label, handler);
	frm.change_custom_button_type(label, null, "primary");
}

async function call(frm, method, values) {
	await frappe.xcall(`${consequence_api}.${method}`, { consequence: frm.doc.name, ...values });
	frm.reload_doc();
}

function record_answer(frm) {
	frappe.prompt(
		{ fieldname: "answer", fieldtype: "Text", label: __("Answer of the Agent"), reqd: 1 },
		(values) => call(frm, "answer_consequence", values),
		__("Record Answer"),
		__("Record")
	);
}

function decide(frm) {
	const fields = [
		{
			fieldname: "decision",
			fieldtype: "Select",
			label: __("Decision"),
			reqd: 1,
			options: [
				{ value: "1", label: __("Impose") },
				{ value: "0", label: __("Drop") },
			],
		},
		{ fieldname: "note", fieldtype: "Small Text", label: __("Why"), reqd: 1 },
	];
	if (frm.doc.step === "Suspension") {
		fields.push({
			fieldname: "suspended_until",
			fieldtype: "Date",
			label: __("Suspended Until"),
			depends_on: "eval:doc.decision==='1'",
		});
	}
	frappe.prompt(
		fields,
		({ decision, note, suspended_until }) =>
			call(frm, "decide_consequence", { is_imposed: decision === "1" ? 1 : 0, note, suspended_until }),
		__("Decide"),
		__("Decide")
	);
}
