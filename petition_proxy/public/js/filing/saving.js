// Keeps a draft on the phone at every change and on the server at every step, and finds out when somebody else has saved.

const RETRY = 20000; // ms
const KEYS_KEPT = 20;

// `page` gives: portal, kept, answers(), step(), show_state(word, when), on_newer(found), on_gone(), on_filed()
export function make_saving(page) {
	const portal = page.portal;
	let state = null;
	let running = null;
	let timer = 0;
	let is_held = false; // while the agent chooses between two versions nothing is sent

	function begin(key, entry) {
		window.clearTimeout(timer);
		is_held = false;
		running = null;
		state = {
			key: key,
			version: (entry && entry.version) || 0,
			unacked: (entry && entry.unacked) || [],
			sent: entry && !entry.unsent ? JSON.stringify(entry.answers) : "",
			copy: (entry && entry.copy) || "",
		};
	}

	function is_dirty() {
		return !!state && JSON.stringify(page.answers()) !== state.sent;
	}

	// A page that was opened and left again is no draft
	function is_empty() {
		return Object.keys(page.answers()).every(function (field) {
			return field === "village";
		});
	}

	function keep() {
		if (!state || (!state.version && is_empty())) return;
		const is_kept = page.kept.put({
			key: state.key,
			version: state.version,
			unacked: state.unacked,
			answers: page.answers(),
			step: page.step(),
			copy: state.copy,
			unsent: is_dirty(),
		});
		if (is_dirty()) page.show_state(is_kept ? "kept" : "not_kept");
	}

	// Gives a promise that what stands on the page now is on the server
	function save() {
		if (running)
			return running.then(function () {
				return is_dirty() ? save() : null;
			});
		if (!state || is_held) return Promise.reject({ kind: "held" });
		if (!is_dirty() && state.version) return Promise.resolve();
		const mine = state;
		const save_key = portal.key();
		const answers = page.answers();
		mine.unacked = mine.unacked.concat(save_key).slice(-KEYS_KEPT);
		keep();
		page.show_state("saving");
		running = portal
			.post("filing.save_draft", {
				client_key: mine.key,
				version: mine.version,
				save_key: save_key,
				answers: answers,
				step: page.step(),
				own_keys: mine.unacked.slice(0, -1),
				copy_papers_of: mine.copy,
			})
			.then(
				function (found) {
					running = null;
					if (mine !== state) return null;
					return heard(found, JSON.stringify(answers));
				},
				function (problem) {
					running = null;
					if (mine !== state) return null;
					keep();
					if (problem.kind === "network" || problem.kind === "login") again();
					throw problem;
				}
			);
		return running;
	}

	function heard(found, sent) {
		if (found.state === "saved") {
			state.version = found.version;
			state.unacked = [];
			state.sent = sent;
			state.copy = "";
			page.show_state("saved", found.saved_at);
			keep();
			return null;
		}
		is_held = true;
		keep();
		if (found.state === "newer") page.on_newer(found);
		if (found.state === "gone") page.on_gone();
		if (found.state === "filed") page.on_filed();
		throw { kind: "held" };
	}

	function again() {
		window.clearTimeout(timer);
		timer = window.setTimeout(quietly, RETRY);
	}

	// In the background: what goes wrong is said by the line above the form
	function quietly() {
		if (state && !is_held && is_dirty()) save().catch(function () {});
	}

	window.addEventListener("online", quietly);
	window.addEventListener("pagehide", function () {
		if (state && is_dirty()) keep();
	});

	return {
		begin: begin,
		keep: keep,
		save: save,
		quietly: quietly,
		hold: function () {
			is_held = true;
		},
		end: function () {
			window.clearTimeout(timer);
			state = null;
		},
		key: function () {
			return state ? state.key : "";
		},
		version: function () {
			return state ? state.version : 0;
		},
		// Takes over what the server holds, as the state from which this page goes on
		follow: function (version, answers) {
			state.version = version;
			state.unacked = [];
			state.sent = answers ? JSON.stringify(answers) : state.sent;
			is_held = false;
		},
	};
}
