frappe.pages["paper-entry"].on_page_load = function (wrapper) {
	const page = frappe.ui.make_app_page({
		parent: wrapper,
		title: __("Paper Entry"),
		single_column: true,
	});
	wrapper.paper_entry = new PaperEntry(page);
};

frappe.pages["paper-entry"].on_page_show = function (wrapper) {
	wrapper.paper_entry?.begin();
};

// fieldname, label, kind, columns of twelve. What stands on every sheet of one bundle comes first and stays.
const STICKY_FIELDS = [
	{ name: "village", label: __("Village or Community"), kind: "link", width: 4, needed: true },
	{ name: "agent", label: __("Written on Paper By (Agent)"), kind: "link", width: 4 },
	{ name: "written_on", label: __("Date on the Paper"), kind: "date", width: 4, needed: true },
];
const SHEET_FIELDS = [
	{ name: "paper_no", label: __("Paper No."), kind: "text", width: 3, needed: true, max: 60 },
	{ name: "petitioner_name", label: __("Petitioner's Name"), kind: "text", width: 3, needed: true },
	{ name: "petitioner_phone", label: __("Petitioner's Phone"), kind: "text", width: 3 },
	{ name: "petitioner_id_number", label: __("Petitioner's ID Number"), kind: "text", width: 3 },
	{ name: "subject", label: __("Subject"), kind: "text", width: 6, needed: true, max: 255 },
	{ name: "petition_kind", label: __("Kind"), kind: "select", width: 3 },
	{ name: "category", label: __("Category"), kind: "link", width: 3 },
	{ name: "content", label: __("Facts"), kind: "long", width: 8, needed: true },
	{ name: "request_text", label: __("Request"), kind: "long", width: 4 },
	{ name: "address_text", label: __("Where Exactly"), kind: "text", width: 4 },
	{ name: "paper_scan", label: __("Photo of the Paper"), kind: "file", width: 4 },
	{ name: "agreement_scan", label: __("Photo of the Signed Agreement, If Apart"), kind: "file", width: 4 },
	{ name: "powers_agreed", label: __("Petitioner signed to be represented"), kind: "check", width: 6 },
	{ name: "wants_secrecy", label: __("Wants Secrecy"), kind: "check", width: 6 },
];
const KINDS = ["Appeal and Request", "Suggestion", "Inquiry", "Report and Accusation"];
const LINKS = {
	village: { doctype: "Region", filters: { level: "Village" } },
	agent: { doctype: "Proxy Agent", filters: { status: "On Duty" } },
	category: { doctype: "Petition Category", filters: {} },
};

// A form for one sheet after the other, with the keyboard alone.
class PaperEntry {
	constructor(page) {
		this.page = page;
		this.count = 0;
		this.uploads = {};
		this.make();
		this.clear_sheet();
	}

	make() {
		this.body = $(`
			<div class="paper-entry">
				<form autocomplete="off" novalidate>
					<div class="pe-message" role="status" aria-live="polite"></div>
					<div class="pe-sticky"></div>
				</form>
				<aside>
					<h4></h4>
					<small></small>
					<ol></ol>
				</aside>
			</div>`).appendTo(this.page.main);
		this.form = this.body.find("form");
		this.message = this.body.find(".pe-message");
		this.fields = {};
		STICKY_FIELDS.forEach((df) => this.add_field(df, this.form.find(".pe-sticky")));
		SHEET_FIELDS.forEach((df) => this.add_field(df, this.form));
		const actions = $(`<div class="pe-actions"><button type="submit" class="btn btn-primary"></button><small></small></div>`);
		actions.find("button").text(__("File and Next Sheet"));
		actions
			.find("small")
			.text(__("Enter: next field. Shift+Enter: new line. Ctrl+S or Ctrl+Enter: file. Alt+N: first field."));
		this.form.append(actions);
		this.form.on("submit", (event) => {
			event.preventDefault();
			this.file();
		});
		this.body[0].addEventListener("keydown", (event) => this.on_key(event));
		this.show_count();
	}

	add_field(df, parent) {
		const id = `paper-entry-${df.name}`;
		const label = $(`<label class="pe-field" for="${id}" style="grid-column: span ${df.width}"><span></span></label>`);
		label.toggleClass("pe-needed", Boolean(df.needed)).toggleClass("pe-check", df.kind === "check");
		label.find("span").text(df.label);
		const input = $(
			{
				long: `<textarea rows="3"></textarea>`,
				select: `<select></select>`,
				check: `<input type="checkbox">`,
				file: `<input type="file" accept="image/*,application/pdf">`,
				date: `<input type="date">`,
			}[df.kind] || `<input type="text">`
		)
			.attr({ id, name: df.name })
			.addClass(["check", "file"].includes(df.kind) ? "" : "form-control input-sm")
			.appendTo(label);
		if (df.max) input.attr("maxlength", df.max);
		if (df.kind === "date") input.attr("max", frappe.datetime.get_today());
		if (df.kind === "select") {
			KINDS.forEach((kind) => input.append(new Option(__(kind), kind)));
		}
		label.appendTo(parent);
		this.fields[df.name] = { ...df, input, box: label };
		if (df.kind === "link") this.fields[df.name].link = new LinkBox(input, LINKS[df.name]);
		if (df.kind === "file") input.on("change", () => this.upload(df.name));
		input.on("input change", () => label.removeClass("pe-wrong"));
	}

	begin() {
		const first = STICKY_FIELDS.find((df) => df.needed && !this.value_of(df.name));
		(first ? this.fields[first.name] : this.fields.paper_no).input.trigger("focus");
	}

	value_of(name) {
		const { kind, input, link } = this.fields[name];
		if (kind === "link") return link.value;
		if (kind === "check") return input.prop("checked") ? 1 : 0;
		if (kind === "file") return this.uploads[name]?.url || "";
		return (input.val() || "").trim();
	}

	on_key(event) {
		const is_file = (event.ctrlKey || event.metaKey) && ["s", "S", "Enter"].includes(event.key);
		if (is_file) {
			event.preventDefault();
			event.stopPropagation();
			this.file();
		} else if (event.altKey && event.code === "KeyN") {
			event.preventDefault();
			this.fields.paper_no.input.trigger("focus").trigger("select");
		} else if (event.key === "Enter" && !event.isComposing && event.target.name) {
			// An input method takes Enter for itself while it composes.
			if (event.shiftKey && event.target.tagName === "TEXTAREA") return;
			event.preventDefault();
			event.stopPropagation();
			this.go_on(event.target, event.shiftKey ? -1 : 1);
		}
	}

	// A link is settled before the cursor leaves it; one that names nothing keeps the cursor.
	async go_on(target, way) {
		const field = this.fields[target.name];
		if (field.link && !(await field.link.settle())) {
			return this.show_error(__("{0}: nothing is found for this.", [field.label]), field.name);
		}
		const inputs = this.form.find("input, select, textarea, button").get();
		const next = inputs[inputs.indexOf(target) + way];
		if (next) next.focus();
		if (next?.select && next.type === "text") next.select();
	}

	upload(name) {
		const { input } = this.fields[name];
		const file = input[0].files[0];
		if (!file) {
			delete this.uploads[name];
			return;
		}
		const upload = (this.uploads[name] = { url: "" });
		const data = new FormData();
		data.append("file", file, file.name);
		data.append("is_private", 1);
		upload.done = send("/api/method/upload_file", data).then((message) => {
			upload.url = message.file_url;
		});
		upload.done.catch((error) => {
			this.show_error(error.message, name);
			input.val("");
			delete this.uploads[name];
		});
	}

	async file() {
		if (this.is_busy) return;
		this.is_busy = true;
		this.form.find("button").prop("disabled", true);
		try {
			await this.settle_all();
			const answer = await this.send_sheet();
			this.note(answer);
			this.clear_sheet(answer.paper_no);
		} catch (error) {
			this.show_error(error.message, error.field);
		} finally {
			this.is_busy = false;
			this.form.find("button").prop("disabled", false);
		}
	}

	async settle_all() {
		for (const field of Object.values(this.fields)) {
			if (field.link && !(await field.link.settle())) {
				throw wrong(__("{0}: nothing is found for this.", [field.label]), field.name);
			}
		}
		await Promise.all(Object.values(this.uploads).map((upload) => upload.done));
		const all = [...STICKY_FIELDS, ...SHEET_FIELDS];
		const missing = all.filter((df) => df.needed && !this.value_of(df.name));
		missing.forEach((df) => this.fields[df.name].box.addClass("pe-wrong"));
		if (missing.length) {
			const names = missing.map((df) => df.label).join(", ");
			throw wrong(__("Still missing: {0}", [names]), missing[0].name);
		}
	}

	send_sheet() {
		const values = { client_key: this.client_key };
		Object.keys(this.fields).forEach((name) => (values[name] = this.value_of(name)));
		return send("/api/method/petition_proxy.api.paper.enter_paper", JSON.stringify(values), {
			"Content-Type": "application/json",
		});
	}

	// The next sheet: new key, empty fields, the number counted on as a suggestion that typing replaces.
	clear_sheet(last_paper_no) {
		this.client_key = `paper-${frappe.utils.get_random(20)}`;
		this.uploads = {};
		SHEET_FIELDS.forEach(({ name, kind }) => {
			const { input, link, box } = this.fields[name];
			box.removeClass("pe-wrong");
			if (kind === "check") input.prop("checked", false);
			else if (kind === "select") input.val(KINDS[0]);
			else if (link) link.clear();
			else input.val("");
		});
		if (last_paper_no) {
			this.fields.paper_no.input.val(next_number(last_paper_no)).trigger("focus").trigger("select");
		}
	}

	note(answer) {
		if (answer.is_new) this.count += 1;
		const text = answer.is_new
			? __("Filed as {0}.", [answer.name])
			: __("This sheet had been filed already as {0}.", [answer.name]);
		this.message.removeClass("is-error").addClass("is-good").text(text);
		const delay = Math.floor(answer.entry_delay_hours / 24);
		const line = $(`<li><b></b><a target="_blank"></a><br><span></span> <small></small></li>`);
		line.find("b").text(answer.paper_no);
		line.find("a").attr("href", `/app/petition/${encodeURIComponent(answer.name)}`).text(answer.name);
		// not reached by Enter or Tab: the keyboard stays in the form
		line.find("a").attr("tabindex", -1);
		line.find("span").text([answer.petitioner_name, answer.subject].filter(Boolean).join(" · "));
		line.find("small").text(delay ? __("{0} days from paper to entry", [delay]) : __("entered on its day"));
		this.body.find("aside ol").prepend(line);
		this.show_count();
	}

	show_count() {
		this.body.find("aside h4").text(__("Entered Now: {0}", [this.count]));
		this.body
			.find("aside > small")
			.text(this.count ? "" : __("Village, agent and date stay for the next sheet."));
	}

	show_error(text, fieldname) {
		this.message.removeClass("is-good").addClass("is-error").text(text);
		const field = this.fields[fieldname];
		if (!field) return;
		field.box.addClass("pe-wrong");
		field.input.trigger("focus");
	}
}

// A field that names a record: type, arrow keys, Enter. Leaving it picks the one that was meant, or says that there is none.
class LinkBox {
	constructor(input, { doctype, filters }) {
		Object.assign(this, { input, doctype, filters, value: "", shown: "", options: [], at: 0, turn: 0 });
		this.list = $(`<ul class="pe-options" role="listbox"></ul>`).insertAfter(input);
		input.attr({ role: "combobox", "aria-autocomplete": "list" });
		input.on("input", () => this.search());
		input.on("keydown", (event) => this.on_key(event));
		input.on("blur", () => setTimeout(() => this.settle(), 150));
		this.list.on("mousedown", "li", (event) => {
			event.preventDefault();
			this.pick(this.options[$(event.currentTarget).index()]);
		});
	}

	clear() {
		this.value = this.shown = "";
		this.input.val("");
		this.close();
	}

	close() {
		this.options = [];
		this.list.empty();
	}

	on_key(event) {
		const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
		if (step && this.options.length) {
			event.preventDefault();
			this.at = (this.at + step + this.options.length) % this.options.length;
			this.draw();
		} else if (event.key === "Escape") {
			this.close();
		}
	}

	async search() {
		const text = this.input.val().trim();
		const turn = (this.turn += 1);
		this.value = "";
		this.searching = text ? this.find(text) : Promise.resolve([]);
		const found = await this.searching.catch(() => []);
		if (turn !== this.turn || !this.input.is(":focus")) return;
		this.options = found;
		this.at = 0;
		this.draw();
	}

	async find(text) {
		const found = await frappe.xcall("frappe.desk.search.search_link", {
			doctype: this.doctype,
			txt: text,
			filters: this.filters,
			page_length: 8,
		});
		return found.map((row) => ({ value: row.value, label: row.label || row.value, more: row.description || "" }));
	}

	draw() {
		this.list.empty();
		this.options.forEach((option, place) => {
			const line = $(`<li role="option"><span></span><small></small></li>`);
			line.attr("aria-selected", place === this.at ? "true" : "false");
			line.find("span").text(option.label);
			line.find("small").html(frappe.utils.escape_html($("<i>").html(option.more).text()));
			line.appendTo(this.list);
		});
	}

	pick(option) {
		this.turn += 1;
		this.value = option.value;
		this.shown = option.label;
		this.input.val(option.label);
		this.close();
	}

	// True when the field is empty or names a record.
	async settle() {
		const text = this.input.val().trim();
		if (!text) {
			this.clear();
			return true;
		}
		if (this.value && text === this.shown) return true;
		let choice = this.options[this.at];
		if (!choice) {
			const found = await (this.searching || this.find(text)).catch(() => []);
			choice = found.find((option) => option.label === text) || found[0];
		}
		if (!choice) return false;
		this.pick(choice);
		return true;
	}
}

function wrong(text, field) {
	return Object.assign(new Error(text), { field });
}

// The last run of digits counted on: 柳湾-019 gives 柳湾-020.
function next_number(number) {
	const found = number.match(/^(.*?)(\d+)(\D*)$/);
	if (!found) return "";
	const [, head, digits, tail] = found;
	return `${head}${String(Number(digits) + 1).padStart(digits.length, "0")}${tail}`;
}

// Not frappe.call: its errors open a window that takes the keyboard away; here they stand in the form.
async function send(url, body, headers = {}) {
	let response;
	try {
		response = await fetch(url, {
			method: "POST",
			body,
			headers: { Accept: "application/json", "X-Frappe-CSRF-Token": frappe.csrf_token, ...headers },
		});
	} catch {
		throw new Error(__("The server cannot be reached. What you typed is kept; file it again in a moment."));
	}
	const answer = await response.json().catch(() => ({}));
	if (response.ok) return answer.message;
	const said = JSON.parse(answer._server_messages || "[]").map((line) => JSON.parse(line).message);
	const text = said.length ? said.join(" ") : __("The server refused this ({0}).", [response.status]);
	throw new Error($("<i>").html(text).text());
}
