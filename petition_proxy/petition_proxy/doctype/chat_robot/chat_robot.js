frappe.ui.form.on("Chat Robot", {
	refresh(frm) {
		if (frm.is_new()) return;
		frm.add_custom_button(__("Say Hello"), async () => {
			await frappe.xcall("petition_proxy.api.notices.say_hello", { robot: frm.doc.name });
			frappe.show_alert({ message: __("The group has the message."), indicator: "green" });
		});
	},
});
