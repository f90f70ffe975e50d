// What an office does for the petitioner on an answered case: a one-time link for rating.
(() => {
	const MAKERS = ["Petition Office", "Petition System Clerk", "Town Petition Officer", "Village Petition Officer"];

	frappe.ui.form.on("Petition", {
		refresh(frm) {
			const may_make = MAKERS.some((role) => frappe.user.has_role(role));
			if (!may_make || !["Served", "Closed"].includes(frm.doc.workflow_state)) return;
			frm.add_custom_button(__("Make a Rating Link"), () => make_link(frm), __("Petitioner"));
		},
	});

	function make_link(frm) {
		frappe
			.xcall("petition_proxy.api.ratings_link.make", { petition: frm.doc.name })
			.then((address) => {
				const dialog = new frappe.ui.Dialog({
					title: __("Make a Rating Link"),
					fields: [
						{
							fieldname: "address",
							fieldtype: "Small Text",
							label: __("Rating Link"),
							read_only: 0,
							default: address,
							description: __(
								"Send this address to the petitioner. It opens the rating once and cannot be shown again."
							),
						},
					],
					primary_action_label: __("Copy"),
					primary_action: () => frappe.utils.copy_to_clipboard(address),
				});
				dialog.show();
			});
	}
})();
