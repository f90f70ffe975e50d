// The petitioner's way in and the page of the one case that was opened (www/my-petition.html).
import { draw_ratings } from "./portal/ratings.js";

(function () {
	"use strict";

	const portal = window.petition_portal;
	const words = portal.words;
	const data = portal.data || {};
	const form = document.getElementById("look-up");
	const TOLD = "petition-told";

	if (!data.by_account) portal.login = "/my-petition";

	// What a QR code brought along stands behind the "#", which the server is never sent
	function from_slip() {
		const text = decodeURIComponent((window.location.hash || "").slice(1));
		const dot = text.lastIndexOf(".");
		return dot > 0 ? { number: text.slice(0, dot), code: text.slice(dot + 1) } : null;
	}

	function clear_address() {
		window.history.replaceState(null, "", window.location.pathname);
	}

	function open_case() {
		window.location.replace("/my-petition");
	}

	if (form) way_in();
	else if (data.token) page_of_case();

	function way_in() {
		fill_from_slip();
		window.addEventListener("hashchange", fill_from_slip);
		form.addEventListener("submit", function (event) {
			event.preventDefault();
			const secret = {};
			const empty = ["number", "code", "digits"].filter(function (name) {
				secret[name] = form.elements[name].value.trim();
				mark(form.elements[name], !secret[name]);
				return !secret[name];
			});
			if (empty.length) {
				portal.tell(words.fill_in);
				return form.elements[empty[0]].focus();
			}
			portal
				.once(form.querySelector("button[type=submit]"), function () {
					return portal.post("petitioner.look_up", { secret: secret });
				})
				.then(function () {
					form.reset();
					open_case();
				}, function () {});
		});
	}

	function fill_from_slip() {
		const slip = from_slip();
		if (!slip) return;
		clear_address();
		form.elements.number.value = slip.number;
		form.elements.code.value = slip.code;
		form.elements.digits.focus();
	}

	function mark(field, is_wrong) {
		if (is_wrong) field.setAttribute("aria-invalid", "true");
		else field.removeAttribute("aria-invalid");
	}

	function page_of_case() {
		const slip = from_slip();
		if (slip) {
			// another slip was scanned while this case was open: its own way in, with what it brought
			if (slip.number !== data.number) {
				portal.post("petitioner.leave").then(function () {
					window.location.reload();
				});
				return;
			}
			clear_address();
		}
		portal.headers["X-Case-Token"] = data.token;
		tell_what_was_done();
		document.getElementById("leave").addEventListener("click", function (event) {
			portal
				.once(event.currentTarget, function () {
					return portal.post("petitioner.leave");
				})
				.then(open_case, function () {});
		});
		ratings();
		review();
		papers();
		Array.prototype.forEach.call(document.querySelectorAll(".two-steps"), two_steps);
		account();
	}

	// After its time is over a case may have been opened anew in another window: then the act goes through with the new
	// token, and nothing typed is lost. Of another case it is refused.
	function act(method, args) {
		return portal.post("petitioner." + method, args).catch(function (problem) {
			const is_stale = problem.kind === "login" || problem.type === "ForgedRequestError";
			if (!is_stale) throw problem;
			return portal.post("petitioner.renew", { mark: data.mark }).then(function (token) {
				portal.headers["X-Case-Token"] = token;
				return portal.post("petitioner." + method, args);
			});
		});
	}

	function send(button, method, args, said) {
		return portal
			.once(button, function () {
				return act(method, args);
			})
			.then(function () {
				keep_told(said);
				open_case();
			}, function () {});
	}

	// The page is drawn anew after an act; what was done is said there
	function keep_told(said) {
		try {
			window.sessionStorage.setItem(TOLD, said);
		} catch (error) {
			// then the page alone shows it
		}
	}

	function tell_what_was_done() {
		try {
			const said = window.sessionStorage.getItem(TOLD);
			window.sessionStorage.removeItem(TOLD);
			if (said && words[said]) portal.tell(words[said], true);
		} catch (error) {
			// nothing was kept
		}
	}

	function button_of(node) {
		return node.querySelector("button[type=submit]");
	}

	function ratings() {
		const node = document.getElementById("rate");
		if (!node) return;
		const read = draw_ratings(node, data.ratings, words);
		node.addEventListener("submit", function (event) {
			event.preventDefault();
			const given = read();
			if (!Object.keys(given).length) return portal.tell(words.choose_rating);
			send(button_of(node), "rate", { ratings: given, round_no: data.round }, "rated");
		});
	}

	function review() {
		const node = document.getElementById("review");
		if (!node) return;
		node.addEventListener("submit", function (event) {
			event.preventDefault();
			const kind = node.querySelector("input[name=superior_kind]:checked");
			const args = {
				reasons: node.elements.reasons.value,
				late_reason: node.elements.late_reason.value,
				superior_kind: kind ? kind.value : "",
			};
			if (!said(node.elements.reasons)) return;
			send(button_of(node), "ask_review", args, "asked");
		});
	}

	function said(field) {
		const is_empty = !field.value.trim();
		mark(field, is_empty);
		if (is_empty) {
			portal.tell(words.say_why);
			field.focus();
		}
		return !is_empty;
	}

	function papers() {
		const node = document.getElementById("add-paper");
		if (!node) return;
		let key = portal.key();
		node.elements.file.addEventListener("change", function () {
			key = portal.key(); // another file is another paper
		});
		node.addEventListener("submit", function (event) {
			event.preventDefault();
			const file = node.elements.file.files[0];
			if (!file) return portal.tell(words.choose_paper);
			const args = new FormData();
			args.append("key", key);
			args.append("file", file, file.name);
			send(button_of(node), "add_paper", args, "paper_kept");
		});
	}

	// What cannot be undone is asked twice
	function two_steps(node) {
		const first = node.querySelector("[data-step='1']");
		const second = node.querySelector("[data-step='2']");
		const show = function (is_second) {
			first.hidden = is_second;
			second.hidden = !is_second;
			(is_second ? second.querySelector("button") : node.elements.reason).focus();
		};
		node.querySelector("[data-back]").addEventListener("click", function () {
			show(false);
		});
		node.addEventListener("submit", function (event) {
			event.preventDefault();
			if (second.hidden) {
				if (said(node.elements.reason)) show(true);
				return;
			}
			send(
				button_of(second),
				node.getAttribute("data-act"),
				{ reason: node.elements.reason.value },
				node.getAttribute("data-said")
			);
		});
	}

	function account() {
		const node = document.getElementById("account");
		if (!node) return;
		node.addEventListener("submit", function (event) {
			event.preventDefault();
			const field = node.elements;
			if (field.password.value !== field.again.value) return portal.tell(words.same_password);
			const secret = { name: field.namedItem("name").value.trim(), password: field.password.value };
			send(button_of(node), "open_account", { secret: secret }, "account");
		});
	}
})();
