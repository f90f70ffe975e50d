frappe.ui.form.on("Petition", {
	setup(frm) {
		frm.trigger("set_queries");
		frm.get_docfield("workflow_state").formatter = (value) => __(value);
		// The district has one time zone; its name would also break the translation of the description.
		frm.meta.fields
			.filter((df) => df.fieldtype === "Datetime")
			.forEach((df) => (frm.get_docfield(df.fieldname).hide_timezone = 1));
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
		const steps = await get_steps(frm);
		if (turn !== frm.petition_turn) return;
		show_next_step(frm, steps);
		steps.forEach((step) => add_step_button(frm, step));
		mark_needed_fields(frm, steps);
		frm.trigger("add_related_buttons");
		frm.trigger("show_path");
	},

	// The Actions menu asks for the same fields as the button beside it.
	before_workflow_action(frm) {
		const action = frm.selected_workflow_action;
		if (frm.step_in_hand === action || !missing_fields(frm, action).length) return;
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
		["handling_unit", "accused_unit"].forEach((field) =>
			frm.set_query(field, () => ({ filters: { is_active: 1 } }))
		);
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

// What a step needs, and what else belongs on its form. The server asks for the same and has the last word.
const STEP_FIELDS = {
	File: { needed: ["subject", "content", "village"], also: [] },
	Assign: { needed: ["handling_unit"], also: ["category", "assignment_note"] },
	Accept: { needed: ["reply_class"], also: ["category"] },
	Refuse: { needed: ["refusal_reason", "refusal_body"], also: ["refusal_note"] },
	Reply: { needed: ["reply_text", "outcome"], also: [] },
	Serve: { needed: ["service_method"], also: ["service_note"] },
};

// state -> [who acts, what is to be done]; {0} is the unit, {1} the agent.
const NEXT_STEP = {
	Draft: () => __("Next: complete the matter and file it."),
	Registered: () => __("Next: the petition office or the town chooses the unit and assigns the case."),
	Assigned: (unit) => __("Next: {0} confirms that it has received the case.", [unit]),
	Received: (unit) => __("Next: {0} accepts with a reply class, or refuses and names the body to turn to.", [unit]),
	Accepted: (unit) => __("Next: {0} starts handling.", [unit]),
	Handling: (unit) => __("Next: {0} writes the reply and its outcome.", [unit]),
	Replied: (unit, agent) =>
		agent
			? __("Next: {0} or {1} hands the reply to the petitioner and notes how.", [agent, unit])
			: __("Next: {0} hands the reply to the petitioner and notes how.", [unit]),
	Served: (unit) => __("Next: the petitioner may rate; {0} closes the case.", [unit]),
};

function show_next_step(frm, steps) {
	const now = frappe.datetime.now_datetime();
	const due = frm.doc.due_at;
	let colour = "blue";
	if (due && due < now) colour = "red";
	else if (due && frappe.listview_settings["Petition"].days_until(due, now) <= 2) colour = "orange";
	frm.set_intro([next_step_words(frm), clock_words(due, now)].filter(Boolean).join(" "), colour);

	// On a phone the page's buttons hide in its menu, so the steps stand under the words as well.
	const buttons = $(`<div class="petition-steps"></div>`);
	steps.forEach((action) =>
		$(`<button type="button" class="btn btn-primary btn-md"></button>`)
			.text(__(action, null, "Petition"))
			.toggleClass("btn-primary", action !== "Refuse")
			.toggleClass("btn-default", action === "Refuse")
			.on("click", () => take_step(frm, action))
			.appendTo(buttons)
	);
	if (steps.length) frm.layout.message?.append(buttons);
}

function next_step_words(frm) {
	const words = NEXT_STEP[frm.doc.workflow_state];
	if (words) return words(title_of(frm, "handling_unit") || __("the unit"), title_of(frm, "agent"));
	return frm.doc.workflow_state === "Refused"
		? __("This petition was refused. Nothing more is to be done here.")
		: __("This petition is closed.");
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

function add_step_button(frm, action) {
	const button = frm.add_custom_button(__(action, null, "Petition"), () => take_step(frm, action));
	if (button && action !== "Refuse") button.removeClass("btn-default").addClass("btn-primary");
}

function mark_needed_fields(frm, actions) {
	frm.$wrapper.find(".petition-needed").removeClass("petition-needed");
	actions.flatMap((action) => missing_fields(frm, action)).forEach((field) => {
		frm.fields_dict[field]?.$wrapper.addClass("petition-needed");
	});
}

function missing_fields(frm, action) {
	return (STEP_FIELDS[action]?.needed || []).filter((field) => !frm.doc[field]);
}

async function take_step(frm, action) {
	if (STEP_FIELDS[action]?.also.length || missing_fields(frm, action).length) {
		return ask_and_take(frm, action);
	}
	return apply_step(frm, action);
}

// A short form with just the fields of this step, so that nobody has to look for them on the long one.
function ask_and_take(frm, action) {
	const { needed, also } = STEP_FIELDS[action];
	const dialog = new frappe.ui.Dialog({
		title: `${__(action, null, "Petition")} · ${frm.doc.name}`,
		fields: [...needed, ...also].map((field) => step_field(frm, field, needed.includes(field))),
		primary_action_label: __(action, null, "Petition"),
		async primary_action(values) {
			dialog.disable_primary_action();
			try {
				await apply_step(frm, action, values);
				dialog.hide();
			} finally {
				dialog.enable_primary_action();
			}
		},
	});
	dialog.show();
	return dialog;
}

function step_field(frm, fieldname, is_needed) {
	const df = frm.get_docfield(fieldname);
	return {
		fieldname,
		label: df.label,
		fieldtype: df.fieldtype,
		options: df.options,
		description: df.description,
		default: frm.doc[fieldname],
		reqd: is_needed ? 1 : 0,
		get_query: frm.fields_dict[fieldname].get_query,
	};
}

// Fields and step go to the server in one request: both are kept or neither, and no reload in between can bring the
// form back to the state before.
async function apply_step(frm, action, values = {}) {
	frappe.dom.freeze();
	try {
		const transitions = await frappe.workflow.get_transitions(frm.doc);
		const { next_state } = transitions.find((transition) => transition.action === action);
		const doc = await frappe.xcall("frappe.client.save", {
			doc: { ...frm.doc, ...values, workflow_state: next_state },
		});
		frappe.model.sync(doc);
		frm.refresh();
	} finally {
		frappe.dom.unfreeze();
	}
}

function path_html(events) {
	const lines = events.map((event) => {
		const [day, time] = event.happened_at.split(" ");
		const when = `${frappe.datetime.str_to_user(day, false, true)} ${time.slice(0, 5)}`;
		const who = [event.unit_name, event.actor_name].filter(Boolean).join(" ");
		const whom = event.principal ? __("for {0}", [event.principal]) : "";
		const what = __(event.to_state || event.event);
		const parts = [what, who, whom, event.note || ""].filter(Boolean).map(frappe.utils.escape_html);
		return `<li><time>${when}</time><span><b>${parts[0]}</b> ${parts.slice(1).join(" · ")}</span></li>`;
	});
	return `<ol class="petition-path">${lines.join("")}</ol>`;
}
