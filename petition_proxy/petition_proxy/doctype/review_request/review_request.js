frappe.ui.form.on("Review Request", {
	refresh(frm) {
		if (frm.is_new()) return;
		frm.add_custom_button(__("Petition"), () => frappe.set_route("Form", "Petition", frm.doc.petition));
		const acts = {
			Asked: [
				[__("Take Up"), take_up],
				[__("Refuse"), refuse],
			],
			Received: [
				[__("Decide"), decide],
				[__("Add a Hearing"), add_hearing],
				[__("Refuse"), refuse],
			],
			Decided: [[__("Hand Over"), serve]],
		}[frm.doc.status];
		(acts || []).forEach(([label, act], place) => {
			frm.add_custom_button(label, () => act(frm, label)).toggleClass("btn-primary", !place);
		});
		if (["Asked", "Received"].includes(frm.doc.status)) {
			frm.add_custom_button(__("Take Back"), () => take_back(frm, __("Take Back")), __("More Steps"));
		}
		frm.trigger("show_next");
	},

	show_next(frm) {
		const words = {
			Asked: __("Next: the reviewing body takes the request up; its limit runs from then on."),
			Received: __("Next: the reviewing body decides by {0}.", [day(frm.doc.due_at)]),
			Decided: __("Next: the opinion is handed to the petitioner."),
		}[frm.doc.status];
		if (!words) return;
		const late = frm.doc.due_at && frm.doc.due_at < frappe.datetime.now_datetime();
		frm.set_intro(words, frm.doc.status === "Received" && late ? "red" : "blue");
	},
});

function day(moment) {
	return moment ? frappe.datetime.str_to_user(moment.slice(0, 10), false, true) : "";
}

async function take_up(frm) {
	await frappe.xcall("petition_proxy.api.reviews.receive_review", { request: frm.doc.name });
	frm.reload_doc();
}

function refuse(frm, title) {
	run(frm, title, "refuse_review", [
		{
			fieldname: "reason",
			fieldtype: "Select",
			label: __("Refusal Reason"),
			options: petition_proxy.choices(frm.doctype, "refusal_reason"),
			reqd: 1,
		},
		{ fieldname: "note", fieldtype: "Small Text", label: __("Refusal Note"), reqd: 1 },
	]);
}

function take_back(frm, title) {
	run(frm, title, "withdraw_review", [
		{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 },
		{ fieldname: "proof", fieldtype: "Attach", label: __("Signed Word of the Petitioner"), reqd: 1 },
	]);
}

function add_hearing(frm, title) {
	run(frm, title, "add_hearing", [
		{ fieldname: "from_date", fieldtype: "Date", label: __("From Day"), reqd: 1 },
		{ fieldname: "to_date", fieldtype: "Date", label: __("To Day"), reqd: 1 },
		{ fieldname: "note", fieldtype: "Small Text", label: __("Note") },
	]);
}

function decide(frm, title) {
	run(frm, title, "decide_review", [
		{
			fieldname: "decision",
			fieldtype: "Select",
			label: __("Decision"),
			options: petition_proxy.choices(frm.doctype, "decision"),
			reqd: 1,
			description: __("Revoked: the case goes back to the unit at once, to be answered again."),
		},
		{ fieldname: "facts_found", fieldtype: "Text", label: __("Facts Found"), reqd: 1 },
		{ fieldname: "opinion_text", fieldtype: "Text", label: __("Opinion Text"), reqd: 1 },
		{ fieldname: "opinion_no", fieldtype: "Data", label: __("Opinion No.") },
		{ fieldname: "signer", fieldtype: "Data", label: __("Signer") },
	]);
}

function serve(frm, title) {
	run(frm, title, "serve_review", [
		{
			fieldname: "method",
			fieldtype: "Select",
			label: __("Service Method"),
			options: petition_proxy.choices(frm.doctype, "service_method"),
			reqd: 1,
		},
		{ fieldname: "served_at", fieldtype: "Datetime", label: __("Served At") },
		{ fieldname: "proof", fieldtype: "Attach", label: __("Service Proof") },
	]);
}

function run(frm, title, method, fields) {
	petition_proxy.ask(frm, title, fields, `petition_proxy.api.reviews.${method}`, { request: frm.doc.name });
}
