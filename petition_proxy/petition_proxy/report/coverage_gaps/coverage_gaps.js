frappe.query_reports["Coverage Gaps"] = {
	filters: [
		{ fieldname: "on", label: __("On the Day"), fieldtype: "Date", default: frappe.datetime.get_today() },
		petition_proxy.filters.town(),
		{ fieldname: "is_elderly", label: __("Pace of Older People"), fieldtype: "Check" },
	],

	onload(report) {
		petition_proxy.figures.add_paper(report);
		return petition_proxy.wait_for_links(report);
	},

	formatter(value, row, column, data, default_formatter) {
		const shown = default_formatter(value, row, column, data);
		if (!data) return shown;
		if (column.fieldname === "settlement_name" && value) {
			return $("<a>")
				.attr("href", frappe.utils.get_form_link("Settlement", data.settlement))
				.text(value)
				.prop("outerHTML");
		}
		if (column.fieldname === "agent_name" && value) {
			return $("<a>")
				.attr("href", frappe.utils.get_form_link("Proxy Agent", data.agent))
				.text(value)
				.prop("outerHTML");
		}
		if (column.fieldname === "state_name") {
			const colour = data.state === "Not Covered" ? "red" : "gray";
			return `<span class="indicator-pill ${colour} no-indicator-dot">${shown}</span>`;
		}
		// a column of numbers would print 0 where no agent is known at all
		if (["metres", "minutes"].includes(column.fieldname) && value === null) return "—";
		return shown;
	},
};
