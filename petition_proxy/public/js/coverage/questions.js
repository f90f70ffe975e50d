// What coverage reports and the map ask beyond the numbers: what if an agent leaves, and where to recruit.
frappe.provide("petition_proxy.coverage");

const api = (method, args) => frappe.xcall(`petition_proxy.api.coverage.${method}`, args);
const text = (value) => frappe.utils.escape_html(String(value ?? ""));
const number = (value) => frappe.format(value, { fieldtype: "Int" }, { inline: 1 });

// The filters of a report or of the map, as the server takes them.
const conditions = ({ town, on, is_elderly }) => ({
	town: town || null,
	on: on || null,
	is_elderly: is_elderly ? 1 : 0,
});

function table(columns, rows) {
	const head = columns.map(([label, align]) => `<th class="${align || ""}">${text(label)}</th>`).join("");
	const body = rows
		.map((row) => `<tr>${row.map((cell, i) => `<td class="${columns[i][1] || ""}">${cell}</td>`).join("")}</tr>`)
		.join("");
	return `<table class="table table-bordered"><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>`;
}

const place = (row) => text(`${row.town_name || ""} ${row.village_name || ""}`);

petition_proxy.coverage.open_map = function (filters) {
	frappe.route_options = { ...filters };
	frappe.set_route("coverage-map");
};

petition_proxy.coverage.ask_what_if = async function (filters) {
	const asked = conditions(filters);
	const dialog = new frappe.ui.Dialog({
		title: __("What If an Agent Leaves"),
		size: "large",
		no_focus: true,
		fields: [
			{
				fieldname: "agents",
				fieldtype: "MultiSelectPills",
				label: __("Agents Who Leave"),
				// the server describes agents by words it does not translate
				get_data: async (typed) => {
					const found = await frappe.db.get_link_options("Proxy Agent", typed, { status: "On Duty" });
					return found.map(({ value, label }) => ({ value, label: label || value, description: value }));
				},
			},
			{ fieldname: "answer", fieldtype: "HTML" },
		],
		primary_action_label: __("Show What Is Lost"),
		async primary_action({ agents }) {
			if (!agents?.length) {
				frappe.show_alert({ message: __("Choose at least one agent."), indicator: "orange" });
				return;
			}
			const lost = await api("what_if", { agents: JSON.stringify(agents), ...asked });
			dialog.fields_dict.answer.$wrapper.html(lost.length ? show_lost(lost) : `<p>${text(__("Every settlement keeps an agent in reach."))}</p>`);
		},
	});
	dialog.show();
	const sole = await api("sole_agents", asked);
	const answer = dialog.fields_dict.answer.$wrapper;
	if (!sole.length) {
		answer.html(`<p>${text(__("No settlement hangs on a single agent."))}</p>`);
		return;
	}
	const rows = sole.map((row) => [
		`<button type="button" class="btn btn-link btn-sm p-0" data-agent="${text(row.agent)}">${text(row.agent_name)}</button>`,
		text(row.agent),
		number(row.people),
		number(row.settlements),
	]);
	answer.html(
		`<p>${text(__("Agents whom no other could stand in for:"))}</p>` +
			table(
				[
					[__("Name")],
					[__("Agent Number")],
					[__("People", null, "Settlement"), "text-right"],
					[__("Settlements"), "text-right"],
				],
				rows
			)
	);
	answer.on("click", "[data-agent]", (event) => {
		dialog
			.set_value("agents", [event.currentTarget.dataset.agent])
			.then(() => dialog.get_primary_btn().trigger("click"));
	});
};

function show_lost(lost) {
	const people = lost.reduce((sum, row) => sum + row.people, 0);
	return (
		`<p><b>${text(__("{0} settlements with {1} people would lose their last agent.", [lost.length, people]))}</b></p>` +
		table(
			[
				[__("Village or Community")],
				[__("Settlement")],
				[__("People", null, "Settlement"), "text-right"],
				[__("Nearest Agent Then")],
				[__("Metres on Foot"), "text-right"],
			],
			lost.map((row) => [
				place(row),
				text(row.settlement_name),
				number(row.people),
				text(row.agent_name || "—"),
				row.metres === null ? "—" : number(row.metres),
			])
		)
	);
}

petition_proxy.coverage.ask_recruit = function (filters, on_answer) {
	const asked = conditions(filters);
	const dialog = new frappe.ui.Dialog({
		title: __("Where to Recruit"),
		size: "large",
		fields: [
			{
				fieldname: "count",
				fieldtype: "Int",
				label: __("How Many New Agents"),
				default: 10,
				reqd: 1,
				description: __("Each place is chosen so that the most people gain their first agent."),
			},
			{ fieldname: "answer", fieldtype: "HTML" },
		],
		primary_action_label: __("Propose"),
		async primary_action({ count }) {
			const answer = await api("recruit", { count, ...asked });
			dialog.fields_dict.answer.$wrapper.html(show_proposals(answer));
			on_answer?.(answer.proposals);
		},
	});
	dialog.show();
	dialog.get_primary_btn().trigger("click");
};

function show_proposals({ people_rate, proposals }) {
	if (!proposals.length) return `<p>${text(__("There is no gap with a known position."))}</p>`;
	const rate = (value) => (value === null ? "—" : `${value.toFixed(1)}%`);
	return (
		`<p>${text(__("People covered now: {0}", [rate(people_rate)]))}</p>` +
		table(
			[
				["#", "text-right"],
				[__("Village or Community")],
				[__("Live In")],
				[__("People Gained"), "text-right"],
				[__("Settlements Gained")],
				[__("People Covered Then"), "text-right"],
			],
			proposals.map((row, i) => [
				i + 1,
				place(row),
				text(row.settlement_name),
				number(row.people),
				text(row.settlements.join("、")),
				rate(row.people_rate),
			])
		)
	);
}
