frappe.query_reports["Service Points by Village"] = {
	filters: [
		{ fieldname: "on", label: __("On the Day"), fieldtype: "Date", default: frappe.datetime.get_today() },
		petition_proxy.filters.town(),
		{ fieldname: "only_without", label: __("Only Villages Without an Open Point"), fieldtype: "Check" },
	],

	onload(report) {
		petition_proxy.figures.add_paper(report);
		report.page.add_inner_button(__("Print for the Hall"), () => window.open("/directory-sheet"));
	},

	formatter(value, row, column, data, default_formatter) {
		const shown = default_formatter(value, row, column, data);
		if (!data || !value) return shown;
		if (column.fieldname === "point_name" && data.points.length === 1) {
			return $("<a>")
				.attr("href", frappe.utils.get_form_link("Service Point", data.points[0].name))
				.text(value)
				.prop("outerHTML");
		}
		return column.fieldname === "missing" ? `<span class="text-danger">${shown}</span>` : shown;
	},
};
