// The page on which an agent files: steps, drafts, and the one tap that files.

import { make_kept, make_photo_store } from "./filing/kept.js";
import { make_pad } from "./filing/pad.js";
import { make_papers } from "./filing/papers.js";
import { make_saving } from "./filing/saving.js";
import { problems_of } from "./filing/checks.js";

(function () {
	"use strict";

	const portal = window.petition_portal;
	const words = portal.words;
	const data = portal.data;
	const form = document.getElementById("filing");
	const TEXTS = [
		"new_petitioner_name",
		"new_petitioner_phone",
		"new_petitioner_id_number",
		"village",
		"address_text",
		"petition_kind",
		"subject",
		"content",
		"request_text",
	];
	const TICKS = ["new_petitioner_agrees_to_sms", "wants_secrecy", "powers_agreed"];
	const STEPS = data.steps;
	const TYPING = 400; // ms

	const kept = make_kept(portal, data.device_days);
	const photos = make_photo_store(portal, data.device_days);
	let signature = "";
	let step = STEPS[0];
	let typing = 0;
	let drafts = data.drafts;

	function node(id) {
		return document.getElementById(id);
	}

	function fill(text, first, second) {
		return text.replace("{0}", first).replace("{1}", second);
	}

	function element(parent, tag, text, css_class) {
		const made = parent.appendChild(document.createElement(tag));
		if (text) made.textContent = text;
		if (css_class) made.className = css_class;
		return made;
	}

	// Screens
	// -------
	const SCREENS = ["drafts", "conflict", "filing", "done"];

	function show(screen) {
		SCREENS.forEach(function (id) {
			if (node(id)) node(id).hidden = id !== screen;
		});
	}

	function focus_heading(parent) {
		const heading = parent.querySelector("h2");
		heading.focus({ preventScroll: true });
		window.scrollTo(0, 0);
	}

	// The address holds step and draft, so that back, reload and a link lead to where one was
	function read_address() {
		const parts = window.location.hash.replace("#", "").split("/");
		return { step: parts[0], key: /^[0-9a-f]{32}$/.test(parts[1] || "") ? parts[1] : "" };
	}

	function go(to, is_instead) {
		const hash = "#" + to + "/" + saving.key();
		if (window.location.hash === hash) return show_step(to);
		if (is_instead) {
			window.location.replace(hash);
		} else {
			window.location.hash = hash;
		}
	}

	window.addEventListener("hashchange", function () {
		const address = read_address();
		portal.tell(null);
		if (!address.key) return start();
		if (address.key !== saving.key() || node("done").hidden === false) return open(address.key, address.step);
		if (!node("conflict").hidden) return;
		show_step(address.step);
		saving.keep();
		saving.quietly();
	});

	// Drafts
	// ------
	function start() {
		saving.end();
		const rows = draft_rows();
		if (!rows.length && form) return begin();
		draw_drafts(rows);
		show("drafts");
	}

	function draft_rows() {
		const rows = drafts.slice();
		kept.all().forEach(function (entry) {
			const known = rows.filter(function (row) {
				return row.key === entry.key;
			})[0];
			if (known) {
				known.only_here = known.only_here || entry.unsent;
				known.step = entry.step;
				return;
			}
			if (form) rows.unshift({ key: entry.key, step: entry.step, hint: hint_of(entry), only_here: entry.unsent });
		});
		return rows;
	}

	function hint_of(entry) {
		const name = entry.answers.new_petitioner_name || "";
		return [name ? name[0] + "**" : "", (entry.answers.subject || "").slice(0, 12)].filter(Boolean).join(" · ");
	}

	function draw_drafts(rows) {
		const list = node("drafts").querySelector("ul");
		list.textContent = "";
		rows.forEach(function (row) {
			const item = element(list, "li", "", "rows");
			element(item, "h3", row.hint || words.no_name_yet);
			if (row.changed) element(item, "p", fill(words.changed, row.changed), "note");
			if (row.until)
				element(
					item,
					"p",
					fill(row.is_ending ? words.until_soon : words.until, row.until),
					row.is_ending ? "bad" : "note"
				);
			if (row.only_here) element(item, "p", words.only_here, "bad");
			if (form) {
				const on = element(item, "button", words.go_on);
				on.type = "button";
				on.addEventListener("click", function () {
					window.location.hash = "#" + (row.step || STEPS[0]) + "/" + row.key;
				});
			}
			const up = element(item, "button", words.give_up, "second");
			up.type = "button";
			up.addEventListener("click", function () {
				if (window.confirm(words.sure_to_give_up)) give_up(row.key, up);
			});
		});
	}

	function give_up(key, button) {
		portal
			.once(button, function () {
				return portal.post("filing.give_up_draft", { client_key: key });
			})
			.then(function () {
				forget(key);
				start();
			})
			.catch(function () {});
	}

	function forget(key) {
		kept.remove(key);
		drafts = drafts.filter(function (row) {
			return row.key !== key;
		});
		photos.of(key).then(function (all) {
			all.forEach(function (photo) {
				photos.remove(photo.key);
			});
		});
	}

	function begin() {
		saving.begin(portal.key());
		set_answers(null);
		papers.load([]);
		go(STEPS[0], true);
	}

	// Opens a draft: what the server holds and what this phone holds, and which of the two goes on
	function open(key, to) {
		const mine = kept.get(key);
		saving.end();
		portal.tell(words.working, true);
		portal.post("filing.open_draft", { client_key: key }).then(
			function (theirs) {
				portal.tell(null);
				if (read_address().key === key) settle(key, theirs, mine, to);
			},
			function (problem) {
				portal.tell(null);
				if (!mine) {
					portal.tell_problem(problem.kind === "network" ? { message: words.not_loaded } : problem);
					if (problem.kind !== "network" && drafts.length) start();
					return;
				}
				take(key, mine, null, to);
				if (problem.kind !== "network") portal.tell_problem(problem);
			}
		);
	}

	function settle(key, theirs, mine, to) {
		if (theirs.state === "filed") return show_done(key, theirs);
		if (theirs.state === "none") {
			if (mine) mine.version = 0;
			return take(key, mine, null, to);
		}
		if (theirs.state === "gone") {
			if (mine) return ask_gone(key, mine);
			portal.tell(words.gone_for_good);
			forget(key);
			return start();
		}
		const is_ours =
			mine && (mine.version === theirs.version || (mine.unacked || []).indexOf(theirs.save_key) >= 0);
		if (mine && mine.unsent && !is_ours && !is_same(mine.answers, theirs.answers))
			return ask_newer(key, theirs, mine);
		take(key, mine && mine.unsent && is_ours ? mine : null, theirs, to);
	}

	function is_same(one, other) {
		return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
	}

	function sorted(answers) {
		const made = {};
		Object.keys(answers || {})
			.sort()
			.forEach(function (field) {
				if (answers[field]) made[field] = answers[field];
			});
		return made;
	}

	function take(key, mine, theirs, to) {
		if (!form) return start();
		show("filing");
		saving.begin(key, mine);
		set_answers(mine ? mine.answers : theirs && theirs.answers);
		if (theirs) {
			saving.follow(theirs.version, mine ? null : get_answers());
			set_state("saved", theirs.saved_at);
		}
		papers.load(theirs ? theirs.papers : []);
		const wanted = STEPS.indexOf(to) >= 0 ? to : (mine || theirs || {}).step || STEPS[0];
		if (wanted !== read_address().step) go(wanted, true);
		else show_step(wanted);
		saving.quietly();
	}

	// Two versions of one draft
	// -------------------------
	function ask_newer(key, theirs, mine) {
		saving.hold();
		ask(fill(words.newer, theirs.saved_at), key, mine, function () {
			kept.remove(key);
			take(key, null, theirs, mine.step || theirs.step);
		});
		node("drop-mine").hidden = true;
	}

	function ask_gone(key, mine) {
		saving.hold();
		ask(words.gone, key, mine, null);
	}

	function ask(text, key, mine, load_theirs) {
		node("conflict-text").textContent = text;
		node("load-theirs").hidden = !load_theirs;
		node("load-theirs").onclick = load_theirs;
		node("keep-mine").onclick = function () {
			const made = portal.key();
			papers.move(made);
			kept.remove(key);
			saving.begin(made, { version: 0, unacked: [], answers: {}, unsent: true, copy: load_theirs ? key : "" });
			set_answers(mine.answers);
			saving.keep();
			go(mine.step || STEPS[0], true);
			show_step(mine.step || STEPS[0]);
			saving
				.save()
				.then(function () {
					return portal.post("filing.open_draft", { client_key: made });
				})
				.then(function (theirs) {
					if (saving.key() === made) papers.load(theirs.papers);
				})
				.catch(function () {});
		};
		node("drop-mine").hidden = !!load_theirs;
		node("drop-mine").onclick = function () {
			forget(key);
			window.location.hash = "";
		};
		show("conflict");
		focus_heading(node("conflict"));
	}

	function here() {
		return { answers: get_answers(), step: step, unsent: true };
	}

	// Asks the server for the whole of what somebody else has saved, and the agent which of the two goes on
	function meet_newer() {
		const key = saving.key();
		const mine = here();
		portal.post("filing.open_draft", { client_key: key }).then(
			function (theirs) {
				if (theirs.state !== "open") return settle(key, theirs, mine, step);
				if (is_same(mine.answers, theirs.answers)) return take(key, null, theirs, step);
				ask_newer(key, theirs, mine);
			},
			function (problem) {
				// it is asked again at the next step
				saving.follow(saving.version(), null);
				portal.tell_problem(problem);
			}
		);
	}

	// Answers
	// -------
	function get_answers() {
		const answers = {};
		TEXTS.forEach(function (field) {
			const input =
				field === "petition_kind" ? form.querySelector("[name=petition_kind]:checked") : form.elements[field];
			if (input && input.value) answers[field] = input.value;
		});
		TICKS.forEach(function (field) {
			if (form.elements[field].checked) answers[field] = 1;
		});
		if (signature) answers.agreement_signature = signature;
		return answers;
	}

	function set_answers(answers) {
		form.reset();
		Object.keys(answers || {}).forEach(function (field) {
			if (TEXTS.indexOf(field) < 0) return;
			if (field !== "petition_kind") {
				form.elements[field].value = answers[field];
				return;
			}
			const choices = form.querySelectorAll("[name=petition_kind]");
			Array.prototype.forEach.call(choices, function (choice) {
				choice.checked = choice.value === answers[field];
			});
		});
		TICKS.forEach(function (field) {
			form.elements[field].checked = !!(answers && answers[field]);
		});
		signature = (answers && answers.agreement_signature) || "";
		pad.show(signature);
		show_signed();
		clear_problems();
		set_state("");
	}

	function set_state(word, when) {
		node("saved").textContent = word ? fill(words[word], when || "") : "";
	}

	function on_input() {
		window.clearTimeout(typing);
		typing = window.setTimeout(saving.keep, TYPING);
	}

	// Steps
	// -----
	function show_step(to) {
		step = STEPS.indexOf(to) >= 0 ? to : STEPS[0];
		const number = STEPS.indexOf(step) + 1;
		const is_review = number === STEPS.length;
		show("filing");
		Array.prototype.forEach.call(form.querySelectorAll("[data-step]"), function (part) {
			part.hidden = part.getAttribute("data-step") !== step;
		});
		node("progress").textContent = is_review
			? words.read_over
			: fill(words.progress, number, STEPS.length - 1);
		Array.prototype.forEach.call(node("bar").children, function (mark, i) {
			mark.className = i < number ? "done" : "";
		});
		if (is_review) draw_review();
		const part = form.querySelector("[data-step=" + step + "]");
		// a screen reader says the progress together with the heading
		part.querySelector("h2").setAttribute("aria-describedby", "progress");
		focus_heading(part);
	}

	function next() {
		saving.keep();
		if (check(step)) move(STEPS[STEPS.indexOf(step) + 1]);
	}

	function back() {
		saving.keep();
		move(STEPS[Math.max(STEPS.indexOf(step) - 1, 0)]);
	}

	function move(to) {
		go(to);
		step = to; // the page follows its address a moment later; what is saved now says where the agent goes on
		save_and_tell();
	}

	function save_and_tell() {
		saving.save().catch(function (problem) {
			if (problem.kind !== "network" && problem.kind !== "held") portal.tell_problem(problem);
		});
	}

	function check(which) {
		clear_problems();
		const found = problems_of(which, get_answers(), papers.of("agreement_scan").length > 0);
		const fields = Object.keys(found);
		fields.forEach(function (field) {
			const line = node(field + "-problem");
			line.textContent = words[found[field]];
			line.hidden = false;
			const input = field === "agreement_signature" ? node("pad") : node(field);
			input.setAttribute("aria-invalid", "true");
		});
		if (fields.length) {
			const first = fields[0] === "agreement_signature" ? node("pad") : node(fields[0]);
			const radio = first.querySelector && first.querySelector("input[type=radio]");
			(radio || first).focus();
			first.scrollIntoView({ block: "center" });
		}
		return !fields.length;
	}

	function clear_problems() {
		Array.prototype.forEach.call(form.querySelectorAll(".problem"), function (line) {
			line.hidden = true;
		});
		Array.prototype.forEach.call(form.querySelectorAll("[aria-invalid]"), function (input) {
			input.removeAttribute("aria-invalid");
		});
	}

	// Reading over
	// ------------
	function draw_review() {
		const box = node("overview");
		const answers = get_answers();
		box.textContent = "";
		STEPS.slice(0, -1).forEach(function (name) {
			const part = form.querySelector("[data-step=" + name + "]");
			const group = element(box, "div", "", "overview");
			element(group, "h3", part.querySelector("h2").textContent);
			if (name === "papers") {
				element(group, "p", fill(words.papers_count, papers.of("paper").length), "value");
			} else if (name === "signature") {
				draw_signature(group, answers);
			} else {
				draw_values(group, part, answers);
			}
			const change = element(group, "button", words.change, "second");
			change.type = "button";
			change.setAttribute("aria-label", words.change + ": " + part.querySelector("h2").textContent);
			change.addEventListener("click", function () {
				go(name);
			});
		});
		look_alike();
	}

	function draw_values(group, part, answers) {
		const list = element(group, "dl", "", "wide");
		Array.prototype.forEach.call(part.querySelectorAll("label[for], legend, label.tick"), function (label) {
			const tick = label.querySelector("input[type=checkbox]");
			const field = tick ? tick.name : label.htmlFor || label.parentNode.id;
			if (tick && !answers[field]) return;
			element(list, "dt", label.textContent.trim());
			element(list, "dd", shown(field, answers, tick), "value");
		});
	}

	function shown(field, answers, tick) {
		if (tick) return words.yes;
		if (!answers[field]) return words.nothing_said;
		if (field === "village") {
			const chosen = form.elements.village.options[form.elements.village.selectedIndex];
			return chosen ? chosen.text : answers[field];
		}
		if (field === "petition_kind") {
			const choice = form.querySelector("[name=petition_kind]:checked");
			return choice.parentNode.querySelector("span").firstChild.textContent;
		}
		return answers[field];
	}

	function draw_signature(group, answers) {
		if (papers.of("agreement_scan").length) return element(group, "p", words.signed_paper, "value");
		if (!signature) return element(group, "p", words.nothing_said, "value");
		const image = element(group, "img");
		image.src = answers.agreement_signature;
		image.alt = words.signed_here;
		return image;
	}

	function look_alike() {
		const box = node("alike");
		const key = saving.key();
		box.hidden = true;
		saving
			.save()
			.then(function () {
				return portal.post("filing.look_alike", { client_key: key });
			})
			.then(function (found) {
				if (key !== saving.key() || (!found.cases.length && !found.has_others)) return;
				box.textContent = "";
				if (found.cases.length) {
					element(box, "p", words.look_alike);
					const list = element(box, "ul");
					found.cases.forEach(function (row) {
						element(list, "li", row.name + " · " + row.state);
					});
				}
				if (found.has_others) element(box, "p", words.others_alike);
				box.hidden = false;
			})
			.catch(function () {}); // a hint; nothing waits for it
	}

	// Filing
	// ------
	function file() {
		const lacking = STEPS.filter(function (name) {
			return Object.keys(problems_of(name, get_answers(), papers.of("agreement_scan").length > 0)).length;
		})[0];
		if (lacking) {
			go(lacking);
			window.setTimeout(function () {
				check(lacking);
			}, 0);
			return;
		}
		const key = saving.key();
		portal.tell(null);
		portal
			.once(node("file"), function () {
				return papers
					.send_all()
					.then(saving.save)
					.then(function () {
						if (papers.has_open()) throw { kind: "papers", message: words.papers_open };
						return portal.post("filing.file_petition", { client_key: key, version: saving.version() });
					})
					.catch(function (problem) {
						if (problem.kind === "network") problem.message = words.no_answer;
						throw problem;
					});
			})
			.then(
				function (receipt) {
					show_done(key, receipt);
				},
				function (problem) {
					if (problem.kind === "held") portal.tell(null);
					if (problem.type === "StaleDraftError") {
						saving.hold();
						meet_newer();
					}
				}
			);
	}

	function show_done(key, receipt) {
		forget(key);
		saving.end();
		node("done-number").textContent = receipt.name;
		node("done-code").textContent = receipt.query_code;
		node("done-due").textContent = receipt.due_on;
		node("done-receipt").href = receipt.url;
		portal.tell(null);
		show("done");
		go_done(key);
		focus_heading(node("done"));
	}

	// The address changes without a further step back to a form that is over
	function go_done(key) {
		if (window.history.replaceState) window.history.replaceState(null, "", "#done/" + key);
	}

	// Wiring
	// ------
	function show_signed() {
		node("pad-state").textContent = signature ? words.signed_here : "";
	}

	const pad =
		form &&
		make_pad(node("pad"), function (address) {
			signature = address;
			show_signed();
			clear_problems();
			saving.keep();
		});

	const saving = make_saving({
		portal: portal,
		kept: kept,
		answers: get_answers,
		step: function () {
			return step;
		},
		show_state: set_state,
		on_newer: meet_newer,
		on_gone: function () {
			ask_gone(saving.key(), here());
		},
		on_filed: function () {
			open(saving.key(), "done");
		},
	});

	const papers =
		form &&
		make_papers({
			portal: portal,
			words: words,
			most: data.most_papers,
			photos: photos,
			draft: saving.key,
			ready: function () {
				return saving.version() ? null : saving.save();
			},
			changed: function () {
				papers.draw(node("paper-list"), "paper");
				papers.draw(node("scan-list"), "agreement_scan");
			},
		});

	function pick(id, part) {
		node(id).addEventListener("change", function () {
			node("paper-problem").hidden = true;
			const is_taken = Array.prototype.every.call(node(id).files, function (chosen) {
				return papers.take(chosen, part);
			});
			if (!is_taken) {
				node("paper-problem").textContent = fill(words.too_many_papers, data.most_papers);
				node("paper-problem").hidden = false;
			}
			node(id).value = "";
			clear_problems();
			saving.keep();
		});
	}

	if (form) {
		form.addEventListener("input", on_input);
		form.addEventListener("change", on_input);
		form.addEventListener("submit", function (event) {
			event.preventDefault(); // Enter in a field is "next", never a petition filed by accident
			if (step !== STEPS[STEPS.length - 1]) next();
		});
		form.addEventListener("click", function (event) {
			const act = event.target.getAttribute("data-act");
			if (act === "next") next();
			if (act === "back") back();
		});
		form.addEventListener("keydown", function (event) {
			if (event.key === "Enter" && event.target.tagName === "INPUT") {
				event.preventDefault();
				if (step !== STEPS[STEPS.length - 1]) next();
			}
		});
		node("begin").addEventListener("click", begin);
		node("file").addEventListener("click", file);
		node("clear-pad").addEventListener("click", function () {
			signature = "";
			pad.clear();
			show_signed();
			saving.keep();
		});
		pick("camera", "paper");
		pick("gallery", "paper");
		pick("scan", "agreement_scan");
		window.addEventListener("online", papers.send_all);
	}

	const address = read_address();
	if (address.key && form) open(address.key, address.step);
	else start();
})();
