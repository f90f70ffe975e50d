// What the reports over the catalogue of indicators share: filters, links to the records behind a number, paper and formulas.
frappe.provide("petition_proxy.figures");

const LEVELS = ["Town", "Village", "Unit", "Agent", "District"];

petition_proxy.figures.place_filters = () => [
	{
		fieldname: "town",
		label: __("Town or Street"),
		fieldtype: "Link",
		options: "Region",
		ignore_link_validation: 1,
		get_query: () => ({ filters: { level: "Town" } }),
	},
	{
		fieldname: "unit",
		label: __("Handling Unit"),
		fieldtype: "Link",
		options: "Handling Unit",
		ignore_link_validation: 1,
	},
];

petition_proxy.figures.period_filters = () => [
	{
		fieldname: "from_date",
		label: __("From", null, "Period"),
		fieldtype: "Date",
		default: frappe.datetime.quarter_start(),
		reqd: 1,
	},
	{
		fieldname: "to_date",
		label: __("To", null, "Period"),
		fieldtype: "Date",
		default: frappe.datetime.get_today(),
		reqd: 1,
	},
];

petition_proxy.figures.report = (options = {}) => {
	const levels = options.levels || LEVELS;
	return {
		filters: [
			...petition_proxy.figures.period_filters(),
			{
				fieldname: "level",
				label: __("Lines", null, "Figures"),
				fieldtype: "Select",
				default: options.level || levels[0],
				options: levels.map((level) => ({ value: level, label: __(level) })),
			},
			...petition_proxy.figures.place_filters(),
		],
		onload(report) {
			report.page.add_inner_button(__("How It Is Counted"), () => explain(report));
			add_paper(report);
			return petition_proxy.figures.wait_for_links(report);
		},
		formatter(value, row, column, data, default_formatter) {
			const shown = default_formatter(value, row, column, data);
			if (!data) return shown;
			if (!column.indicator) return data.is_total ? `<b>${frappe.utils.escape_html(value || "")}</b>` : shown;
			const field = column.fieldname;
			const counted = data[`${field}_counted`];
			const has_rows = column.has_of ? data[`${field}_of`] : counted;
			const text = frappe.utils.escape_html(String(value === null || value === undefined ? "—" : value));
			const title = column.has_of ? `${counted} / ${data[`${field}_of`]}` : String(counted);
			const part = column.has_of && !counted ? "of" : "counted";
			const inner = has_rows
				? `<a href="${records_url(column.indicator, part, data)}" title="${title}">${text}</a>`
				: text;
			return `<div style="text-align: right">${data.is_total ? `<b>${inner}</b>` : inner}</div>`;
		},
	};
};

// A link filter of an address counts only once its title has come from the server; until then everything would be shown.
petition_proxy.figures.wait_for_links = (report) => {
	const give_up_at = Date.now() + 5000;
	const is_coming = (filter) => filter.value && !filter.get_value();
	return new Promise((resolve) => {
		const look = () =>
			report.filters.some(is_coming) && Date.now() < give_up_at ? setTimeout(look, 30) : resolve();
		setTimeout(look);
	});
};

// Paper with a head that says report, period, place and moment; for any script report.
petition_proxy.figures.add_paper = add_paper;

function add_paper(report) {
	report.page.add_inner_button(__("On Paper"), () =>
		petition_proxy.printing.open("get_report_paper", {
			report: report.report_name,
			filters: JSON.stringify(report.get_values()),
		})
	);
}

function records_url(indicator, part, data) {
	const params = new URLSearchParams();
	const query = {
		...frappe.query_report.get_filter_values(),
		indicator,
		part,
		level: data.level,
		scope: data.scope || "",
	};
	for (const [key, value] of Object.entries(query)) if (value) params.set(key, value);
	return `${frappe.utils.generate_route({
		type: "report",
		is_query_report: true,
		name: "Records Behind a Figure",
	})}?${params}`;
}

function explain(report) {
	const shown = new Set((report.columns || []).map((column) => column.indicator).filter(Boolean));
	frappe.call({
		type: "GET",
		method: "petition_proxy.api.indicators.get_catalogue",
		callback: ({ message }) => {
			const escape = frappe.utils.escape_html;
			const lines = message
				.filter((row) => shown.has(row.code))
				.map(
					(row) => `<p><b>${escape(row.label)}</b><br>${escape(row.meaning)}<br>
						<span class="text-muted">${escape(row.date_used)}</span></p>`
				);
			frappe.msgprint({ title: __("How It Is Counted"), message: lines.join(""), wide: true });
		},
	});
}
