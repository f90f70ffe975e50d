frappe.query_reports["Supervision by Unit"] = {
	onload: (report) => petition_proxy.figures.add_paper(report),
	filters: [
		{
			fieldname: "from_date",
			label: __("Issued From"),
			fieldtype: "Date",
			default: frappe.datetime.add_months(frappe.datetime.get_today(), -3),
		},
		{ fieldname: "to_date", label: __("Issued To"), fieldtype: "Date", default: frappe.datetime.get_today() },
	],
	formatter(value, row, column, data, default_formatter) {
		const shown = default_formatter(value, row, column, data);
		if (!data) return shown;
		if (data.is_total) return `<b>${shown}</b>`;
		if (column.fieldname === "unit_name" && data.unit) {
			return $("<a>")
				.attr("href", frappe.utils.get_form_link("Handling Unit", data.unit))
				.text(value)
				.prop("outerHTML");
		}
		if (column.fieldname !== "orders" || !value) return shown;
		const params = new URLSearchParams({
			...frappe.query_report.get_filter_values(),
			indicator: "Orders",
			part: "counted",
			level: "Unit",
			scope: data.unit,
		});
		const route = frappe.utils.generate_route({
			type: "report",
			is_query_report: true,
			name: "Records Behind a Figure",
		});
		return `<div style="text-align: right"><a href="${route}?${params}">${value}</a></div>`;
	},
};
