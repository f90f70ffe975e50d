frappe.ui.form.on("Video Reception", {
	setup(frm) {
		frm.set_query("petition", () => ({ filters: { petitioner: frm.doc.petitioner } }));
		frm.set_query("agreement", () => ({
			filters: { docstatus: 1, petitioner: frm.doc.petitioner, agent: frm.doc.agent },
		}));
		frm.set_query("agent", () => ({ filters: { status: "On Duty" } }));
	},

	refresh(frm) {
		if (frm.is_new()) return;
		const begun = frm.doc.starts_at && frm.doc.starts_at <= frappe.datetime.now_datetime();
		if (frm.doc.status === "Asked") {
			frm.add_custom_button(__("Book a Slot"), () => book(frm)).addClass("btn-primary");
		}
		if (frm.doc.status === "Booked" && begun) {
			frm.add_custom_button(__("Record"), () => record(frm)).addClass("btn-primary");
			frm.add_custom_button(__("Did Not Take Place"), () => miss(frm));
		}
		if (["Asked", "Booked"].includes(frm.doc.status) && !begun) {
			frm.add_custom_button(__("Call Off", null, "Video Reception"), () => cancel(frm));
		}
	},
});

async function book(frm) {
	const slots = await frappe.xcall("petition_proxy.api.receptions.free_slots", { reception: frm.doc.name });
	if (!slots.length) {
		frappe.msgprint(__("No slot of this level is free. Ask the unit to open one."));
		return;
	}
	frappe.prompt(
		{
			fieldname: "slot",
			fieldtype: "Select",
			label: __("Slot"),
			options: slots.map((slot) => ({
				value: slot.name,
				label: `${frappe.datetime.str_to_user(slot.starts_at)} · ${slot.room}`,
			})),
			reqd: 1,
		},
		({ slot }) => call(frm, "book", { slot }),
		__("Book a Slot"),
		__("Book")
	);
}

function cancel(frm) {
	frappe.prompt(
		{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 },
		(values) => call(frm, "cancel", values),
		__("Call Off", null, "Video Reception"),
		__("Call Off", null, "Video Reception")
	);
}

function record(frm) {
	frappe.prompt(
		[
			{
				fieldname: "started_at",
				fieldtype: "Datetime",
				label: __("Began At"),
				default: frm.doc.starts_at,
				reqd: 1,
			},
			{
				fieldname: "ended_at",
				fieldtype: "Datetime",
				label: __("Ended At"),
				default: frm.doc.ends_at,
				reqd: 1,
			},
			{ fieldname: "attendees", fieldtype: "Small Text", label: __("Attendees"), reqd: 1 },
			{ fieldname: "result", fieldtype: "Text", label: __("Result"), reqd: 1 },
			{
				fieldname: "follow_up_petition",
				fieldtype: "Link",
				options: "Petition",
				label: __("Follow-up Petition"),
				get_query: () => ({ filters: { petitioner: frm.doc.petitioner } }),
			},
		],
		(values) => call(frm, "record", { is_held: true, ...values }),
		__("Record"),
		__("Save")
	);
}

function miss(frm) {
	frappe.prompt(
		{ fieldname: "result", fieldtype: "Small Text", label: __("Reason"), reqd: 1 },
		(values) => call(frm, "record", { is_held: false, ...values }),
		__("Did Not Take Place"),
		__("Save")
	);
}

function call(frm, act, values) {
	return frappe
		.xcall(`petition_proxy.api.receptions.${act}`, { reception: frm.doc.name, ...values })
		.finally(() => frm.reload_doc());
}
