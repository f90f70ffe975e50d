frappe.listview_settings["Progress Notice"] = {
	add_fields: ["status", "tell_by"],
	get_indicator(doc) {
		if (doc.status !== "To Tell") return [__(doc.status, null, "Progress Notice"), "gray", `status,=,${doc.status}`];
		const late = doc.tell_by < frappe.datetime.now_datetime();
		return [late ? __("To Tell, Late") : __("To Tell"), late ? "red" : "orange", "status,=,To Tell"];
	},
};
