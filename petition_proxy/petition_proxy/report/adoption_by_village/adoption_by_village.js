frappe.query_reports["Adoption by Village"] = {
	onload: (report) => petition_proxy.figures.add_paper(report),
	filters: [
		{ fieldname: "on", label: __("Last Day"), fieldtype: "Date", default: frappe.datetime.get_today() },
		{ fieldname: "weeks", label: __("Weeks"), fieldtype: "Int" },
		petition_proxy.filters.town(),
		{ fieldname: "only_idle", label: __("Only Villages Without a Case or an Agent"), fieldtype: "Check" },
		{ fieldname: "show_agents", label: __("Show Agents Without a Case"), fieldtype: "Check" },
	],

	formatter(value, row, column, data, default_formatter) {
		const shown = default_formatter(value, row, column, data);
		if (!data) return shown;
		if (["agents", "cases"].includes(column.fieldname) && !value) {
			return `<div style="text-align: right" class="text-danger">0</div>`;
		}
		return column.fieldname.startsWith("week_") && !value
			? `<div style="text-align: right" class="text-muted">·</div>`
			: shown;
	},
};
