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
	// Gives a promise: of the answer, or refused with { kind, message, type }, kind being one of
	// "network", "login", "other", "often", "refused" (the server says why, type is its exception) and "failed".
	// Where the person has logged in again in another window, the page takes over the new token and tries once more.
	portal.post = function (method, args) {
		return send(method, args).catch(function (problem) {
			if (problem.kind !== "login" && problem.status !== 403) throw problem;
			return take_over_session(problem).then(function () {
				return send(method, args);
			});
		});
	};

	function send(method, args) {
		return new Promise(function (resolve, reject) {
			const request = new XMLHttpRequest();
			const is_form = window.FormData && args instanceof FormData;
			request.open("POST", "/api/method/petition_proxy.api." + method);
			request.timeout = TIMEOUT;
			request.setRequestHeader("Accept", "application/json");
			request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
			// a session that has just begun takes any token: so the server is told who this page belongs to
			if (portal.user) request.setRequestHeader("X-Portal-User", portal.user);
			if (meta(document, "csrf-token"))
				request.setRequestHeader("X-Frappe-CSRF-Token", meta(document, "csrf-token"));
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
	}

	function meta(page, name) {
		const node = page.querySelector("meta[name=" + name + "]");
		return node ? node.content : "";
	}

	// Whose session is it by now? Asks for this page once more and compares.
	function take_over_session(problem) {
		return new Promise(function (resolve, reject) {
			const request = new XMLHttpRequest();
			request.open("GET", window.location.pathname + window.location.search);
			request.timeout = TIMEOUT;
			request.onerror = request.ontimeout = function () {
				reject({ kind: "network", message: portal.words.no_network });
			};
			request.onload = function () {
				const page = new DOMParser().parseFromString(request.responseText, "text/html");
				const user = meta(page, "portal-user");
				const token = meta(page, "csrf-token");
				if (!user && portal.user) return reject({ kind: "login", message: portal.words.log_in });
				if (portal.user && user !== portal.user)
					return reject({ kind: "other", message: portal.words.other_user });
				if (!token || token === meta(document, "csrf-token")) return reject(problem);
				let node = document.querySelector("meta[name=csrf-token]");
				if (!node) {
					node = document.head.appendChild(document.createElement("meta"));
					node.name = "csrf-token";
				}
				node.content = token;
				resolve();
			};
			request.send();
		});
	}

	// Who is logged in, as a key that says nothing; empty for a guest
	portal.user = meta(document, "portal-user");

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
		const problem = { kind: "failed", message: portal.words.failed, status: status, type: answer.exc_type };
		if (is_out) {
			problem.kind = "login";
			problem.message = portal.words.log_in;
		} else if (status === 429) {
			problem.kind = "often";
			problem.message = said || portal.words.too_often;
		} else if (status >= 400 && status < 500 && said) {
			problem.kind = "refused";
			problem.message = said;
		} else if (status === 403) {
			problem.kind = "login";
			problem.message = portal.words.log_in;
		}
		return problem;
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

	// What is kept for one person stands under a name that begins with this; `unsent` in it says that the server lacks some
	portal.own = "own:" + portal.user + ":";

	function own_names() {
		const names = [];
		try {
			for (let i = 0; i < window.localStorage.length; i++) {
				const name = window.localStorage.key(i).replace("petition-proxy:", "");
				if (portal.user && name.indexOf(portal.own) === 0) names.push(name);
			}
		} catch (error) {
			// nothing was kept
		}
		return names;
	}

	// Who logs out leaves nothing of petitioners on the phone, and is asked first where something would be lost
	document.addEventListener("click", function (event) {
		const link = event.target.closest && event.target.closest('a[href*="web_logout"]');
		if (!link) return;
		const names = own_names();
		const is_unsent = names.some(function (name) {
			return (portal.kept.get(name) || {}).unsent;
		});
		if (is_unsent && !window.confirm(portal.words.unsent)) return event.preventDefault();
		portal.is_leaving = true;
		names.forEach(portal.kept.remove);
		if (window.indexedDB && portal.user) window.indexedDB.deleteDatabase("petition-proxy-" + portal.user);
	});

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
