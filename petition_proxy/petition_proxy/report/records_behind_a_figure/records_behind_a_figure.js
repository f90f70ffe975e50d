frappe.query_reports["Records Behind a Figure"] = {
	filters: [
		{ fieldname: "indicator", label: __("Indicator"), fieldtype: "Data" },
		{
			fieldname: "part",
			label: __("Records"),
			fieldtype: "Select",
			default: "counted",
			options: [
				{ value: "counted", label: __("Counted") },
				{ value: "of", label: __("Of", null, "Figures") },
			],
		},
		...petition_proxy.figures.period_filters(),
		{ fieldname: "level", label: __("Level"), fieldtype: "Data", hidden: 1 },
		{ fieldname: "scope", label: __("Scope"), fieldtype: "Data", hidden: 1 },
		...petition_proxy.figures.place_filters(),
	],

	onload: (report) => petition_proxy.figures.wait_for_links(report),
};
