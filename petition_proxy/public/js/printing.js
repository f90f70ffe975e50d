// Papers at the desk: the forms of a record, plain numbers against a reason, and a day's letters as one file.
frappe.provide("petition_proxy.printing");

const ANSWERED = ["Replied", "Served", "Closed", "Archived"];

// record -> [format, when it makes sense]
const PAPERS = {
	Petition: [
		["Proxy Register Form", () => true],
		["Query Slip", (doc) => doc.workflow_state !== "Draft"],
		["Acceptance Notice", (doc) => doc.accepted_at],
		["Refusal Notice", (doc) => doc.workflow_state === "Refused"],
		["No Longer Accepted Notice", (doc) => doc.workflow_state === "No Longer Accepted"],
		["Statutory Route Notice", (doc) => doc.workflow_state === "Led to Statutory Route"],
		["Blank Rating Form", (doc) => ANSWERED.includes(doc.workflow_state)],
		["Ledger Sheet", () => true],
	],
	"Proxy Agreement": [["Power of Attorney", () => true]],
	"Proxy Agent": [["Agent Register Form", () => true]],
	"Petition Assignment": [
		["Assignment Letter", (doc) => doc.kind !== "Forward"],
		["Forwarding Letter", (doc) => doc.kind === "Forward"],
		["Objection Slip", (doc) => doc.received_at],
	],
	Evaluation: [["Rating Form", () => true]],
	"Opinion Letter": [["Opinion Letter Paper", () => true]],
	"Service Receipt": [["Proof of Service", () => true]],
	"Settlement Statement": [["Settlement Confirmation", () => true]],
	"Case File": [
		["Closing Report", () => true],
		["File List", () => true],
	],
	"Extension Request": [
		["Extension Approval Form", () => true],
		["Extension Notice", (doc) => doc.status === "Approved"],
	],
	"Supervision Order": [["Supervision Letter", () => true]],
	"Review Request": [["Review Opinion Paper", (doc) => doc.received_at]],
	"Video Reception": [["Video Reception Booking", () => true]],
	"Training Session": [["Training Record", () => true]],
	"Reward Batch": [["Reward Payment Sheet", () => true]],
	"Quarterly Bulletin": [["Quarterly Circular", () => true]],
};
const WITH_NUMBERS = {
	Petition: "Proxy Register Form",
	"Proxy Agreement": "Power of Attorney",
	"Proxy Agent": "Agent Register Form",
};
const BY_THE_DAY = [
	"Acceptance Notice",
	"Assignment Letter",
	"Forwarding Letter",
	"Opinion Letter Paper",
	"Refusal Notice",
	"No Longer Accepted Notice",
	"Statutory Route Notice",
	"Extension Notice",
	"Supervision Letter",
	"Proof of Service",
	"Query Slip",
	"Proxy Register Form",
	"Blank Rating Form",
];

petition_proxy.printing.open = function (method, args) {
	const query = new URLSearchParams(args).toString();
	window.open(`/api/method/petition_proxy.api.printing.${method}?${query}`, "_blank");
};

petition_proxy.printing.add_papers = function (frm) {
	if (frm.is_new() || !frappe.model.can_print(frm.doctype, frm)) return;
	const paper = (print_format) => ({ doctype: frm.doctype, name: frm.doc.name, print_format });
	for (const [print_format, fits] of PAPERS[frm.doctype]) {
		if (!fits(frm.doc)) continue;
		frm.add_custom_button(
			__(print_format),
			() => petition_proxy.printing.open("get_paper", paper(print_format)),
			__("Papers")
		);
	}
	const form = WITH_NUMBERS[frm.doctype];
	if (!form) return;
	frm.add_custom_button(
		__("{0} with Plain Numbers", [__(form)]),
		() => ask_reason(frm, () => petition_proxy.printing.open("get_paper", paper(form))),
		__("Papers")
	);
};

function ask_reason(frm, print) {
	frappe.prompt(
		{
			fieldname: "reason",
			fieldtype: "Small Text",
			label: __("Why Plain Numbers Are Needed"),
			description: __("Your name, the time and the reason are kept."),
			reqd: 1,
		},
		async ({ reason }) => {
			await frappe.xcall("petition_proxy.api.printing.unseal_for_print", {
				doctype: frm.doctype,
				name: frm.doc.name,
				reason,
			});
			print();
		},
		__("Print with Plain Numbers"),
		__("Print")
	);
}

petition_proxy.printing.add_list_action = function (listview) {
	if (!frappe.model.can_print(listview.doctype)) return;
	listview.page.add_menu_item(__("Print the Letters of a Day"), ask_day);
};

function ask_day() {
	const dialog = new frappe.ui.Dialog({
		title: __("Print the Letters of a Day"),
		fields: [
			{
				fieldname: "kind",
				fieldtype: "Select",
				label: __("Kind of Paper"),
				options: BY_THE_DAY.map((kind) => ({ value: kind, label: __(kind) })),
				default: BY_THE_DAY[0],
				reqd: 1,
				onchange: show_count,
			},
			{
				fieldname: "day",
				fieldtype: "Date",
				label: __("Day"),
				default: frappe.datetime.get_today(),
				reqd: 1,
				onchange: show_count,
			},
			{
				fieldname: "unit",
				fieldtype: "Link",
				options: "Handling Unit",
				label: __("Only This Unit"),
				onchange: show_count,
			},
			{ fieldname: "found", fieldtype: "HTML" },
		],
		primary_action_label: __("Print"),
		async primary_action(values) {
			dialog.disable_primary_action();
			try {
				const { kind, day, unit } = values;
				await frappe.xcall("petition_proxy.api.printing.print_letters", { kind, day, unit });
				frappe.show_alert(__("The letters are being made. You may go on working; the file comes as a message."));
				dialog.hide();
			} finally {
				dialog.enable_primary_action();
			}
		},
	});

	async function show_count() {
		const { kind, day, unit } = dialog.get_values(true) || {};
		if (!kind || !day) return;
		const count = await frappe.xcall("petition_proxy.api.printing.count_letters", { kind, day, unit });
		dialog.fields_dict.found.$wrapper.text(__("{0} letters on that day.", [count]));
	}

	dialog.show();
	show_count();
}

$(document).on("app_ready", () => {
	for (const doctype of Object.keys(PAPERS)) {
		frappe.ui.form.on(doctype, { refresh: petition_proxy.printing.add_papers });
	}
	frappe.realtime.on("petition_proxy_print_progress", ({ done, total, kind }) =>
		frappe.show_progress(__(kind), done, total, __("{0} of {1}", [done, total]), true)
	);
	frappe.realtime.on("petition_proxy_print_done", ({ file_url, count, skipped, kind }) => {
		const left_out = skipped.length
			? `<p>${__("Left out, because you may not print them: {0}", [skipped.map(frappe.utils.escape_html).join(", ")])}</p>`
			: "";
		const link = file_url
			? `<p><a href="${encodeURI(file_url)}" target="_blank">${__("Open the file with {0} letters", [count])}</a></p>`
			: "";
		frappe.msgprint({ title: __(kind), message: link + left_out, indicator: file_url ? "green" : "orange" });
	});
});
