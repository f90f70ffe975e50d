frappe.pages["setup-guide"].on_page_load = function (wrapper) {
	const page = frappe.ui.make_app_page({
		parent: wrapper,
		title: __("Setup Guide"),
		single_column: true,
	});
	wrapper.setup_guide = new SetupGuide(page);
};

frappe.pages["setup-guide"].on_page_show = function (wrapper) {
	// by itself Frappe names any workspace of the module
	frappe.breadcrumbs.add({ type: "Custom", label: __("Petition Proxy"), route: "/app/petition-proxy" });
	wrapper.setup_guide?.load();
};

const IS_CHINESE = (frappe.boot.lang || "").startsWith("zh");
const COLON = IS_CHINESE ? "：" : ": ";
const COMMA = IS_CHINESE ? "、" : ", ";
const METHOD = "petition_proxy.api.setup_guide.";
const TYPED_STEPS = {
	district: {
		method: "name_district",
		button: __("Keep the District"),
		fields: [
			{ name: "code", from: "code", label: __("Code"), needed: true, hint: __("12 digits, like 500107000000") },
			{ name: "name", from: "region_name", label: __("Name"), needed: true },
		],
	},
	units: {
		of: "office",
		method: "name_office",
		button: __("Keep the Petition Office"),
		fields: [
			{ name: "code", from: "unit_code", label: __("Unit Code"), needed: true, hint: __("Short, never changed later") },
			{ name: "name", from: "unit_name", label: __("Petition Office"), needed: true },
			{ name: "letter_prefix", from: "letter_prefix", label: __("Word in Letter Numbers") },
			{ name: "phone", from: "phone", label: __("Phone") },
			{ name: "address", from: "address", label: __("Address") },
		],
	},
	settings: {
		method: "change_settings",
		as: "values",
		button: __("Keep the Settings"),
		fields: [
			{ name: "digest_at", from: "digest_at", label: __("Daily Digest From"), kind: "time", needed: true },
			{ name: "quiet_from", from: "quiet_from", label: __("Quiet From"), kind: "time", needed: true },
			{ name: "quiet_to", from: "quiet_to", label: __("Quiet To"), kind: "time", needed: true },
			{
				name: "evaluation_window_days",
				from: "evaluation_window_days",
				label: __("Days to Rate After Service"),
				kind: "number",
				needed: true,
			},
			{
				name: "guest_questions",
				from: "guest_questions",
				label: __("Directory Questions per Address"),
				kind: "number",
				needed: true,
			},
		],
	},
};

// Steps of the first set-up. What is done is asked of the server each time; the page itself remembers nothing.
class SetupGuide {
	constructor(page) {
		this.page = page;
		this.body = $(`<div class="setup-guide"><div class="sg-top" role="status" aria-live="polite"></div><ol></ol></div>`).appendTo(
			page.main
		);
		page.set_primary_action(__("Look Again"), () => this.load(), "refresh");
	}

	async load() {
		const { message } = await frappe.call({ method: `${METHOD}get_guide`, type: "GET" });
		this.draw(message);
	}

	draw(guide) {
		const was_open = this.open_step;
		const done = guide.steps.filter((step) => step.is_done).length;
		this.may_make_accounts = guide.may_make_accounts;
		this.body
			.find(".sg-top")
			.empty()
			.append(
				$("<strong>").text(
					guide.is_ready
						? __("Nothing that must be there is missing.")
						: __("{0} of {1} steps are done.", [done, guide.steps.length])
				),
				$("<span>").text(
					` ${__("You may stop anywhere: what is done is read from the records, and anybody may go on.")}`
				)
			);
		const first = guide.steps.find((step) => !step.is_done);
		this.open_step = was_open || first?.step;
		const list = this.body.find("ol").empty();
		guide.steps.forEach((step) => list.append(this.draw_step(step)));
	}

	draw_step(step) {
		const box = $(`<li><details><summary><span class="sg-title"></span><span class="indicator-pill"></span></summary></details></li>`);
		const details = box.find("details").attr("data-step", step.step).prop("open", step.step === this.open_step);
		details.on("toggle", () => {
			if (details.prop("open")) this.open_step = step.step;
		});
		box.find(".sg-title").text(step.title);
		box.find(".indicator-pill")
			.addClass(step.is_done ? "green" : "orange")
			.text(step.is_done ? __("Done") : __("Missing", null, "Setup Guide"));
		details.append($(`<p class="text-muted"></p>`).text(step.text), this.draw_findings(step.findings));
		this.draw_data(step, details);
		step.tables.forEach((table) => details.append(this.draw_table(step, table)));
		return box;
	}

	draw_findings(findings) {
		const list = $(`<ul class="sg-findings"></ul>`);
		findings.forEach((found) => {
			const row = $("<li>").addClass(found.is_met ? "sg-met" : found.severity === "Must" ? "sg-must" : "sg-should");
			row.append($("<span>").text(found.sentence));
			if (!found.is_met) {
				row.prepend($("<b>").text(`${found.severity === "Must" ? __("Must", null, "Setup Guide") : __("Should", null, "Setup Guide")}${COLON}`));
				row.append(" ", $("<em>").text(found.mend));
				if (found.route.length) row.append(" ", this.link_to(found));
			}
			list.append(row);
		});
		return list;
	}

	link_to({ route, sentence }) {
		const link = $(`<a href="#"></a>`).text(__("Go There"));
		link.attr("aria-label", `${__("Go There")}${COLON}${sentence}`);
		return link.on("click", (event) => {
			event.preventDefault();
			frappe.set_route(route);
		});
	}

	draw_data(step, details) {
		const counts = step.data.counts || [];
		if (counts.length) {
			details.append(
				$(`<p></p>`).text(`${__("On file")}${COLON}${counts.map((one) => `${one.label} ${one.count}`).join(COMMA)}`)
			);
		}
		if (TYPED_STEPS[step.step]) details.append(this.draw_form(step, TYPED_STEPS[step.step]));
		if (step.step === "classes") details.append(this.draw_classes(step.data.rows));
		if (step.step === "letters") details.append(this.draw_words(step.data.rows));
		if (step.step === "calendar") details.append(this.draw_calendar(step.data));
		if (step.step === "notice") details.append(this.draw_notice(step.data));
	}

	// Typed steps
	draw_form(step, typed) {
		const values = typed.of ? step.data[typed.of] || {} : step.data;
		const form = $(`<form class="sg-form" autocomplete="off"></form>`);
		typed.fields.forEach((field) => {
			let value = values[field.from];
			if (field.kind === "time" && value) value = value.padStart(8, "0").slice(0, 5);
			form.append(this.field(`${step.step}-${field.name}`, { ...field, value }));
		});
		form.append($(`<button type="submit" class="btn btn-primary btn-sm"></button>`).text(typed.button));
		form.on("submit", (event) => {
			event.preventDefault();
			const args = {};
			typed.fields.forEach(({ name }) => (args[name] = form.find(`[name="${step.step}-${name}"]`).val()));
			this.act(typed.method, typed.as ? { [typed.as]: args } : args, form);
		});
		return form;
	}

	field(name, { label, value, kind, needed, hint }) {
		const id = `setup-guide-${name}`;
		const box = $(`<label for="${id}"><span></span></label>`);
		box.find("span").text(needed ? `${label} *` : label);
		$(`<input class="form-control input-sm">`)
			.attr({ id, name, type: kind || "text", placeholder: hint || "", required: Boolean(needed) })
			.val(value ?? "")
			.appendTo(box);
		return box;
	}

	draw_classes(rows) {
		const form = this.grid_form(
			[__("Class", null, "Setup Guide"), __("Name"), __("Limit (Days)"), __("Day Kind"), __("Warn Before Due (Hours)"), __("Valid From")],
			__("Keep the Limits")
		);
		rows.forEach((row) => {
			const line = $("<tr>").data("row", row).append($("<th scope='row'>").text(row.class_code));
			["class_name", "limit_days", "day_kind", "warn_hours"].forEach((name) => {
				const label = `${row.class_code} ${name}`;
				const is_fixed = row.is_used && ["limit_days", "day_kind"].includes(name);
				let input = $(`<input class="form-control input-sm">`).attr("type", name.endsWith("s") ? "number" : "text");
				if (name === "day_kind") {
					input = $(`<select class="form-control input-sm"></select>`);
					["Natural Day", "Working Day", "Elapsed Day"].forEach((kind) => input.append(new Option(__(kind), kind)));
				}
				input.attr({ name, "aria-label": label }).prop("disabled", is_fixed).val(row[name]);
				line.append($("<td>").append(input));
			});
			line.append($("<td>").text(`${row.valid_from || ""}${row.valid_to ? ` – ${row.valid_to}` : ""}`));
			form.find("tbody").append(line);
		});
		form.on("submit", (event) => {
			event.preventDefault();
			const changed = [];
			form.find("tbody tr").each((_i, line) => {
				const row = $(line).data("row");
				const values = {};
				$(line)
					.find(":input:enabled")
					.each((_j, input) => {
						if (String(row[input.name] ?? "") !== input.value) values[input.name] = input.value;
					});
				if (Object.keys(values).length) changed.push({ name: row.name, modified: row.modified, ...values });
			});
			this.act("change_classes", { rows: changed }, form);
		});
		return form;
	}

	draw_words(rows) {
		const form = this.grid_form([__("Kind of Letter"), __("Word in the Letter No.")], __("Keep the Words"));
		rows.forEach((row) => {
			form.find("tbody").append(
				$("<tr>").append(
					$("<th scope='row'>").text(row.label),
					$("<td>").append(
						$(`<input class="form-control input-sm" type="text">`)
							.attr({ name: row.kind, "aria-label": row.label, maxlength: 20 })
							.val(row.word)
					)
				)
			);
		});
		form.on("submit", (event) => {
			event.preventDefault();
			const words = form
				.find("input")
				.toArray()
				.map((input) => ({ kind: input.name, word: input.value }));
			this.act("change_letter_words", { rows: words }, form);
		});
		return form;
	}

	grid_form(headings, button) {
		const form = $(`<form class="sg-grid"><table class="table"><thead><tr></tr></thead><tbody></tbody></table></form>`);
		headings.forEach((heading) => form.find("thead tr").append($("<th scope='col'>").text(heading)));
		form.append($(`<button type="submit" class="btn btn-primary btn-sm"></button>`).text(button));
		return form;
	}

	draw_calendar({ years, published }) {
		const box = $(`<div class="sg-buttons"></div>`);
		box.append($("<p>").text(`${__("On file")}${COLON}${years.join(COMMA) || "—"}`));
		published.forEach((year) => {
			const button = $(`<button type="button" class="btn btn-default btn-sm"></button>`).text(
				years.includes(year) ? __("Fill {0} Anew", [year]) : __("Fill {0}", [year])
			);
			button.on("click", () => this.act("fill_calendar", { year }, box));
			box.append(button);
		});
		return box;
	}

	draw_notice({ has_mail }) {
		const box = $(`<div class="sg-buttons"></div>`);
		box.append(
			$("<p>").text(
				has_mail
					? __("It goes to your desk and to your mailbox.")
					: __("It goes to your desk only: the site has no outgoing mail.")
			),
			$(`<button type="button" class="btn btn-default btn-sm"></button>`)
				.text(__("Send Me a Test Notice"))
				.on("click", () => this.act("send_test_notice", {}, box))
		);
		return box;
	}

	async act(method, args, box) {
		const buttons = box.find("button").prop("disabled", true);
		try {
			await frappe.call({ method: METHOD + method, args });
			frappe.show_alert({ message: __("Kept."), indicator: "green" });
			await this.load();
		} finally {
			buttons.prop("disabled", false);
		}
	}

	// Tables
	draw_table(step, table) {
		const box = $(`<section class="sg-table"><h5></h5><div class="sg-links"></div></section>`);
		box.find("h5").text(table.title);
		const links = box.find(".sg-links");
		links.append(this.download(table, false, __("Template with Examples")));
		if (table.takes_data_import) links.append(this.download(table, true, __("Template for Data Import")));
		if (table.import_form && !table.may_open_form) {
			box.append($("<p>").text(__("The petition office does this import.")));
			return box;
		}
		if (table.import_form) {
			const link = $(`<a href="#"></a>`).text(__("New {0}", [__(table.import_form)]));
			link.on("click", (event) => {
				event.preventDefault();
				frappe.new_doc(table.import_form);
			});
			links.append(link);
			return box;
		}
		const is_staff = step.step === "users";
		if (is_staff && !this.may_make_accounts) {
			box.append($("<p>").text(__("Accounts are made by the manager of the site. Give that person the filled table.")));
			return box;
		}
		this.draw_hand_in(box, table, is_staff);
		return box;
	}

	download(table, for_data_import, label) {
		const query = $.param({ template: table.key, for_data_import: for_data_import ? 1 : 0 });
		return $("<a>").attr({ href: `/api/method/${METHOD}get_template?${query}`, download: "" }).text(label);
	}

	draw_hand_in(box, table, is_staff) {
		const id = `setup-guide-${table.key}`;
		const form = $(`<form>
			<label for="${id}-file"><span></span><input id="${id}-file" type="file" accept=".csv,.xlsx,.txt"></label>
			<label for="${id}-text"><span></span><textarea id="${id}-text" class="form-control" rows="4" spellcheck="false"></textarea></label>
			<div class="sg-invite"></div>
			<div class="sg-buttons"></div>
			<div class="sg-result" role="status" aria-live="polite"></div>
		</form>`);
		form.find("span").first().text(__("File (CSV or XLSX)"));
		form.find("span").last().text(__("or rows pasted from a spreadsheet, headings first"));
		const area = form.find("textarea");
		if (is_staff) {
			const invite = $(`<label for="${id}-invite"><span></span><select id="${id}-invite" class="form-control input-sm"></select></label>`);
			invite.find("span").text(__("People without a first password"));
			invite.find("select").append(
				new Option(__("get a link that I hand over"), "Link"),
				new Option(__("are invited by mail"), "Mail")
			);
			form.find(".sg-invite").append(invite);
		}
		const button = (label, css, act) =>
			$(`<button type="button" class="btn btn-sm ${css}"></button>`).text(label).on("click", act).appendTo(form.find(".sg-buttons"));
		button(__("Type Rows Here"), "btn-default", () => {
			if (!area.val()) area.val(`${table.header.join(",")}\n`);
			area.trigger("focus");
		});
		button(__("Check Only"), "btn-default", () => this.hand_in(form, table, is_staff, true));
		button(__("Hand In"), "btn-primary", () => this.hand_in(form, table, is_staff, false));
		box.append(form);
	}

	async hand_in(form, table, is_staff, is_trial) {
		const file = form.find("input[type=file]")[0].files[0];
		const args = { is_trial: is_trial ? 1 : 0 };
		if (file) args.content = await read_file(file);
		else args.text = form.find("textarea").val();
		if (is_staff) args.invite = form.find("select").val();
		else args.template = table.key;
		const buttons = form.find("button").prop("disabled", true);
		const result = form.find(".sg-result").text(__("One moment …"));
		try {
			const method = is_staff ? "hand_in_staff" : "hand_in_table";
			const { message } = await frappe.call({ method: METHOD + method, args });
			this.show_result(result, message);
			if (message.is_written && !message.links?.length) {
				frappe.show_alert({ message: message.summary, indicator: "green" });
				await this.load();
			}
		} catch (error) {
			result.empty();
		} finally {
			buttons.prop("disabled", false);
		}
	}

	show_result(result, answer) {
		result.empty().append($("<p>").text(answer.summary));
		if (answer.ignored_columns.length) {
			result.append($("<p>").text(`${__("Columns not used")}${COLON}${answer.ignored_columns.join(COMMA)}`));
		}
		if (answer.remarks.length) {
			const list = $(`<ul class="sg-findings"></ul>`).appendTo(result);
			answer.remarks.forEach((remark) => {
				$("<li class='sg-must'>")
					.text(__("Row {0}, {1}: {2}", [remark.row, remark.title, remark.text]))
					.appendTo(list);
			});
		}
		if (answer.links?.length) this.show_links(result, answer.links);
	}

	// The links are shown this once; nothing keeps them, so the page is not drawn anew over them.
	show_links(result, links) {
		result.append(
			$("<p>").append($("<b>").text(__("Hand each person the link now. It is shown only this once."))),
			$(`<table class="table"><tbody></tbody></table>`)
		);
		links.forEach(({ full_name, user, link }) => {
			result
				.find("tbody")
				.append($("<tr>").append($("<th scope='row'>").text(full_name), $("<td>").text(user), $("<td class='sg-link'>").text(link)));
		});
	}
}

function read_file(file) {
	return new Promise((resolve, reject) => {
		const reader = new FileReader();
		reader.onload = () => resolve(reader.result);
		reader.onerror = () => reject(reader.error);
		reader.readAsDataURL(file);
	});
}
