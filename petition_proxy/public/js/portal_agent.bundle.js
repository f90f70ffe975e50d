// The agent's own pages: one script for telling, handing over, papers, remarks, training and finding a case.
// A delivery is first written down on the phone and then sent, so a lost network loses nothing; its key lets the server
// answer a second sending with the first one's receipt.
(function () {
	"use strict";

	const portal = window.petition_portal;
	const words = portal.words;
	const here = portal.data || {};
	const LONGEST_SIDE = 1600; // pixels
	const MOST_UNSHRUNK = 3 * 1024 * 1024; // bytes of a picture that this browser cannot shrink
	const MOST_KEPT = 20;
	const TRY_AGAIN = 15000; // ms
	// Named after the person where the frame knows who that is, so that logging out takes it along, after a question
	const DELIVERIES = (portal.own || "") + "deliveries";

	function each(selector, act, root) {
		Array.prototype.forEach.call((root || document).querySelectorAll(selector), act);
	}

	function quiet() {} // portal.once has said what went wrong

	function reload_with(message) {
		portal.kept.set("said", message);
		window.location.reload();
	}

	function say_what_was_done() {
		const said = portal.kept.get("said");
		portal.kept.remove("said");
		if (said) portal.tell(said, true);
	}

	// Plain acts: what the fields of a form hold is posted, and the page drawn anew
	// ----------------------------------------------------------------------------
	function values_of(form) {
		const values = {};
		each(
			"input[name], select[name], textarea[name]",
			function (field) {
				if (field.type === "checkbox" || field.type === "radio") {
					if (field.hasAttribute("data-list")) values[field.name] = values[field.name] || [];
					if (!field.checked) return;
				}
				if (field.hasAttribute("data-list")) values[field.name].push(field.value);
				else values[field.name] = field.value;
			},
			form
		);
		return values;
	}

	each("form[data-act]", function (form) {
		form.addEventListener("submit", function (event) {
			event.preventDefault();
			const values = values_of(form);
			const needed = form.getAttribute("data-need");
			if (needed && !values[needed].length) return portal.tell(words.choose_nodes);
			portal
				.once(form.querySelector("button[type=submit]"), function () {
					return portal.post(form.getAttribute("data-act"), values);
				})
				.then(function () {
					reload_with(words.done);
				})
				.catch(quiet);
		});
	});

	// Pictures
	// --------
	function read_as_url(file) {
		return new Promise(function (resolve, reject) {
			const reader = new FileReader();
			reader.onload = function () {
				resolve(reader.result);
			};
			reader.onerror = reject;
			reader.readAsDataURL(file);
		});
	}

	// A picture as a smaller JPEG; drawing it leaves out where and when it was taken
	function shrink(file) {
		return new Promise(function (resolve, reject) {
			const address = URL.createObjectURL(file);
			const picture = new Image();
			picture.onload = function () {
				URL.revokeObjectURL(address);
				const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
				const canvas = document.createElement("canvas");
				canvas.width = Math.max(1, Math.round(picture.width * scale));
				canvas.height = Math.max(1, Math.round(picture.height * scale));
				canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
				const data = canvas.toDataURL("image/jpeg", 0.8);
				if (data.indexOf("data:image/jpeg") === 0) resolve(data);
				else reject();
			};
			picture.onerror = function () {
				URL.revokeObjectURL(address);
				reject();
			};
			picture.src = address;
		}).catch(function () {
			if (file.size > MOST_UNSHRUNK) throw { kind: "refused", message: words.no_photo };
			return read_as_url(file);
		});
	}

	function to_blob(data_url) {
		const parts = data_url.split(",");
		const bytes = window.atob(parts[1]);
		const held = new Uint8Array(bytes.length);
		for (let i = 0; i < bytes.length; i++) held[i] = bytes.charCodeAt(i);
		return new Blob([held], { type: parts[0].slice(5).split(";")[0] });
	}

	each("form[data-upload]", function (form) {
		form.addEventListener("submit", function (event) {
			event.preventDefault();
			const file = form.querySelector("input[type=file]").files[0];
			if (!file) return;
			portal
				.once(form.querySelector("button[type=submit]"), function () {
					const is_pdf = file.type === "application/pdf";
					return (is_pdf ? Promise.resolve(file) : shrink(file).then(to_blob)).then(function (content) {
						const sent = new FormData();
						sent.append("petition", form.getAttribute("data-petition"));
						sent.append("file", content, is_pdf ? "paper.pdf" : "photo.jpg");
						return portal.post(form.getAttribute("data-upload"), sent);
					});
				})
				.then(function () {
					reload_with(words.done);
				})
				.catch(quiet);
		});
	});

	// Signature with a finger
	// -----------------------
	function signature_on(canvas) {
		const pen = canvas.getContext("2d");
		let is_down = false;
		let strokes = 0;
		pen.lineWidth = 5;
		pen.lineCap = pen.lineJoin = "round";
		pen.strokeStyle = "#000";

		function place(event) {
			const box = canvas.getBoundingClientRect();
			const point = event.touches ? event.touches[0] : event;
			return [
				((point.clientX - box.left) * canvas.width) / box.width,
				((point.clientY - box.top) * canvas.height) / box.height,
			];
		}
		function begin(event) {
			event.preventDefault();
			is_down = true;
			pen.beginPath();
			pen.moveTo.apply(pen, place(event));
		}
		function draw(event) {
			if (!is_down) return;
			event.preventDefault();
			pen.lineTo.apply(pen, place(event));
			pen.stroke();
			strokes += 1;
		}
		function end() {
			is_down = false;
		}
		if (window.PointerEvent) {
			canvas.addEventListener("pointerdown", begin);
			canvas.addEventListener("pointermove", draw);
			window.addEventListener("pointerup", end);
		} else {
			canvas.addEventListener("touchstart", begin);
			canvas.addEventListener("touchmove", draw);
			window.addEventListener("touchend", end);
		}
		return {
			clear: function () {
				pen.clearRect(0, 0, canvas.width, canvas.height);
				strokes = 0;
			},
			data: function () {
				return strokes > 2 ? canvas.toDataURL("image/png") : "";
			},
		};
	}

	// Deliveries: written down on this phone first
	// --------------------------------------------
	function kept_all() {
		return (portal.kept.get(DELIVERIES) || {}).entries || [];
	}

	function kept_here() {
		return kept_all().filter(function (entry) {
			return entry.agent === here.agent;
		});
	}

	function keep(entry) {
		const entries = kept_all().filter(function (other) {
			return other.key !== entry.key;
		});
		if (entries.length >= MOST_KEPT) return false;
		return portal.kept.set(DELIVERIES, { unsent: true, entries: entries.concat([entry]) });
	}

	function forget(key) {
		const entries = kept_all().filter(function (other) {
			return other.key !== key;
		});
		if (entries.length) portal.kept.set(DELIVERIES, { unsent: true, entries: entries });
		else portal.kept.remove(DELIVERIES);
	}

	function send(entry) {
		const sent = new FormData();
		sent.append("petition", entry.petition);
		sent.append("client_key", entry.key);
		sent.append("seconds_ago", String(Math.max(0, Math.round((Date.now() - entry.at) / 1000))));
		Object.keys(entry.fields).forEach(function (name) {
			if (entry.fields[name]) sent.append(name, entry.fields[name]);
		});
		if (entry.photo) sent.append("photo", to_blob(entry.photo), "photo.jpg");
		return portal.post("service.hand_over", sent);
	}

	let is_sending = false;
	let is_recording = false; // a form is sending its own

	// Sends what is kept, one after the other; stops where there is no network or nobody is logged in.
	function send_kept(is_asked) {
		if (is_sending) return Promise.resolve(0);
		const entries = kept_here().filter(function (entry) {
			return is_asked || !entry.problem; // what was refused is tried again by the agent alone
		});
		if (!entries.length) return Promise.resolve(0);
		is_sending = true;
		let done = 0;
		function next() {
			const entry = entries.shift();
			if (!entry) return Promise.resolve();
			return send(entry).then(
				function () {
					forget(entry.key);
					done += 1;
					return next();
				},
				function (problem) {
					if (problem.kind !== "refused") throw problem;
					entry.problem = problem.message; // stays until the agent has read it
					keep(entry);
					return next();
				}
			);
		}
		return next().then(
			function () {
				is_sending = false;
				return done;
			},
			function (problem) {
				is_sending = false;
				show_kept();
				throw problem;
			}
		);
	}

	function show_kept() {
		const box = document.getElementById("kept");
		if (!box) return;
		const entries = kept_here();
		box.hidden = !entries.length;
		document.getElementById("kept-head").textContent = words.kept_count.replace("{0}", entries.length);
		const list = document.getElementById("kept-list");
		list.textContent = "";
		entries.forEach(function (entry) {
			const line = document.createElement("li");
			line.textContent = entry.petition;
			if (entry.problem) {
				const why = document.createElement("p");
				why.className = "bad";
				why.textContent = entry.problem;
				line.appendChild(why);
				const button = document.createElement("button");
				button.type = "button";
				button.className = "second";
				button.textContent = words.forget;
				button.addEventListener("click", function () {
					if (!window.confirm(words.forget_sure)) return;
					forget(entry.key);
					window.location.reload();
				});
				line.appendChild(button);
			}
			list.appendChild(line);
		});
	}

	function after_sending(done) {
		show_kept();
		if (done) reload_with(words.sent);
	}

	function set_up_kept() {
		const button = document.getElementById("kept-send");
		if (!button) return;
		show_kept();
		button.addEventListener("click", function () {
			portal
				.once(button, function () {
					return send_kept(true);
				})
				.then(after_sending)
				.catch(quiet);
		});
		const try_again = function () {
			if (document.visibilityState !== "hidden" && !is_recording) send_kept().then(after_sending, quiet);
		};
		window.addEventListener("online", try_again);
		window.setInterval(try_again, TRY_AGAIN); // not every phone says that it is online again
		try_again();
	}

	function set_up_delivery() {
		const form = document.getElementById("deliver-form");
		if (!form) return;
		const petition = form.getAttribute("data-petition");
		const pad = signature_on(document.getElementById("sign"));
		const relation = form.querySelector("[name=relation]");
		const receiver = document.getElementById("receiver-field");

		function way() {
			const chosen = form.querySelector("[name=way]:checked");
			return chosen ? chosen.value : "";
		}
		function letter() {
			const chosen = form.querySelector("[name=letter]:checked") || form.querySelector("[name=letter]");
			return chosen ? chosen.value : "";
		}
		function show_parts() {
			each(
				"[data-ways]",
				function (part) {
					part.hidden = part.getAttribute("data-ways").split("|").indexOf(way()) < 0;
				},
				form
			);
			receiver.hidden = relation.value === "The Petitioner";
		}
		function hide_if_kept() {
			const is_kept = kept_here().some(function (entry) {
				return entry.petition === petition && entry.fields.letter === letter();
			});
			form.hidden = is_kept;
		}
		// Only what the way that was chosen asks for; the server asks for the same
		function read() {
			const values = values_of(form);
			const chosen = way();
			const is_by_agent = chosen === "By Agent";
			const is_failed = chosen === "Failed";
			return {
				letter: letter(),
				method: is_failed ? "By Agent" : chosen,
				result: is_failed ? "Failed Attempt" : "Served",
				relation: is_by_agent ? values.relation : "",
				receiver_name: is_by_agent && values.relation !== "The Petitioner" ? values.receiver_name : "",
				signature: is_by_agent ? pad.data() : "",
				witness_1: chosen === "Left with Witness" || chosen === "Refused by Petitioner" ? values.witness_1 : "",
				witness_2: chosen === "Refused by Petitioner" ? values.witness_2 : "",
				refusal_reason: chosen === "Refused by Petitioner" ? values.refusal_reason : "",
				failure_reason: is_failed ? values.failure_reason : "",
				place: values.place,
				served_at: values.served_at,
			};
		}
		function missing(fields, has_photo) {
			const chosen = way();
			const has = function (name) {
				return !!(fields[name] || "").trim();
			};
			if (!chosen) return words.choose_way;
			if (chosen === "Failed") return has("failure_reason") ? "" : words.need_reason;
			if (chosen === "By Agent") {
				if (fields.relation !== "The Petitioner" && !has("receiver_name")) return words.need_receiver;
				return fields.signature || has_photo ? "" : words.need_proof;
			}
			if (chosen === "Left with Witness") return has("witness_1") && has_photo ? "" : words.need_witness;
			return has("refusal_reason") && has("witness_1") && has("witness_2") ? "" : words.need_refusal;
		}

		let entry = null; // the same record, with the same key, until it is sent or changed after a refusal
		function record() {
			is_recording = true;
			const rest = function () {
				is_recording = false;
			};
			const recorded = record_once();
			recorded.then(rest, rest);
			return recorded;
		}
		function record_once() {
			const photo = form.querySelector("[name=photo]").files[0];
			const fields = read();
			const lack = missing(fields, !!photo);
			if (lack) return Promise.reject({ kind: "refused", message: lack });
			return (photo ? shrink(photo) : Promise.resolve("")).then(function (data) {
				entry = entry || { key: portal.key(), agent: here.agent, petition: petition, at: Date.now() };
				entry.fields = fields;
				entry.photo = data;
				const is_kept = keep(entry);
				return send(entry).then(
					function () {
						forget(entry.key);
						reload_with(words.sent);
					},
					function (problem) {
						if (problem.kind === "refused") {
							forget(entry.key); // nothing was written; the form stays to be corrected
							throw problem;
						}
						if (!is_kept) throw { kind: "network", message: words.not_kept };
						show_kept();
						if (problem.kind !== "network") throw problem; // kept, and said what there is to do
						hide_if_kept();
						portal.tell(words.kept, true);
					}
				);
			});
		}

		form.addEventListener("change", function () {
			show_parts();
			hide_if_kept();
		});
		document.getElementById("sign-clear").addEventListener("click", pad.clear);
		form.addEventListener("submit", function (event) {
			event.preventDefault();
			portal.once(form.querySelector("button[type=submit]"), record).catch(quiet);
		});
		show_parts();
		hide_if_kept();
	}

	// Finding a case: posted, so that no name stands in an address; the words stay for the way back
	// ---------------------------------------------------------------------------------------------
	function set_up_search() {
		const form = document.getElementById("search");
		if (!form) return;
		const field = document.getElementById("q");
		const found = document.getElementById("found");
		const listed = document.getElementById("listed");
		const end = document.getElementById("search-end");

		function show(is_found) {
			found.hidden = end.hidden = !is_found;
			listed.hidden = is_found;
		}
		function remember(text) {
			try {
				window.sessionStorage.setItem("petition-proxy:search", text);
			} catch (error) {
				// a browser that keeps nothing looks again
			}
		}
		function look() {
			const text = field.value.trim();
			if (!text) return;
			remember(text);
			portal
				.once(form.querySelector("button[type=submit]"), function () {
					return portal.post("agent_work.find_cases", { text: text });
				})
				.then(function (rows) {
					found.innerHTML = rows; // drawn and escaped by the server
					if (!found.querySelector("a")) found.textContent = words.none_found;
					show(true);
				})
				.catch(quiet);
		}
		form.addEventListener("submit", function (event) {
			event.preventDefault();
			look();
		});
		end.addEventListener("click", function () {
			remember("");
			field.value = "";
			show(false);
			field.focus();
		});
		try {
			field.value = window.sessionStorage.getItem("petition-proxy:search") || "";
		} catch (error) {
			field.value = "";
		}
		look();
	}

	say_what_was_done();
	set_up_kept();
	set_up_delivery();
	set_up_search();
})();
