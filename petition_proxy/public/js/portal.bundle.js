// Shared by all pages for agents, petitioners and the public. Plain scripts without a library: old phones and the browser
// inside a messenger run them, and a bad network carries them.
(function () {
	"use strict";

	const portal = (window.petition_portal = {});
	const TIMEOUT = 45000; // ms; a photo on a village network takes its time

	function read(id) {
		const node = document.getElementById(id);
		return node ? JSON.parse(node.textContent) : null;
	}

	portal.words = read("words") || {};
	portal.data = read("data");
	portal.headers = {}; // that a page sends along with each act
	portal.login = "/login"; // where one whose time is over gets in again

	// Calls one of our endpoints. `args` is an object, or FormData where a file goes along.
	// Gives a promise: of the answer, or refused with { kind, message }, kind being one of
	// "network", "login", "often", "refused" (the server says why) and "failed".
	portal.post = function (method, args) {
		return new Promise(function (resolve, reject) {
			const request = new XMLHttpRequest();
			const is_form = window.FormData && args instanceof FormData;
			request.open("POST", "/api/method/petition_proxy.api." + method);
			request.timeout = TIMEOUT;
			request.setRequestHeader("Accept", "application/json");
			request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
			const token = document.querySelector("meta[name=csrf-token]");
			if (token) request.setRequestHeader("X-Frappe-CSRF-Token", token.content);
			if (!is_form) request.setRequestHeader("Content-Type", "application/json");
			Object.keys(portal.headers).forEach(function (name) {
				request.setRequestHeader(name, portal.headers[name]);
			});
			request.onerror = function () {
				reject({ kind: "network", message: portal.words.no_network });
			};
			request.ontimeout = function () {
				reject({ kind: "network", message: portal.words.slow });
			};
			request.onload = function () {
				const answer = parse(request.responseText) || {};
				if (request.status === 200) return resolve(answer.message);
				const problem = explain(request.status, answer);
				problem.type = answer.exc_type;
				reject(problem);
			};
			request.send(is_form ? args : JSON.stringify(args || {}));
		});
	};

	function parse(text) {
		try {
			return JSON.parse(text);
		} catch (error) {
			return null;
		}
	}

	function explain(status, answer) {
		const said = sentences(answer);
		const is_out = status === 401 || answer.session_expired || answer.exc_type === "CSRFTokenError";
		if (is_out) return { kind: "login", message: portal.words.log_in };
		if (status === 429) return { kind: "often", message: said || portal.words.too_often };
		if (status >= 400 && status < 500 && said) return { kind: "refused", message: said };
		if (status === 403) return { kind: "login", message: portal.words.log_in };
		return { kind: "failed", message: portal.words.failed };
	}

	// Frappe sends sentences as JSON in JSON, some with marks of bold type
	function sentences(answer) {
		const list = parse(answer._server_messages || "[]") || [];
		return list
			.map(function (text) {
				const message = (parse(text) || {}).message || "";
				return new DOMParser().parseFromString(message, "text/html").body.textContent;
			})
			.filter(Boolean)
			.join(" ");
	}

	// A sentence at the head of the page, read out by a screen reader; null takes it away
	portal.tell = function (message, is_good) {
		const box = document.getElementById("tell");
		box.hidden = !message;
		box.className = is_good ? "tell good" : "tell";
		box.textContent = message || "";
		if (message && box.scrollIntoView) box.scrollIntoView({ block: "center" });
		return box;
	};

	// Says what went wrong; one who was logged out gets a button that opens the login page beside this one
	portal.tell_problem = function (problem) {
		const box = portal.tell((problem && problem.message) || portal.words.failed);
		if (problem && problem.kind === "login") {
			const link = document.createElement("a");
			link.className = "button";
			link.href = portal.login;
			link.target = "_blank";
			link.rel = "noopener";
			link.textContent = portal.words.log_in_button;
			box.appendChild(link);
		}
	};

	// Runs an act once: the button rests until it is over, so that a double tap is one tap
	portal.once = function (button, act) {
		if (button.getAttribute("aria-busy") === "true") return Promise.resolve();
		const label = button.textContent;
		button.setAttribute("aria-busy", "true");
		button.disabled = true;
		button.textContent = portal.words.working;
		const rest = function () {
			button.removeAttribute("aria-busy");
			button.disabled = false;
			button.textContent = label;
		};
		return act().then(
			function (answer) {
				rest();
				return answer;
			},
			function (problem) {
				rest();
				portal.tell_problem(problem);
				throw problem;
			}
		);
	};

	portal.key = function () {
		const bytes = new Uint8Array(16);
		(window.crypto || window.msCrypto).getRandomValues(bytes);
		return Array.prototype.map
			.call(bytes, function (byte) {
				return ("0" + byte.toString(16)).slice(-2);
			})
			.join("");
	};

	// What a phone may refuse to keep (private mode, full disk) must not stop a page
	portal.kept = {
		get: function (name) {
			try {
				return parse(window.localStorage.getItem("petition-proxy:" + name));
			} catch (error) {
				return null;
			}
		},
		set: function (name, value) {
			try {
				window.localStorage.setItem("petition-proxy:" + name, JSON.stringify(value));
				return true;
			} catch (error) {
				return false;
			}
		},
		remove: function (name) {
			try {
				window.localStorage.removeItem("petition-proxy:" + name);
			} catch (error) {
				// nothing was kept
			}
		},
	};

	function show_looks() {
		const looks = portal.kept.get("looks") || {};
		const buttons = document.querySelectorAll("#looks button");
		Array.prototype.forEach.call(buttons, function (button) {
			const name = button.getAttribute("data-look");
			const show = function () {
				document.documentElement.classList.toggle(name, !!looks[name]);
				button.setAttribute("aria-pressed", looks[name] ? "true" : "false");
			};
			button.addEventListener("click", function () {
				looks[name] = !looks[name];
				portal.kept.set("looks", looks);
				show();
			});
			show();
		});
		const bar = document.getElementById("looks");
		if (bar) bar.hidden = false;
	}

	show_looks();
})();
