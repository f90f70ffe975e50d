frappe.query_reports["Drafts Not Filed"] = {
	filters: [
		{
			fieldname: "from_date",
			label: __("Ended From"),
			fieldtype: "Date",
			default: frappe.datetime.add_days(frappe.datetime.get_today(), -89),
		},
		{ fieldname: "to_date", label: __("Ended Until"), fieldtype: "Date", default: frappe.datetime.get_today() },
		{
			fieldname: "town",
			label: __("Town or Street"),
			fieldtype: "Link",
			options: "Region",
			ignore_link_validation: 1,
			get_query: () => ({ filters: { level: "Town" } }),
		},
	],
};
