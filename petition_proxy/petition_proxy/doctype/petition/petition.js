frappe.ui.form.on("Petition", {
	setup(frm) {
		frm.trigger("set_queries");
		frm.get_docfield("workflow_state").formatter = (value) => __(value);
	},

	async refresh(frm) {
		if (frm.is_new()) {
			frm.set_intro(__("Write down the matter, save, then press File."), "blue");
			return;
		}
		if (is_stale(frm)) {
			frm.reload_doc();
			return;
		}
		// Two refreshes may overlap while the server answers; only the last one draws.
		const turn = (frm.petition_turn = (frm.petition_turn || 0) + 1);
		const [steps, units, fields] = await Promise.all([
			get_steps(frm),
			get_units(frm),
			frappe.xcall("petition_proxy.api.desk.closed_fields", { petition: frm.doc.name }),
		]);
		if (turn !== frm.petition_turn) return;
		close_fields(frm, fields);
		show_next_step(frm, steps, units);
		steps.forEach((step) => add_step_button(frm, step));
		add_unit_buttons(frm, units, steps);
		mark_needed_fields(frm, steps);
		frm.trigger("add_related_buttons");
		show_units(frm, units);
		frm.trigger("show_path");
	},

	// The Actions menu asks for the same fields as the button beside it.
	before_workflow_action(frm) {
		const action = frm.selected_workflow_action;
		if (!has_form(frm, action)) return;
		frappe.dom.unfreeze();
		ask_and_take(frm, action);
		// Never settles: the step goes on from the short form, not from the menu.
		return new Promise(() => {});
	},

	set_queries(frm) {
		frm.set_query("village", () => ({ filters: { level: "Village" } }));
		frm.set_query("agent", () => ({ filters: { status: "On Duty" } }));
		frm.set_query("agreement", () => ({
			filters: { docstatus: 1, petitioner: frm.doc.petitioner, agent: frm.doc.agent },
		}));
		frm.set_query("accused_unit", () => ({ filters: { is_active: 1 } }));
		// A village is no level of decision: nothing is pushed down to it.
		frm.set_query("handling_unit", () => ({ filters: { is_active: 1, tier: ["!=", "Village"] } }));
		frm.set_query("handling_unit", "concerned_units", () => ({ filters: { is_active: 1 } }));
		frm.set_query("reply_class", () => ({
			filters: { valid_from: ["<=", frappe.datetime.get_today()] },
		}));
	},

	add_related_buttons(frm) {
		const links = [
			["agreement", "Proxy Agreement"],
			["petitioner", "Petitioner"],
			["agent", "Proxy Agent"],
		];
		links.forEach(([field, doctype]) => {
			if (!frm.doc[field] || !frappe.model.can_read(doctype)) return;
			frm.add_custom_button(
				__(doctype),
				() => frappe.set_route("Form", doctype, frm.doc[field]),
				__("Go To")
			);
		});
		CASE_RECORDS.filter((doctype) => frappe.model.can_read(doctype)).forEach((doctype) =>
			frm.add_custom_button(
				__(doctype),
				() => frappe.set_route("List", doctype, { petition: frm.doc.name }),
				__("Go To")
			)
		);
		OFFICE_RECORDS.filter(() => is_office()).forEach(([doctype, label]) => {
			if (!frappe.model.can_create(doctype)) return;
			frm.add_custom_button(
				__(label),
				() => frappe.new_doc(doctype, { petition: frm.doc.name }),
				__("Coordination")
			);
		});
		if (!frappe.model.can_read("Evaluation")) return;
		frm.add_custom_button(
			__("Evaluations"),
			() => frappe.set_route("List", "Evaluation", { petition: frm.doc.name }),
			__("Go To")
		);
		const rateable = ["Served", "Closed"].includes(frm.doc.workflow_state);
		if (rateable && frappe.model.can_create("Evaluation")) {
			frm.add_custom_button(
				__("Enter a Rating"),
				() => frappe.new_doc("Evaluation", { petition: frm.doc.name }),
				__("Go To")
			);
		}
	},

	async show_path(frm) {
		const name = frm.doc.name;
		const events = await frappe.xcall("petition_proxy.api.desk.petition_path", { petition: name });
		if (frm.doc.name !== name) return;
		frm.$wrapper.find(".petition-path").closest(".form-dashboard-section").remove();
		frm.dashboard.add_section(path_html(events), __("Path of This Petition"));
		frm.dashboard.show();
	},
});

// Every save tells open forms to reload. With two steps in quick succession the answer to the first reload can come after
// the second step and would show the petition as it was.
function is_stale(frm) {
	const newest = (frm.petition_newest = frm.petition_newest || {});
	const { name, modified } = frm.doc;
	if (newest[name] > modified) return true;
	newest[name] = modified;
	return false;
}

// What the person cannot change is read-only, and gone while it is empty: nobody looks at the fields of others' work.
function close_fields(frm, fields) {
	const before = frm.petition_closed || {};
	Object.entries(before).forEach(([field, df]) => Object.assign(frm.get_docfield(field), df));
	frm.petition_closed = {};
	fields.forEach((field) => {
		const df = frm.get_docfield(field);
		if (!df) return;
		frm.petition_closed[field] = { read_only: df.read_only, hidden: df.hidden };
		df.read_only = 1;
		if (!frm.doc[field]) df.hidden = 1;
	});
	[...new Set([...Object.keys(before), ...fields])].forEach((field) => frm.refresh_field(field));
	frm.layout.refresh_sections();
}

// Records beside the case that the person may list; what the site or the role does not have is left out.
const CASE_RECORDS = [
	"Petition Assignment",
	"Petition Round",
	"Coordination Meeting",
	"Upward Report",
	"Opinion Letter",
	"Official Letter",
	"Service Receipt",
	"Extension Request",
	"Progress Notice",
	"Supervision Order",
	"Review Request",
	"Repeat Candidate",
	"Case File",
];
const OFFICE_RECORDS = [
	["Coordination Meeting", "Record a Meeting"],
	["Upward Report", "Report Upward"],
];

// What a step needs, what else belongs on its form, and what is asked anew each time whatever the case holds already.
// The server asks for the same and has the last word.
const STEP_FIELDS = {
	File: { needed: ["subject", "content", "village"], also: [] },
	Assign: {
		needed: ["handling_unit"],
		also: ["category", "assignment_kind", "reply_by", "assignment_note"],
	},
	"Hand Up": { needed: ["handling_unit", "assignment_note"], also: [] },
	"Settle on the Spot": { needed: ["reply_text", "is_oral_consent"], also: [] },
	Return: { needed: ["step_reason"], also: [], anew: ["step_reason"] },
	Reassign: {
		needed: ["handling_unit", "step_reason"],
		also: ["assignment_kind", "reply_by"],
		anew: ["handling_unit", "step_reason", "reply_by"],
	},
	Accept: { needed: ["reply_class"], also: ["category"] },
	Refuse: { needed: ["refusal_reason", "refusal_body"], also: ["refusal_note"] },
	Stop: { needed: ["refusal_reason"], also: ["refusal_note"] },
	Guide: { needed: ["procedure_route", "refusal_body"], also: ["refusal_note", "kind_change_reason"] },
	Reply: { needed: ["reply_text", "outcome"], also: [] },
	Serve: { needed: ["service_method"], also: ["service_note"] },
	Rework: { needed: ["step_reason"], also: [], anew: ["step_reason"] },
	Reopen: { needed: ["step_reason"], also: [], anew: ["step_reason"] },
	Withdraw: { needed: ["withdrawal_reason"], also: ["withdrawal_proof"] },
	Archive: { needed: [], also: ["retention_term"] },
};

// Steps that end or undo something: never the loud button.
const QUIET_STEPS = ["Refuse", "Stop", "Guide", "Return", "Reassign", "Withdraw", "Merge", "Undo Merge", "Rework", "Reopen"];

// Reasons of a refusal and of "no longer accepted" stand in one field, and each step takes its own.
const STOP_REASONS = [
	"Concluded by Re-review",
	"Review Time Missed",
	"Legally Ended Lawsuit Matter",
	"Settled by Mediation",
	"Petitioner Died Without Successor",
];
const STEP_OPTIONS = {
	Refuse: { refusal_reason: (option) => !STOP_REASONS.includes(option) },
	Stop: { refusal_reason: (option) => STOP_REASONS.includes(option) },
	Guide: { procedure_route: (option) => option !== "Petition Procedure" },
	Assign: { assignment_kind: (option) => option !== "Hand Up" },
	Reassign: { assignment_kind: (option) => option !== "Hand Up" },
	Reply: { outcome: (option) => !["Settled on the Spot", "Led to Statutory Route"].includes(option) },
};

// Merging has an endpoint of its own, which writes both cases.
const STEP_METHODS = {
	Merge: {
		method: "petition_proxy.api.repeats.merge",
		fields: () => [
			{
				fieldname: "main",
				label: __("Main Petition"),
				fieldtype: "Link",
				options: "Petition",
				reqd: 1,
			},
			{ fieldname: "reason", label: __("Reason of the Step"), fieldtype: "Small Text", reqd: 1 },
		],
	},
	"Undo Merge": {
		method: "petition_proxy.api.repeats.undo_merge",
		fields: () => [
			{ fieldname: "reason", label: __("Reason of the Step"), fieldtype: "Small Text", reqd: 1 },
		],
	},
};

// state -> [who acts, what is to be done]; {0} is the unit, {1} the agent.
const NEXT_STEP = {
	Draft: () => __("Next: complete the matter and file it."),
	Registered: (unit, agent, doc) =>
		doc.tier === "Village"
			? __("Next: the village settles it on the spot, or hands it up.")
			: __("Next: the petition office or the town chooses the unit and assigns the case."),
	Assigned: (unit) => __("Next: {0} confirms that it has received the case.", [unit]),
	Received: (unit) => __("Next: {0} accepts with a reply class, or refuses and names the body to turn to.", [unit]),
	Accepted: (unit) => __("Next: {0} starts handling.", [unit]),
	Handling: (unit) => __("Next: {0} writes the reply and its outcome.", [unit]),
	Replied: (unit, agent) =>
		agent
			? __("Next: {0} or {1} hands the reply to the petitioner and notes how.", [agent, unit])
			: __("Next: {0} hands the reply to the petitioner and notes how.", [unit]),
	Served: (unit) => __("Next: the petitioner may rate; {0} closes the case.", [unit]),
	Refused: () => __("This petition was refused. Nothing more is to be done here."),
	"No Longer Accepted": () => __("The matter has come to its end and is not accepted again."),
	"Led to Statutory Route": () => __("The petitioner was led to the statutory route."),
	Withdrawn: () => __("The petitioner has withdrawn this petition."),
	Merged: () => __("This petition goes on in its main petition."),
	Archived: () => __("This petition is in the archive."),
};

function show_next_step(frm, steps, units) {
	const now = frappe.datetime.now_datetime();
	const due = frm.doc.due_at;
	let colour = "blue";
	if (due && due < now) colour = "red";
	else if (due && frappe.listview_settings["Petition"].days_until(due, now) <= 2) colour = "orange";
	const words = [...own_part_words(units), next_step_words(frm), clock_words(due, now)];
	if (frm.doc.workflow_state === "Registered") {
		words.push(...[frm.doc.coordination_reason, frm.doc.proposal_reason].map(escaped));
	}
	frm.set_intro(words.filter(Boolean).join(" "), colour);

	// On a phone the page's buttons hide in its menu, so the steps stand under the words as well.
	const buttons = $(`<div class="petition-steps"></div>`);
	steps.forEach((action) =>
		$(`<button type="button" class="btn btn-primary btn-md"></button>`)
			.text(step_label(frm, action))
			.toggleClass("btn-primary", !QUIET_STEPS.includes(action))
			.toggleClass("btn-default", QUIET_STEPS.includes(action))
			.on("click", () => take_step(frm, action))
			.appendTo(buttons)
	);
	if (steps.length) frm.layout.message?.append(buttons);
}

function next_step_words(frm) {
	const words = NEXT_STEP[frm.doc.workflow_state];
	if (!words) return __("This petition is closed.");
	return words(title_of(frm, "handling_unit") || __("the unit"), title_of(frm, "agent"), frm.doc);
}

// What a co-handling unit has been asked for stands before everything else.
function own_part_words(units) {
	return units.assignments
		.filter((row) => row.is_own && row.part === "Co-handler" && ["Sent", "Received"].includes(row.status))
		.map((row) => __("Your unit is asked to help: {0}", [escaped(row.requirement)]));
}

function escaped(text) {
	return frappe.utils.escape_html(text || "");
}

function clock_words(due, now) {
	if (!due) return "";
	const day = frappe.datetime.str_to_user(due.slice(0, 10), false, true);
	const settings = frappe.listview_settings["Petition"];
	const days = settings.days_until(due, now);
	const left = due < now ? settings.words_for_late(-days) : settings.words_for_left(days);
	return __("To be done by {0} ({1}).", [day, left]);
}

function title_of(frm, field) {
	const value = frm.doc[field];
	if (!value) return "";
	const doctype = frm.get_docfield(field).options;
	return frappe.utils.escape_html(frappe.utils.get_link_title(doctype, value) || value);
}

// Steps this person may take now, once each however many of the person's roles allow it.
async function get_steps(frm) {
	const transitions = await frappe.workflow.get_transitions(frm.doc);
	return [...new Set(transitions.map((transition) => transition.action))];
}

// A village hands up by the step that is "Assign" to an office.
function acts_as_village(frm) {
	return frm.doc.tier === "Village" && frappe.user.has_role("Village Petition Officer") && !is_office();
}

function is_office() {
	return ["Petition Office", "Town Petition Officer"].some((role) => frappe.user.has_role(role));
}

function form_of(frm, action) {
	return STEP_FIELDS[action === "Assign" && acts_as_village(frm) ? "Hand Up" : action];
}

function step_label(frm, action) {
	return action === "Assign" && acts_as_village(frm)
		? __("Hand Up", null, "Petition")
		: __(action, null, "Petition");
}

function add_step_button(frm, action) {
	const label = step_label(frm, action);
	const group = QUIET_STEPS.includes(action) && action !== "Refuse" ? __("Other Steps") : null;
	const button = frm.add_custom_button(label, () => take_step(frm, action), group);
	if (button && !group && action !== "Refuse") button.removeClass("btn-default").addClass("btn-primary");
}

function mark_needed_fields(frm, actions) {
	frm.$wrapper.find(".petition-needed").removeClass("petition-needed");
	actions
		.filter((action) => !QUIET_STEPS.includes(action))
		.flatMap((action) => missing_fields(frm, action))
		.forEach((field) => frm.fields_dict[field]?.$wrapper.addClass("petition-needed"));
}

function missing_fields(frm, action) {
	const { needed = [], anew = [] } = form_of(frm, action) || {};
	return needed.filter((field) => anew.includes(field) || !frm.doc[field]);
}

function has_form(frm, action) {
	const form = form_of(frm, action);
	return Boolean(STEP_METHODS[action] || form?.also.length || missing_fields(frm, action).length);
}

async function take_step(frm, action) {
	return has_form(frm, action) ? ask_and_take(frm, action) : apply_step(frm, action);
}

// A short form with just the fields of this step, so that nobody has to look for them on the long one.
async function ask_and_take(frm, action) {
	if (STEP_METHODS[action]) {
		const { method, fields } = STEP_METHODS[action];
		return ask_and_call(frm, step_label(frm, action), fields(), method, { petition: frm.doc.name });
	}
	const { needed, also } = form_of(frm, action);
	const presets = await get_presets(frm, action);
	const fields = [...needed, ...also].map((field) => step_field(frm, action, field, presets));
	if (presets.words) {
		fields.unshift({ fieldname: "presets", fieldtype: "HTML", options: presets.words });
	}
	return ask(frm, step_label(frm, action), fields, (values) => apply_step(frm, action, values));
}

// A person confirms or changes what the rules propose.
async function get_presets(frm, action) {
	if (!["Assign", "Accept"].includes(action)) return {};
	const hints = await frappe.xcall("petition_proxy.api.routing.hints", { petition: frm.doc.name });
	if (action === "Accept") return { reply_class: hints.reply_class };
	const words = [hints.coordination_reason, hints.proposal_reason].filter(Boolean).map(escaped).join("<br>");
	return {
		handling_unit: hints.proposed_unit,
		assignment_kind: acts_as_village(frm) ? null : "Assign",
		words: words && `<p class="text-muted">${words}</p>`,
	};
}

function ask(frm, title, fields, act) {
	const dialog = new frappe.ui.Dialog({
		title: `${title} · ${frm.doc.name}`,
		fields,
		primary_action_label: title,
		async primary_action() {
			dialog.disable_primary_action();
			try {
				// A link just chosen is still being looked up; until then it would send its title.
				await new Promise((resolve) => frappe.after_ajax(resolve));
				const values = dialog.get_values();
				if (!values) return;
				await act(values);
				dialog.hide();
			} finally {
				dialog.enable_primary_action();
			}
		},
	});
	dialog.show();
	return dialog;
}

function ask_and_call(frm, title, fields, method, args) {
	return ask(frm, title, fields, (values) => call_and_reload(frm, method, { ...args, ...values }));
}

async function call_and_reload(frm, method, args) {
	await as_saving(async () => {
		await frappe.xcall(method, args);
		await frm.reload_doc();
	});
}

// Frappe reloads a form when it hears of a change it did not save itself, a second later. Under the flag of a save
// it knows the change for its own; else a late reload would bring the form back to the state before.
async function as_saving(act) {
	frappe.dom.freeze();
	frappe.ui.form.is_saving = true;
	try {
		await act();
	} finally {
		frappe.ui.form.is_saving = false;
		frappe.dom.unfreeze();
	}
}

function step_field(frm, action, fieldname, presets) {
	const df = frm.get_docfield(fieldname);
	const { needed, anew = [] } = form_of(frm, action);
	const keeps = STEP_OPTIONS[action]?.[fieldname];
	let { options } = df;
	if (keeps) {
		options = options
			.split("\n")
			.filter((option) => !option || keeps(option))
			.map((value) => ({ value, label: value ? __(value, null, "Petition") : "" }));
	}
	const stored = frm.doc[fieldname] || presets[fieldname];
	return {
		fieldname,
		label: df.label,
		fieldtype: df.fieldtype,
		options,
		description: df.description,
		default: anew.includes(fieldname) ? null : stored,
		reqd: needed.includes(fieldname) ? 1 : 0,
		get_query: frm.fields_dict[fieldname].get_query,
	};
}

// Fields and step go to the server in one request: both are kept or neither, and no reload in between can bring the
// form back to the state before.
async function apply_step(frm, action, values = {}) {
	await as_saving(async () => {
		const transitions = await frappe.workflow.get_transitions(frm.doc);
		const { next_state } = transitions.find((transition) => transition.action === action);
		const doc = await frappe.xcall("frappe.client.save", {
			doc: { ...frm.doc, ...values, workflow_state: next_state },
		});
		frappe.model.sync(doc);
		frm.refresh();
	});
}

// Between the units: objection, decision, co-handling. The server says which of them this person may do.
async function get_units(frm) {
	return frappe.xcall("petition_proxy.api.assignments.available", { petition: frm.doc.name });
}

const UNIT_ACTS = {
	receive: {
		label: () => __("Receive Co-handling"),
		method: "petition_proxy.api.assignments.receive_co_handling",
		fields: () => [],
		is_loud: true,
	},
	answer: {
		label: () => __("Answer Lead"),
		method: "petition_proxy.api.assignments.answer_co_handling",
		fields: () => [{ fieldname: "answer", label: __("Answer"), fieldtype: "Text", reqd: 1 }],
		is_loud: true,
	},
	decide: {
		label: () => __("Decide Objection"),
		method: "petition_proxy.api.assignments.decide_objection",
		fields: (row) => [
			{
				fieldtype: "HTML",
				fieldname: "objection",
				options: `<p>${escaped(row.unit_name)}: ${escaped(row.objection_reason)}</p>`,
			},
			{
				fieldname: "is_upheld",
				label: __("Decision"),
				fieldtype: "Select",
				options: [
					{ value: "1", label: __("Upheld", null, "Petition Assignment") },
					{ value: "0", label: __("Rejected", null, "Petition Assignment") },
				],
				reqd: 1,
			},
			{
				...unit_field("new_unit", __("New Unit")),
				default: row.objection_unit,
				depends_on: `eval:doc.is_upheld == "1" && "${row.part}" == "Lead"`,
				description: __("Empty: the case waits to be assigned."),
			},
			{
				fieldname: "note",
				label: __("Note of the Decision"),
				fieldtype: "Small Text",
				mandatory_depends_on: 'eval:doc.is_upheld == "0"',
			},
		],
		is_loud: true,
	},
	object: {
		label: () => __("Object"),
		method: "petition_proxy.api.assignments.object_to_assignment",
		fields: (row) => [
			{
				fieldname: "reason",
				label: __("Reason of the Objection"),
				fieldtype: "Small Text",
				reqd: 1,
				description: row.objection_due_at
					? __("Possible until {0}.", [frappe.datetime.str_to_user(row.objection_due_at)])
					: __("Five working days from receipt."),
			},
			unit_field("proposed_unit", __("Competent Unit Proposed")),
		],
	},
	end: {
		label: () => __("End Co-handling"),
		method: "petition_proxy.api.assignments.end_co_handling",
		fields: () => [{ fieldname: "reason", label: __("Reason"), fieldtype: "Small Text", reqd: 1 }],
	},
};

function unit_field(fieldname, label) {
	return {
		fieldname,
		label,
		fieldtype: "Link",
		options: "Handling Unit",
		get_query: () => ({ filters: { is_active: 1, tier: ["!=", "Village"] } }),
	};
}

function add_unit_buttons(frm, units, steps) {
	units.assignments.forEach((row) =>
		row.acts.forEach((act) => {
			const { label, method, fields, is_loud } = UNIT_ACTS[act];
			// Of several units at once each button says whose part it is about.
			const name = row.is_own ? label() : `${label()} · ${row.unit_name}`;
			const press = () =>
				fields(row).length
					? ask_and_call(frm, label(), fields(row), method, { assignment: row.name })
					: call_and_reload(frm, method, { assignment: row.name });
			const button = frm.add_custom_button(name, press, is_loud ? null : __("Units"));
			if (button && is_loud) button.removeClass("btn-default").addClass("btn-primary");
		})
	);
	if (units.case.includes("ask_along")) {
		frm.add_custom_button(__("Ask Co-handler"), () => ask_along(frm), __("Units"));
	}
	if (units.case.includes("reassign") && !steps.includes("Reassign")) {
		frm.add_custom_button(
			__("Reassign", null, "Petition"),
			() => {
				const fields = [
					{ ...unit_field("unit", __("Handling Unit")), reqd: 1 },
					{ fieldname: "reason", label: __("Reason of the Step"), fieldtype: "Small Text", reqd: 1 },
					{ fieldname: "reply_by", label: __("Reply By"), fieldtype: "Date" },
				];
				const method = "petition_proxy.api.assignments.reassign";
				ask_and_call(frm, __("Reassign", null, "Petition"), fields, method, { petition: frm.doc.name });
			},
			__("Units")
		);
	}
}

function ask_along(frm) {
	const fields = [
		{ ...unit_field("unit", __("Handling Unit")), reqd: 1 },
		{ fieldname: "requirement", label: __("Requirement"), fieldtype: "Small Text", reqd: 1 },
		{ fieldname: "reply_by", label: __("Reply By"), fieldtype: "Date" },
	];
	const method = "petition_proxy.api.assignments.add_co_handler";
	ask_and_call(frm, __("Ask Co-handler"), fields, method, { petition: frm.doc.name });
}

// Who has a part in the case, in one glance; a single unit stands on the form already.
function show_units(frm, units) {
	frm.$wrapper.find(".petition-units").closest(".form-dashboard-section").remove();
	if (units.assignments.length < 2) return;
	const lines = units.assignments.map((row) => {
		const parts = [
			__(row.part, null, "Petition Assignment"),
			__(row.status, null, "Petition Assignment"),
			row.reply_by && __("reply by {0}", [frappe.datetime.str_to_user(row.reply_by.slice(0, 10), false, true)]),
			row.answer || row.objection_reason,
		];
		const words = parts.filter(Boolean).map(escaped).join(" · ");
		return `<li><a href="/app/petition-assignment/${encodeURIComponent(row.name)}">${escaped(
			row.unit_name
		)}</a> <span>${words}</span></li>`;
	});
	frm.dashboard.add_section(`<ul class="petition-units">${lines.join("")}</ul>`, __("Units at Work"));
}

function path_html(events) {
	const lines = events.map((event) => {
		const [day, time] = event.happened_at.split(" ");
		const when = `${frappe.datetime.str_to_user(day, false, true)} ${time.slice(0, 5)}`;
		const who = [event.unit_name, event.actor_name].filter(Boolean).join(" ");
		const whom = event.principal ? __("for {0}", [event.principal]) : "";
		// What units do among themselves leaves the case in its state and goes by its own name.
		const is_step = event.to_state && event.from_state !== event.to_state;
		const what = is_step ? __(event.to_state) : __(event.event, null, "Petition");
		const parts = [what, who, whom, event.note || ""].filter(Boolean).map(frappe.utils.escape_html);
		return `<li><time>${when}</time><span><b>${parts[0]}</b> ${parts.slice(1).join(" · ")}</span></li>`;
	});
	return `<ol class="petition-path">${lines.join("")}</ol>`;
}
