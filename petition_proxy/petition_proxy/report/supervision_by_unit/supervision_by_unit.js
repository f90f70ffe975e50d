frappe.query_reports["Supervision by Unit"] = {
	filters: [
		{
			fieldname: "from_date",
			label: __("Issued From"),
			fieldtype: "Date",
			default: frappe.datetime.add_months(frappe.datetime.get_today(), -3),
		},
		{ fieldname: "to_date", label: __("Issued To"), fieldtype: "Date", default: frappe.datetime.get_today() },
	],
};
