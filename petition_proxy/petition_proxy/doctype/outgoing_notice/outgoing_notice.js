frappe.ui.form.on("Outgoing Notice", {
	refresh(frm) {
		if (frm.doc.status !== "Dead" || !frappe.user.has_role(["Petition Office", "System Manager"])) return;
		frm.add_custom_button(__("Try Again"), async () => {
			await frappe.xcall("petition_proxy.api.notices.try_again", { names: [frm.doc.name] });
			frm.reload_doc();
		}).addClass("btn-primary");
	},
});
