frappe.listview_settings["Outgoing Notice"] = {
	add_fields: ["status", "last_error"],
	get_indicator(doc) {
		const colors = { Queued: "blue", Sending: "blue", Sent: "green", Failed: "orange", Dead: "red", Withdrawn: "gray" };
		return [__(doc.status, null, "Outgoing Notice"), colors[doc.status], `status,=,${doc.status}`];
	},
	onload(list) {
		list.page.add_inner_button(__("Undelivered"), () => {
			list.filter_area.add([[list.doctype, "status", "=", "Dead"]]);
		});
		if (!frappe.user.has_role(["Petition Office", "System Manager"])) return;
		list.page.add_actions_menu_item(__("Try Again"), async () => {
			const number = await frappe.xcall("petition_proxy.api.notices.try_again", { names: list.get_checked_items(true) });
			frappe.show_alert({ message: __("{0} notices are queued again.", [number]), indicator: "green" });
			list.refresh();
		});
	},
};
