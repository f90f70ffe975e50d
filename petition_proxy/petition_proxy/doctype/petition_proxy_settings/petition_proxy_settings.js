frappe.ui.form.on("Petition Proxy Settings", {
	refresh(frm) {
		if (!frappe.user.has_role(["Petition Office", "System Manager"])) return;
		frm.add_custom_button(__("State of the Outbox"), () => show_outbox());
	},
});

async function show_outbox() {
	const rows = await frappe.xcall("petition_proxy.api.notices.outbox_state");
	const dialog = new frappe.ui.Dialog({ title: __("State of the Outbox"), fields: [{ fieldname: "rows", fieldtype: "HTML" }] });
	const box = dialog.fields_dict.rows.$wrapper;
	if (!rows.length) box.append($("<p>").text(__("Nothing waits and nothing was given up.")));
	for (const row of rows) {
		const status = __(row.status, null, "Outgoing Notice");
		const words = [__(row.channel), status, row.number, row.last_error].filter(Boolean);
		box.append($("<p>").text(words.join(" · ")));
	}
	const dead = [...new Set(rows.filter((row) => row.status === "Dead").map((row) => row.channel))];
	for (const channel of dead) {
		$("<button>")
			.addClass("btn btn-default btn-sm")
			.text(`${__("Try Again")}: ${__(channel)}`)
			.on("click", async () => {
				const number = await frappe.xcall("petition_proxy.api.notices.try_all_again", { channel });
				frappe.show_alert({ message: __("{0} notices are queued again.", [number]), indicator: "green" });
				dialog.hide();
			})
			.appendTo(box);
	}
	dialog.show();
}
