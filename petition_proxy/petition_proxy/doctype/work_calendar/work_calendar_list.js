frappe.listview_settings["Work Calendar"] = {
	refresh(listview) {
		frappe
			.xcall(
				"petition_proxy.petition_proxy.doctype.work_calendar.work_calendar.get_missing_years"
			)
			.then((years) =>
				listview.page.add_inner_message(
					years.length ? __("The work calendar is missing for: {0}", [years.join(", ")]) : ""
				)
			);
	},

	onload(listview) {
		if (!frappe.model.can_write("Work Calendar")) return;
		listview.page.add_inner_button(__("Fill from the Published List"), () =>
			frappe.prompt(
				{
					fieldname: "year",
					fieldtype: "Int",
					label: __("Year"),
					reqd: 1,
					default: new Date().getFullYear() + 1,
				},
				({ year }) =>
					frappe
						.xcall("petition_proxy.petition_proxy.doctype.work_calendar.work_calendar.fill", { year })
						.then((name) => frappe.set_route("Form", "Work Calendar", name)),
				__("Fill from the Published List"),
				__("Fill")
			)
		);
	},
};
