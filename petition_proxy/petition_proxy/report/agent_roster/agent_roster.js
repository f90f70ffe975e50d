frappe.query_reports["Agent Roster"] = {
	onload: (report) => petition_proxy.figures.add_paper(report),
	filters: [
		{
			fieldname: "on_date",
			label: __("On"),
			fieldtype: "Date",
			default: frappe.datetime.get_today(),
			reqd: 1,
		},
		petition_proxy.filters.town(),
		{
			fieldname: "status",
			label: __("Status"),
			fieldtype: "Select",
			options: [
				"",
				...["Applied", "Checked", "In Training", "On Duty", "Suspended", "Left", "Removed", "Not Admitted"].map(
					(value) => ({ value, label: __(value, null, "Proxy Agent") })
				),
			],
		},
		{
			fieldname: "is_public_staff",
			label: __("Public Staff"),
			fieldtype: "Select",
			options: ["", { value: "Yes", label: __("Yes") }, { value: "No", label: __("No") }],
		},
		{
			fieldname: "group_by",
			label: __("Count By"),
			fieldtype: "Select",
			options: [
				"",
				...["Town", "Town and Class", "Class", "Public Staff"].map((value) => ({ value, label: __(value) })),
			],
		},
	],
};
