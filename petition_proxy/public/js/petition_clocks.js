// Buttons of the clocks on a petition: more time, telling the petitioner, supervision, review. The server has the last
// word on who may; the buttons go by role and state only, so that nobody looks at ten he never needs.
frappe.provide("petition_proxy.clocks");

const UNIT_ROLES = [
	"Town Petition Officer",
	"Department Petition Officer",
	"Handling Unit Head",
	"Petition Office",
];
const DESK_ROLES = ["Village Petition Officer", "Petition System Clerk", ...UNIT_ROLES];
const ISSUERS = ["Petition Office", "Petition Leader"];
const INTAKE = ["Village Petition Officer", "Town Petition Officer", "Petition Office", "Petition System Clerk"];

frappe.ui.form.on("Petition", {
	refresh(frm) {
		if (frm.is_new()) return;
		const { add_act } = petition_proxy.clocks;
		const state = frm.doc.workflow_state;
		if (["Accepted", "Handling"].includes(state) && !frm.doc.extended_until) {
			add_act(frm, UNIT_ROLES, __("Ask for Extension"), ask_extension);
		}
		if (!["Draft", "Withdrawn", "Merged", "Archived"].includes(state)) {
			add_act(frm, ISSUERS, __("Supervise"), supervise);
		}
		if (["Served", "Closed", "Archived"].includes(state)) {
			add_act(frm, INTAKE, __("Ask for Review"), ask_review);
		}
		show_open_notices(frm);
	},
});

petition_proxy.clocks.has_role = (roles) =>
	frappe.session.user === "Administrator" || roles.some((role) => frappe.user.has_role(role));

petition_proxy.clocks.add_act = function (frm, roles, label, act) {
	if (petition_proxy.clocks.has_role(roles)) {
		frm.add_custom_button(label, () => act(frm), __("More Steps"));
	}
};

function ask_extension(frm) {
	petition_proxy.ask(
		frm,
		__("Ask for Extension"),
		[
			{ fieldname: "days", fieldtype: "Int", label: __("Asked Days"), reqd: 1, default: 30 },
			{
				fieldname: "reason",
				fieldtype: "Small Text",
				label: __("Reason"),
				reqd: 1,
				description: __("The petitioner is told this reason."),
			},
		],
		"petition_proxy.api.extensions.ask_extension",
		{ petition: frm.doc.name },
		(name) => frappe.set_route("Form", "Extension Request", name)
	);
}

async function supervise(frm) {
	const [levels, triggers] = await Promise.all([
		petition_proxy.choices_of("Supervision Order", "level"),
		petition_proxy.choices_of("Supervision Order", "trigger"),
	]);
	petition_proxy.ask(
		frm,
		__("Supervise"),
		[
			{
				fieldname: "unit",
				fieldtype: "Link",
				options: "Handling Unit",
				label: __("Supervised Unit"),
				reqd: 1,
				default: frm.doc.handling_unit,
			},
			{ fieldname: "level", fieldtype: "Select", label: __("Level"), options: levels, reqd: 1, default: "Reminder" },
			{ fieldname: "trigger", fieldtype: "Select", label: __("Trigger"), options: triggers, reqd: 1 },
			{ fieldname: "requirement", fieldtype: "Small Text", label: __("Requirement"), reqd: 1 },
		],
		"petition_proxy.api.supervision.issue_order",
		{ petition: frm.doc.name },
		(name) => frappe.set_route("Form", "Supervision Order", name)
	);
}

async function ask_review(frm) {
	const superiors = await petition_proxy.choices_of("Review Request", "superior_kind");
	petition_proxy.ask(
		frm,
		__("Ask for Review"),
		[
			{ fieldname: "reasons", fieldtype: "Text", label: __("Reasons"), reqd: 1 },
			{
				fieldname: "superior_kind",
				fieldtype: "Select",
				label: __("Superior"),
				options: [{ value: "", label: "" }, ...superiors],
				description: __("The petitioner chooses where there are both."),
			},
			{ fieldname: "request_scan", fieldtype: "Attach", label: __("Signed Request"), reqd: 1 },
			{ fieldname: "asked_at", fieldtype: "Datetime", label: __("Asked At") },
			{
				fieldname: "late_reason",
				fieldtype: "Small Text",
				label: __("Reason for Asking Late"),
				description: __("Without one a request after the thirty days is refused."),
			},
		],
		"petition_proxy.api.reviews.ask_review",
		{ petition: frm.doc.name },
		(name) => frappe.set_route("Form", "Review Request", name)
	);
}

async function show_open_notices(frm) {
	if (!frappe.model.can_read("Progress Notice")) return;
	const name = frm.doc.name;
	const open = await frappe.xcall("petition_proxy.api.progress.to_be_told", { petition: name });
	if (frm.doc.name !== name || !open.length) return;
	petition_proxy.clocks.add_act(frm, DESK_ROLES, __("Tell Petitioner"), () =>
		petition_proxy.clocks.tell(frm, name, open)
	);
}

// Tick what was told; all open nodes of the case by default.
petition_proxy.clocks.tell = async function (frm, petition, open) {
	const means = await petition_proxy.choices_of("Progress Notice", "means");
	petition_proxy.ask(
		frm,
		__("Tell Petitioner"),
		[
			{
				fieldname: "notices",
				fieldtype: "MultiCheck",
				label: __("What To Tell"),
				columns: 1,
				options: open.map((row) => ({
					value: row.name,
					label: [__(row.node, null, "Progress Notice"), frappe.datetime.str_to_user(row.happened_at.slice(0, 10), false, true), row.content]
						.filter(Boolean)
						.join(" · "),
					checked: 1,
				})),
			},
			{ fieldname: "means", fieldtype: "Select", label: __("Means"), options: means, reqd: 1, default: "Phone" },
			{ fieldname: "told_to", fieldtype: "Data", label: __("Told To") },
			{ fieldname: "note", fieldtype: "Small Text", label: __("Note") },
		],
		"petition_proxy.api.progress.tell_petitioner",
		{ petition }
	);
};
