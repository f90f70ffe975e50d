// The register of letters: the letters of a day are printed from here too.
frappe.listview_settings["Official Letter"] = {
	onload(listview) {
		petition_proxy.printing?.add_list_action(listview);
	},
};
