const reward_api = "petition_proxy.api.rewards";

frappe.ui.form.on("Reward Batch", {
	setup(frm) {
		frm.set_query("town", () => ({ filters: { level: "Town" } }));
	},

	refresh(frm) {
		show_people(frm);
		if (frm.is_new()) return;
		if (frappe.model.can_export("Reward Batch")) {
			frm.add_custom_button(__("Payment List"), () => {
				const query = new URLSearchParams({ batch: frm.doc.name });
				window.open(`/api/method/${reward_api}.download_payment_list?${query}`);
			});
		}
		if (frm.doc.docstatus === 0) add_draft_acts(frm);
		if (frm.doc.docstatus === 1) add_payment_acts(frm);
	},
});

function show_people(frm) {
	if (frm.doc.return_reason && frm.doc.status === "Draft") {
		frm.dashboard.set_headline(
			__("Sent back: {0}", [frappe.utils.escape_html(frm.doc.return_reason)]),
			"orange"
		);
	}
}

function add_draft_acts(frm) {
	const has = (role) => frappe.user.has_role(role);
	const checker = has(frm.doc.town ? "Town Petition Officer" : "Petition Office");
	const open_signs = (frm.doc.signs || []).filter((row) => row.decision === "Open");
	// The office approves through its own act; Frappe's Submit button would skip the words around it.
	frm.page.clear_primary_action();
	if (has("Petition System Clerk")) {
		frm.add_custom_button(__("Fill Again"), () => act(frm, "refill_batch"));
	}
	if (checker || has("Petition Office")) {
		if (open_signs.length) {
			primary(frm, __("Decide Signs"), () => decide_signs(frm, open_signs));
		}
		frm.add_custom_button(__("Strike a Line"), () => strike(frm), __("Actions"));
		frm.add_custom_button(__("Send Back"), () => send_back(frm), __("Actions"));
	}
	if (open_signs.length) return;
	if (frm.doc.status === "Draft" && checker) {
		primary(frm, __("Mark as Checked"), () => confirm_act(frm, "check_batch", __("Was the work of every line done?")));
	} else if (frm.doc.status === "Checked" && has("Petition Office")) {
		const question = __("Approve {0} yuan for {1} agents?", [frm.doc.total_yuan, frm.doc.payments.length]);
		primary(frm, __("Approve"), () => confirm_act(frm, "approve_batch", question));
	}
}

function add_payment_acts(frm) {
	if (!frappe.user.has_role("Petition Finance")) return;
	const unpaid = (frm.doc.payments || []).filter((row) => !row.paid_on);
	if (unpaid.length) primary(frm, __("Record Payment"), () => record_payment(frm, unpaid));
	frm.add_custom_button(__("Bank Accounts"), () => show_accounts(frm));
}

function primary(frm, label, handler) {
	frm.add_custom_button(label, handler);
	frm.change_custom_button_type(label, null, "primary");
}

async function act(frm, method, values = {}) {
	await frappe.xcall(`${reward_api}.${method}`, { batch: frm.doc.name, ...values });
	await frm.reload_doc();
}

function confirm_act(frm, method, question) {
	frappe.confirm(question, () => act(frm, method));
}

function choices(rows, value, text) {
	return rows.map((row) => ({ value: row[value], label: text(row) }));
}

function decide_signs(frm, rows) {
	frappe.prompt(
		[
			{
				fieldname: "sign",
				fieldtype: "Select",
				label: __("Sign", null, "Reward Batch Sign"),
				reqd: 1,
				options: choices(
					rows,
					"name",
					(row) => `${__(row.sign, null, "Reward Batch Sign")}: ${row.petition} ${row.other_petition || ""} (${row.number})`
				),
				default: rows[0].name,
			},
			{
				fieldname: "decision",
				fieldtype: "Select",
				label: __("Decision"),
				reqd: 1,
				options: [
					{ value: "Cleared", label: __("Cleared") },
					{ value: "Struck", label: __("Struck") },
				],
			},
			{ fieldname: "note", fieldtype: "Small Text", label: __("Why"), reqd: 1 },
		],
		(values) => act(frm, "decide_sign", values),
		__("Decide Signs"),
		__("Decide")
	);
}

function strike(frm) {
	const rows = (frm.doc.lines || []).filter((row) => !row.is_reversal);
	frappe.prompt(
		[
			{
				fieldname: "entry",
				fieldtype: "Select",
				label: __("Line"),
				reqd: 1,
				options: choices(rows, "entry", (row) => `${row.agent_name} ${row.petition} ${row.amount_yuan}`),
			},
			{ fieldname: "note", fieldtype: "Small Text", label: __("Why"), reqd: 1 },
		],
		(values) => act(frm, "strike_line", values),
		__("Strike a Line"),
		__("Strike")
	);
}

function send_back(frm) {
	frappe.prompt(
		{ fieldname: "reason", fieldtype: "Small Text", label: __("What Is to Be Corrected"), reqd: 1 },
		(values) => act(frm, "send_back_batch", values),
		__("Send Back"),
		__("Send Back")
	);
}

function record_payment(frm, unpaid) {
	frappe.prompt(
		[
			{
				fieldname: "agent",
				fieldtype: "Select",
				label: __("Proxy Agent"),
				reqd: 1,
				options: choices(unpaid, "agent", (row) => `${row.agent_name} ${row.total_yuan}`),
				default: unpaid[0].agent,
			},
			{
				fieldname: "paid_on",
				fieldtype: "Date",
				label: __("Paid On"),
				reqd: 1,
				default: frappe.datetime.get_today(),
			},
			{ fieldname: "receipt", fieldtype: "Data", label: __("Transfer or Receipt Number"), reqd: 1 },
		],
		(values) => act(frm, "record_payment", values),
		__("Record Payment"),
		__("Record")
	);
}

function show_accounts(frm) {
	frappe.prompt(
		{
			fieldname: "reason",
			fieldtype: "Data",
			label: __("Why"),
			reqd: 1,
			description: __("Kept with your name and the time."),
		},
		async ({ reason }) => {
			const accounts = await frappe.xcall(`${reward_api}.show_bank_accounts`, {
				batch: frm.doc.name,
				reason,
			});
			const lines = (frm.doc.payments || []).map((row) => {
				const name = frappe.utils.escape_html(row.agent_name || row.agent);
				const account = frappe.utils.escape_html(accounts[row.agent] || __("None on file"));
				return `<tr><td>${name}</td><td>${account}</td><td>${row.total_yuan}</td></tr>`;
			});
			frappe.msgprint({
				title: __("Bank Accounts"),
				message: `<table class="table table-bordered">${lines.join("")}</table>`,
			});
		},
		__("Bank Accounts"),
		__("Show")
	);
}
