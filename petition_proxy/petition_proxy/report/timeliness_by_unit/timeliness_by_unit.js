frappe.query_reports["Timeliness by Unit"] = {
	onload: (report) => petition_proxy.figures.add_paper(report),
	// Every number opens the ledger lines it counts: field -> what the ledger must be asked for.
	ledger_of: {
		filed: {},
		within_15: { answered_within: "15" },
		within_30: { answered_within: "30" },
		within_60: { answered_within: "60" },
		promise_in_time: { promise: "In Time" },
		promise_late: { promise: "Late" },
		promise_not_yet_due: { promise: "Not Yet Due" },
		promise_overdue: { promise: "Overdue Now" },
		statutory_in_time: { statutory: "In Time" },
		statutory_late: { statutory: "Late" },
		statutory_not_yet_due: { statutory: "Not Yet Due" },
		statutory_overdue: { statutory: "Overdue Now" },
	},
	bad_news: ["promise_late", "promise_overdue", "statutory_late", "statutory_overdue"],

	filters: [
		...petition_proxy.filters.petitioned(),
		petition_proxy.filters.town(),
		petition_proxy.filters.unit(),
		petition_proxy.filters.category(),
		{ fieldname: "source", label: __("External Source"), fieldtype: "Data" },
	],

	formatter(value, row, column, data, default_formatter) {
		let shown = default_formatter(value, row, column, data);
		if (!data) return shown;
		if (column.fieldname in this.ledger_of && value) {
			const link = $("<a>")
				.attr("href", this.ledger_url(data, this.ledger_of[column.fieldname]))
				.html(frappe.format(value, { fieldtype: "Int" }, { inline: 1 }));
			if (this.bad_news.includes(column.fieldname)) link.addClass("text-danger");
			shown = `<div style="text-align: right">${link.prop("outerHTML")}</div>`;
		} else if (column.fieldname === "unit_name" && data.handling_unit) {
			shown = $("<a>")
				.attr("href", frappe.utils.get_form_link("Handling Unit", data.handling_unit))
				.text(value)
				.prop("outerHTML");
		}
		return data.is_total ? `<b>${shown}</b>` : shown;
	},

	ledger_url(data, asked) {
		const query = { ...frappe.query_report.get_filter_values(), ...asked };
		if (data.handling_unit) query.unit = data.handling_unit;
		if (data.without_unit) query.without_unit = 1;
		const params = new URLSearchParams();
		for (const [key, value] of Object.entries(query)) {
			if (value) params.set(key, value);
		}
		// An empty value keeps the ledger's own default period out.
		if (!query.from_date) params.set("from_date", "");
		return `${frappe.utils.generate_route({
			type: "report",
			is_query_report: true,
			name: "Petition Ledger",
		})}?${params}`;
	},
};
