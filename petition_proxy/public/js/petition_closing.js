// Papers and closing on the petition's form: what is missing, the letter, service, the file, succession. Kept apart from
// petition.js, which knows the steps.
frappe.ui.form.on("Petition", {
	refresh(frm) {
		if (frm.is_new() || frm.doc.workflow_state === "Draft") return;
		add_paper_buttons(frm);
		show_missing(frm);
	},
});

const LETTER_STAGES = ["Accepted", "Handling", "Replied"];
const ENDED_STAGES = ["Closed", "Refused", "No Longer Accepted", "Led to Statutory Route", "Withdrawn"];
const OPEN_STAGES = ["Registered", "Assigned", "Received", "Accepted", "Handling", "Replied", "Served"];
const WATCHED_STAGES = ["Handling", "Replied", "Served", ...ENDED_STAGES];

function add_paper_buttons(frm) {
	const state = frm.doc.workflow_state;
	const group = __("Papers");
	const add = (label, act) => frm.add_custom_button(label, act, group);
	if (frm.doc.opinion_letter) {
		add(__("Opinion Letter"), () => frappe.set_route("Form", "Opinion Letter", frm.doc.opinion_letter));
	} else if (LETTER_STAGES.includes(state) && frappe.model.can_create("Opinion Letter")) {
		add(__("Opinion Letter"), () => open_or_begin_letter(frm));
	}
	if (frappe.model.can_read("Official Letter")) {
		add(__("Issued Letters"), () => frappe.set_route("List", "Official Letter", { petition: frm.doc.name }));
	}
	if (frappe.model.can_read("Service Receipt")) {
		add(__("Service Receipts"), () => frappe.set_route("List", "Service Receipt", { petition: frm.doc.name }));
	}
	if (state === "Replied" && frappe.model.can_create("Service Receipt")) {
		add(__("Record Service"), () => ask_service(frm));
		add(__("Record a Failed Attempt"), () => ask_failed_attempt(frm));
	}
	if (ENDED_STAGES.includes(state) && frappe.model.can_create("Case File")) {
		add(__("Case File"), () => open_case_file(frm));
	}
	if (["Served", "Closed"].includes(state) && frappe.model.can_create("Settlement Statement")) {
		add(__("Settlement Statement"), () => open_statement(frm));
	}
	if (OPEN_STAGES.includes(state) && frm.doc.agent && frappe.model.can_create("Proxy Agreement")) {
		add(__("Renew Agreement"), () => ask_agreement(frm));
	}
	offer_succession(frm, add);
}

// What holds the case back stands on the form, not in an error message after the button.
async function show_missing(frm) {
	if (!WATCHED_STAGES.includes(frm.doc.workflow_state)) return;
	const { name, modified } = frm.doc;
	const rows = await frappe.xcall("petition_proxy.api.closing.what_is_missing", { petition: name });
	if (frm.doc.name !== name || frm.doc.modified !== modified) return;
	frm.$wrapper.find(".petition-missing").closest(".form-dashboard-section").remove();
	if (!rows.length) return;
	frm.dashboard.add_section(missing_html(frm, rows), __("What Is Missing"));
	frm.dashboard.show();
	frm.$wrapper
		.find(".petition-missing [data-code='notice'] button")
		.on("click", () => issue_notice(frm));
}

function missing_html(frm, rows) {
	const lines = rows.map(({ code, text, is_blocking }) => {
		const button =
			code === "notice"
				? ` <button type="button" class="btn btn-xs btn-default">${__("Issue Now")}</button>`
				: "";
		const kind = is_blocking ? "indicator red" : "indicator gray";
		return `<li data-code="${code}"><span class="${kind}"></span> ${frappe.utils.escape_html(text)}${button}</li>`;
	});
	return `<ul class="petition-missing list-unstyled mb-0">${lines.join("")}</ul>`;
}

async function issue_notice(frm) {
	const number = await frappe.xcall("petition_proxy.api.letters.issue_missing_notice", {
		petition: frm.doc.name,
	});
	frappe.show_alert({ message: __("Issued: {0}", [number]), indicator: "green" });
	frm.refresh();
}

async function open_or_begin_letter(frm) {
	const drafts = await frappe.db.get_list("Opinion Letter", {
		filters: { petition: frm.doc.name, docstatus: 0, round: frm.doc.round, unit: frm.doc.handling_unit },
		pluck: "name",
		limit: 1,
	});
	const name =
		drafts[0] || (await frappe.xcall("petition_proxy.api.opinions.begin_letter", { petition: frm.doc.name }));
	frappe.set_route("Form", "Opinion Letter", name);
}

function ask_service(frm) {
	const by = (...methods) => `eval:${JSON.stringify(methods)}.includes(doc.method)`;
	const field = (fieldname, fieldtype, label, more = {}) => ({ fieldname, fieldtype, label, ...more });
	const dialog = new frappe.ui.Dialog({
		title: `${__("Record Service")} · ${frm.doc.name}`,
		fields: [
			field("method", "Select", __("Service Method"), {
				reqd: 1,
				default: frm.doc.agent ? "By Agent" : "In Person",
				options: petition_proxy
					.choices("Petition", "service_method")
					.filter(({ value }) => frm.doc.agent || value !== "By Agent"),
			}),
			field("served_at", "Datetime", __("Served At"), { reqd: 1, default: frappe.datetime.now_datetime() }),
			field("place", "Data", __("Place")),
			field("receiver_name", "Data", __("Received By"), { default: frm.doc.petitioner_name }),
			field("signature", "Signature", __("Signature"), { depends_on: by("By Agent", "In Person") }),
			field("photo", "Attach", __("Photo of Signature, Fingerprint or Scene"), {
				depends_on: by("By Agent", "In Person", "Left with Witness"),
			}),
			field("post_no", "Data", __("Post No."), { depends_on: by("By Post") }),
			field("posted_on", "Date", __("Posted On"), { depends_on: by("By Post") }),
			field("refusal_reason", "Small Text", __("Reason of the Refusal to Receive"), {
				depends_on: by("Refused by Petitioner"),
			}),
			field("witness_1", "Data", __("Witness"), { depends_on: by("Left with Witness", "Refused by Petitioner") }),
			field("witness_2", "Data", __("Second Witness"), { depends_on: by("Refused by Petitioner") }),
			field("recording", "Attach", __("Recording"), {
				depends_on: by("Left with Witness", "Refused by Petitioner"),
			}),
			field("remark", "Small Text", __("Remark")),
		],
		primary_action_label: __("Record Service"),
		async primary_action(receipt) {
			await petition_proxy.send(dialog, "petition_proxy.api.service.record_service", {
				petition: frm.doc.name,
				receipt,
			});
			frm.reload_doc();
		},
	});
	dialog.show();
}

function ask_failed_attempt(frm) {
	const dialog = new frappe.ui.Dialog({
		title: `${__("Record a Failed Attempt")} · ${frm.doc.name}`,
		fields: [
			{
				fieldname: "method",
				fieldtype: "Select",
				label: __("Service Method"),
				reqd: 1,
				default: "In Person",
				options: ["By Agent", "In Person", "By Post"].map((value) => ({
					value,
					label: __(value, null, "Petition"),
				})),
			},
			{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason of the Failure"), reqd: 1 },
			{
				fieldname: "attempted_at",
				fieldtype: "Datetime",
				label: __("When"),
				default: frappe.datetime.now_datetime(),
			},
			{ fieldname: "place", fieldtype: "Data", label: __("Place") },
		],
		primary_action_label: __("Record a Failed Attempt"),
		async primary_action(values) {
			const count = await petition_proxy.send(dialog, "petition_proxy.api.service.record_failed_attempt", {
				petition: frm.doc.name,
				...values,
			});
			frappe.show_alert({ message: __("Failed attempts so far: {0}", [count]), indicator: "orange" });
			frm.reload_doc();
		},
	});
	dialog.show();
}

async function open_case_file(frm) {
	const name = await frappe.xcall("petition_proxy.api.closing.make_case_file", { petition: frm.doc.name });
	frappe.set_route("Form", "Case File", name);
}

async function open_statement(frm) {
	const found = await frappe.db.get_list("Settlement Statement", {
		filters: { petition: frm.doc.name, round: frm.doc.round },
		pluck: "name",
		limit: 1,
	});
	if (found.length) frappe.set_route("Form", "Settlement Statement", found[0]);
	else frappe.new_doc("Settlement Statement", { petition: frm.doc.name });
}

function ask_agreement(frm) {
	const dialog = new frappe.ui.Dialog({
		title: `${__("Renew Agreement")} · ${frm.doc.name}`,
		fields: [
			{
				fieldname: "agreement",
				fieldtype: "Link",
				options: "Proxy Agreement",
				label: __("Proxy Agreement"),
				description: __("Signed anew by the petitioner, for the agent of this case."),
				reqd: 1,
				get_query: () => ({
					filters: { docstatus: 1, petitioner: frm.doc.petitioner, agent: frm.doc.agent },
				}),
			},
		],
		primary_action_label: __("Renew Agreement"),
		async primary_action({ agreement }) {
			await petition_proxy.send(dialog, "petition_proxy.api.closing.renew_agreement", {
				petition: frm.doc.name,
				agreement,
			});
			frm.reload_doc();
		},
	});
	dialog.show();
}

// Shown only where the petitioner is on record as deceased.
async function offer_succession(frm, add) {
	if (!OPEN_STAGES.includes(frm.doc.workflow_state) || !frappe.model.can_create("Petitioner")) return;
	const { name, petitioner } = frm.doc;
	if (!petitioner) return;
	const { message } = await frappe.db.get_value("Petitioner", petitioner, "died_on");
	if (!message?.died_on || frm.doc.name !== name || frm.doc.petitioner !== petitioner) return;
	add(__("Continue With Successor"), () => ask_successor(frm));
}

function ask_successor(frm) {
	const dialog = new frappe.ui.Dialog({
		title: `${__("Continue With Successor")} · ${frm.doc.name}`,
		fields: [
			{
				fieldname: "successor",
				fieldtype: "Link",
				options: "Petitioner",
				label: __("Successor"),
				reqd: 1,
				get_query: () => ({ filters: { name: ["!=", frm.doc.petitioner] } }),
			},
			{ fieldname: "proof", fieldtype: "Attach", label: __("Proof of Succession"), reqd: 1 },
			{
				fieldname: "agreement",
				fieldtype: "Link",
				options: "Proxy Agreement",
				label: __("Proxy Agreement"),
				description: __("The successor's agreement with the agent. Without one the agent cannot act."),
				depends_on: frm.doc.agent ? "successor" : "eval:false",
				get_query: () => ({
					filters: { docstatus: 1, petitioner: dialog.get_value("successor"), agent: frm.doc.agent },
				}),
			},
		],
		primary_action_label: __("Continue With Successor"),
		async primary_action(values) {
			await petition_proxy.send(dialog, "petition_proxy.api.closing.continue_with_successor", {
				petition: frm.doc.name,
				...values,
			});
			frm.reload_doc();
		},
	});
	dialog.show();
}
