frappe.listview_settings["Review Request"] = {
	add_fields: ["status", "due_at", "is_vacant_superior"],
	get_indicator(doc) {
		if (doc.status === "Received" && doc.due_at < frappe.datetime.now_datetime()) {
			return [__("Review Late"), "red", "status,=,Received"];
		}
		if (doc.status === "Asked" && doc.is_vacant_superior) {
			return [__("Vacant Superior"), "red", "is_vacant_superior,=,1"];
		}
		const colours = {
			Asked: "orange",
			Received: "blue",
			Decided: "yellow",
			Served: "green",
			Refused: "gray",
			Withdrawn: "gray",
		};
		return [__(doc.status, null, "Review Request"), colours[doc.status], `status,=,${doc.status}`];
	},
};
