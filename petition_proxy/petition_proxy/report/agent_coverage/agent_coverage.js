frappe.query_reports["Agent Coverage"] = {
	filters: [
		{ fieldname: "on", label: __("On the Day"), fieldtype: "Date", default: frappe.datetime.get_today() },
		petition_proxy.filters.town(),
		{ fieldname: "is_elderly", label: __("Pace of Older People"), fieldtype: "Check" },
	],

	onload(report) {
		petition_proxy.figures.add_paper(report);
		const ask = (act) => () =>
			frappe.require("coverage.bundle.js").then(() => petition_proxy.coverage[act](report.get_filter_values()));
		report.page.add_inner_button(__("Map"), ask("open_map"));
		report.page.add_inner_button(__("What If an Agent Leaves"), ask("ask_what_if"));
		report.page.add_inner_button(__("Where to Recruit"), ask("ask_recruit"));
	},

	formatter(value, row, column, data, default_formatter) {
		let shown = default_formatter(value, row, column, data);
		if (!data) return shown;
		if (["uncovered", "unknown", "people_uncovered"].includes(column.fieldname) && value) {
			const link = $("<a>")
				.attr("href", this.gaps_url(data))
				.addClass(column.fieldname === "unknown" ? "" : "text-danger")
				.html(frappe.format(value, { fieldtype: "Int" }, { inline: 1 }));
			shown = `<div style="text-align: right">${link.prop("outerHTML")}</div>`;
		}
		return data.is_total ? `<b>${shown}</b>` : shown;
	},

	gaps_url(data) {
		const query = { ...frappe.query_report.get_filter_values() };
		if (data.town) query.town = data.town;
		const params = new URLSearchParams();
		for (const [key, value] of Object.entries(query)) if (value) params.set(key, value);
		return `${frappe.utils.generate_route({
			type: "report",
			is_query_report: true,
			name: "Coverage Gaps",
		})}?${params}`;
	},
};
