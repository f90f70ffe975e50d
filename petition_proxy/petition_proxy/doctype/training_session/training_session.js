const training_api = "petition_proxy.api.agents";

frappe.ui.form.on("Training Session", {
	setup(frm) {
		frm.set_query("region", () => ({ filters: { level: ["in", ["Town", "District"]] } }));
		frm.set_query("agent", "attendees", () => ({
			filters: {
				...(frm.doc.town ? { town: frm.doc.town } : { district: frm.doc.district }),
				status: ["in", ["Checked", "In Training", "On Duty", "Suspended"]],
			},
		}));
	},

	refresh(frm) {
		if (frm.is_new()) return;
		const is_over = ["Finished", "Cancelled"].includes(frm.doc.status);
		if (is_over) frm.disable_form();
		if (!frm.perm[0]?.write) return;
		if (frm.doc.status === "Finished") {
			if (frm.doc.gives_certificate && frm.doc.attendees.some((row) => row.passed)) {
				primary(frm, __("Put Passed Agents on Duty"), put_on_duty);
			}
			return;
		}
		if (is_over) return;
		const has_begun = frappe.datetime.now_datetime() >= frm.doc.starts_at;
		if (has_begun) primary(frm, __("Finish and Certify"), finish);
		else if (frm.doc.status === "Planned") primary(frm, __("Open Sign-up"), open_sign_up);
		frm.add_custom_button(__("Sign an Agent Up"), () => sign_up(frm));
		frm.add_custom_button(__("Call Off"), () => call_off(frm));
	},
});

function primary(frm, label, act) {
	frm.add_custom_button(label, async () => {
		if (frm.is_dirty()) await frm.save();
		await act(frm);
	});
	frm.change_custom_button_type(label, null, "primary");
}

async function open_sign_up(frm) {
	await frappe.xcall(`${training_api}.open_sign_up`, { session: frm.doc.name });
	frm.reload_doc();
}

function finish(frm) {
	const passed = frm.doc.attendees.filter((row) => row.passed).length;
	const text = frm.doc.gives_certificate
		? __("{0} of {1} passed and get a certificate. The results stand from then on. Finish?", [
				passed,
				frm.doc.attendees.length,
		  ])
		: __("The attendance stands from then on. Finish?");
	frappe.confirm(text, async () => {
		await frappe.xcall(`${training_api}.finish_training`, { session: frm.doc.name });
		frm.reload_doc();
	});
}

async function put_on_duty(frm) {
	const count = await frappe.xcall(`${training_api}.put_passed_on_duty`, { session: frm.doc.name });
	frappe.show_alert({ message: __("{0} agents are on duty now.", [count]), indicator: "green" });
	frm.reload_doc();
}

function sign_up(frm) {
	const query = frm.fields_dict.attendees.grid.get_field("agent").get_query;
	frappe.prompt(
		{ fieldname: "agent", label: __("Agent"), fieldtype: "Link", options: "Proxy Agent", reqd: 1, get_query: query },
		async ({ agent }) => {
			const left = await frappe.xcall(`${training_api}.sign_up`, { session: frm.doc.name, agent });
			frappe.show_alert({ message: __("{0} seats left", [left]), indicator: "green" });
			frm.reload_doc();
		},
		__("Sign an Agent Up")
	);
}

function call_off(frm) {
	frappe.prompt(
		{ fieldname: "reason", label: __("Reason"), fieldtype: "Small Text", reqd: 1 },
		async ({ reason }) => {
			await frappe.xcall(`${training_api}.call_off_training`, { session: frm.doc.name, reason });
			frm.reload_doc();
		},
		__("Call Off")
	);
}
