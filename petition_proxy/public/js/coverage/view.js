// The page around the map: filters, numbers, legend, and the gaps as a list for those who cannot use a map.
frappe.provide("petition_proxy.coverage");

const GAPS_LISTED = 30;
// Shape as well as colour tells the kinds apart.
const KINDS = {
	agent: { colour: "#8a5a00", label: () => __("Agent on Duty"), shape: "diamond" },
	point: { colour: "#1d5fbf", label: () => __("Service Point"), shape: "square" },
	covered: { colour: "#1f7a3d", label: () => __("Settlement, Covered"), shape: "circle" },
	uncovered: { colour: "#c62828", label: () => __("Settlement, Not Covered"), shape: "triangle" },
	cases: { colour: "#37474f", label: () => __("Open Cases of a Village"), shape: "circle" },
	late_cases: { colour: "#ad1457", label: () => __("Open Cases of a Village, Some Late"), shape: "circle" },
	proposed: { colour: "#6a1b9a", label: () => __("Proposed Place for a New Agent"), shape: "star" },
};

const PATHS = {
	circle: (c, x, y, r) => c.arc(x, y, r, 0, 2 * Math.PI),
	square: (c, x, y, r) => c.rect(x - r, y - r, 2 * r, 2 * r),
	diamond: (c, x, y, r) => polygon(c, x, y, r, r, 4),
	triangle: (c, x, y, r) => polygon(c, x, y, r * 1.2, r * 1.2, 3),
	star: (c, x, y, r) => polygon(c, x, y, r * 1.6, r * 0.7, 10),
};

function polygon(c, x, y, outer, inner, corners) {
	for (let i = 0; i < corners; i++) {
		const angle = (2 * Math.PI * i) / corners - Math.PI / 2;
		const r = i % 2 ? inner : outer;
		c[i ? "lineTo" : "moveTo"](x + r * Math.cos(angle), y + r * Math.sin(angle));
	}
	c.closePath();
}

function draw_shape(context, kind, x, y, r, is_picked) {
	context.beginPath();
	PATHS[KINDS[kind].shape](context, x, y, r);
	context.fillStyle = KINDS[kind].colour;
	context.globalAlpha = kind === "agent" ? 0.75 : 0.9;
	context.fill();
	context.globalAlpha = 1;
	context.lineWidth = is_picked ? 3 : 1;
	context.strokeStyle = is_picked ? "#000" : "#fff";
	context.stroke();
}

petition_proxy.coverage.View = class View {
	constructor(page) {
		this.page = page;
		this.body = $(`
			<div class="coverage-view">
				<div class="coverage-map"></div>
				<div class="coverage-side">
					<div class="coverage-numbers" role="status"></div>
					<ul class="coverage-legend list-unstyled"></ul>
					<p class="coverage-method text-muted small"></p>
					<div class="coverage-gaps"></div>
				</div>
			</div>`).appendTo(page.main);
		this.add_filters();
		this.map = new petition_proxy.coverage.CanvasMap(this.body.find(".coverage-map")[0], {
			label: __("Map of settlements, service points and agents. The gaps are listed beside it."),
			describe: (mark) => mark.lines,
			draw_mark: (context, mark, at, is_picked) =>
				draw_shape(context, mark.kind, at[0], at[1], mark.size, is_picked),
			draw_reach: (context, map, mark) => {
				if (!["covered", "uncovered", "proposed"].includes(mark.kind)) return;
				const [x, y] = map.to_screen(mark.world);
				context.beginPath();
				context.arc(x, y, map.pixels(this.data.limit, mark.at[0]), 0, 2 * Math.PI);
				context.fillStyle = "rgba(29, 95, 191, 0.12)";
				context.fill();
				context.strokeStyle = "rgba(29, 95, 191, 0.7)";
				context.lineWidth = 1.5;
				context.stroke();
			},
		});
		this.page.add_inner_button(__("What If an Agent Leaves"), () =>
			petition_proxy.coverage.ask_what_if(this.filters())
		);
		this.page.add_inner_button(__("Where to Recruit"), () =>
			petition_proxy.coverage.ask_recruit(this.filters(), (proposals) => this.show_proposals(proposals))
		);
		this.draw_legend();
	}

	add_filters() {
		const refresh = () => this.is_set && this.refresh();
		this.town = this.page.add_field({
			fieldname: "town",
			label: __("Town or Street"),
			fieldtype: "Select",
			options: [{ value: "", label: __("All Towns") }],
			change: refresh,
		});
		this.on = this.page.add_field({
			fieldname: "on",
			label: __("On the Day"),
			fieldtype: "Date",
			default: frappe.datetime.get_today(),
			change: refresh,
		});
		this.is_elderly = this.page.add_field({
			fieldname: "is_elderly",
			label: __("Pace of Older People"),
			fieldtype: "Check",
			change: refresh,
		});
		this.has_cases = this.page.add_field({
			fieldname: "has_cases",
			label: __("Show Cases"),
			fieldtype: "Check",
			change: () => this.is_set && this.draw(),
		});
	}

	filters() {
		return {
			town: this.town.get_value() || null,
			on: this.on.get_value() || null,
			is_elderly: this.is_elderly.get_value() ? 1 : 0,
		};
	}

	async show({ town, on, is_elderly }) {
		if (this.data && town === undefined) return;
		this.is_set = false;
		this.wanted_town = town || "";
		if (on) await this.on.set_value(on);
		if (is_elderly !== undefined) await this.is_elderly.set_value(is_elderly ? 1 : 0);
		await this.refresh();
		this.is_set = true;
	}

	async refresh() {
		const filters = this.filters();
		if (this.wanted_town !== undefined) filters.town = this.wanted_town || null;
		const asking = (this.asking = {});
		const data = await frappe.xcall("petition_proxy.api.coverage.coverage_map", filters);
		if (asking !== this.asking) return; // a later question is under way
		this.data = data;
		this.fill_towns(filters.town);
		this.proposals = [];
		this.draw();
		this.show_numbers();
		this.show_gaps();
	}

	fill_towns(chosen) {
		const was_set = this.is_set;
		this.is_set = false;
		this.town.df.options = [
			{ value: "", label: __("All Towns") },
			...this.data.towns.map(([value, label]) => ({ value, label })),
		];
		this.town.refresh();
		this.town.set_input(chosen || "");
		this.wanted_town = undefined;
		this.is_set = was_set;
	}

	draw() {
		const { data } = this;
		const homes = data.settlements.map((row) => this.home_mark(row));
		this.homes = new Map(homes.map((mark) => [mark.name, mark]));
		const by_kind = (kind) => homes.filter((mark) => mark.kind === kind);
		const marks = [
			...data.agents.map(([name, title, ...at]) => ({
				kind: "agent",
				name,
				at,
				size: 4,
				lines: [title, __("Agent on Duty")],
			})),
			...data.points.map(([name, title, village, ...at]) => ({
				kind: "point",
				name,
				at,
				size: 4.5,
				lines: [title, village],
			})),
			...by_kind("covered"),
			...by_kind("uncovered"),
			...(this.has_cases.get_value() ? data.cases.map((row) => this.cases_mark(row)) : []),
		];
		// What is looked at is the settlements asked for; agents of the whole city may be on the map.
		const keep = this.map.marks.length && this.town_drawn === this.town.get_value();
		this.town_drawn = this.town.get_value();
		const [centre, scale] = [this.map.centre, this.map.scale];
		this.map.set_marks(marks, data.tile_url, data.attribution);
		if (keep) {
			this.map.centre = centre;
			this.map.set_scale(scale);
		} else if (homes.length) this.map.fit(homes);
	}

	home_mark([name, title, village, town, latitude, longitude, people, state, agent, metres]) {
		const is_covered = this.data.states[state] === "Covered";
		const lines = [title, `${town || ""} ${village || ""}`, __("{0} people", [people])];
		if (agent) lines.push(__("Nearest agent {0}, {1} m on foot", [agent, metres]));
		lines.push(is_covered ? __("Covered") : __("Not Covered"));
		return {
			kind: is_covered ? "covered" : "uncovered",
			name,
			people,
			at: [latitude, longitude],
			size: 3.5 + Math.min(5, Math.sqrt(people) / 10),
			lines,
		};
	}

	cases_mark([name, title, town, latitude, longitude, open, late]) {
		const lines = [`${town || ""} ${title}`, __("{0} open cases", [open])];
		if (late) lines.push(__("{0} late", [late]));
		return {
			kind: late ? "late_cases" : "cases",
			name: `cases ${name}`,
			at: [latitude, longitude],
			size: 5 + Math.min(12, Math.sqrt(open) * 2),
			lines,
		};
	}

	draw_legend() {
		const list = this.body.find(".coverage-legend").empty();
		for (const [kind, { label }] of Object.entries(KINDS)) {
			const canvas = $('<canvas width="44" height="44" aria-hidden="true">').css({ width: 22, height: 22 });
			const context = canvas[0].getContext("2d");
			context.scale(2, 2);
			draw_shape(context, kind, 11, 11, 6, false);
			$("<li>").append(canvas, $("<span>").text(label())).appendTo(list);
		}
	}

	show_numbers() {
		const { counts, method, agents, agents_unknown } = this.data;
		const rate = (value) => (value === null ? "—" : `${value.toFixed(1)}%`);
		const rows = [
			[__("Share of People"), rate(counts.people_rate)],
			[__("Settlements Covered"), `${counts.covered} / ${counts.settlements} (${rate(counts.settlement_rate)})`],
			[__("Not Covered"), __("{0} settlements, {1} people", [counts.uncovered, counts.people_uncovered])],
			[__("Position Unknown"), __("{0} settlements, {1} people", [counts.unknown, counts.people_unknown])],
			[__("Agents on Duty"), agents.length + agents_unknown],
		];
		if (agents_unknown) rows.push([__("Agents Without a Position"), agents_unknown]);
		const list = $("<dl>");
		for (const [label, value] of rows) list.append($("<dt>").text(label), $("<dd>").text(value));
		this.body.find(".coverage-numbers").empty().append(list);
		this.body.find(".coverage-method").text(method);
	}

	show_gaps() {
		const box = this.body.find(".coverage-gaps").empty();
		const gaps = [...this.homes.values()]
			.filter((mark) => mark.kind === "uncovered")
			.sort((a, b) => b.people - a.people);
		$("<h4>").text(__("Settlements Not Covered")).appendTo(box);
		if (!gaps.length) $("<p>").text(__("None with a known position.")).appendTo(box);
		const list = $("<ol>").appendTo(box);
		for (const mark of gaps.slice(0, GAPS_LISTED)) {
			const button = $('<button type="button" class="btn btn-link p-0 text-left">')
				.text(`${mark.lines[1]} ${mark.lines[0]}`)
				.on("click", () => this.map.go_to(mark));
			$("<li>")
				.append(button, " ", $('<span class="text-muted">').text(mark.lines[2]))
				.appendTo(list);
		}
		const href = frappe.utils.generate_route({ type: "report", is_query_report: true, name: "Coverage Gaps" });
		const town = this.town.get_value();
		$("<a>")
			.attr("href", town ? `${href}?town=${encodeURIComponent(town)}` : href)
			.text(__("All gaps, with those of unknown position"))
			.appendTo(box);
	}

	show_proposals(proposals) {
		const marks = this.map.marks.filter((mark) => mark.kind !== "proposed");
		proposals.forEach((row, i) => {
			const home = this.homes.get(row.settlement);
			if (!home) return;
			marks.push({
				...home,
				kind: "proposed",
				size: 8,
				lines: [`${i + 1}. ${row.settlement_name}`, `${row.town_name} ${row.village_name}`, __("{0} people gain an agent", [row.people])],
			});
		});
		this.map.marks = marks;
		this.map.redraw();
	}
};
