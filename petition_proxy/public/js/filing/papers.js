// Photos of a draft: shrunk, sent at once, one after the other; what fails stays in hand and is tried again.

import { shrink } from "./shrink.js";

const ENDINGS = { "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "application/pdf": "pdf" };

// `page` gives: portal, words, most, photos (store), draft() - the key, ready() - promise that the draft is on the server,
// changed() - draw anew
export function make_papers(page) {
	const portal = page.portal;
	let list = [];
	let sending = Promise.resolve();

	function of(part) {
		return list.filter(function (paper) {
			return paper.part === part;
		});
	}

	function take(file, part) {
		if (part === "paper" && of("paper").length >= page.most) return false;
		if (part !== "paper") of(part).forEach(remove);
		const paper = { key: portal.key(), part: part, state: "waiting", is_picture: /^image\//.test(file.type) };
		const draft = page.draft();
		list.push(paper);
		page.changed();
		shrink(file).then(function (blob) {
			paper.blob = blob;
			if (window.URL && paper.is_picture) paper.url = URL.createObjectURL(blob);
			page.changed();
			const kept = { key: paper.key, draft: draft, part: part, blob: blob };
			page.photos.put(kept).then(function (is_kept) {
				paper.is_kept = is_kept !== false;
				page.changed();
			});
			send(paper);
		});
		return true;
	}

	function send(paper) {
		if (paper.state === "sent" || paper.state === "sending" || !paper.blob) return sending;
		const draft = page.draft();
		paper.state = "sending";
		paper.message = "";
		page.changed();
		sending = sending
			.then(page.ready)
			.then(function () {
				if (paper.is_gone) return null;
				const form = new FormData();
				form.append("client_key", draft);
				form.append("paper_key", paper.key);
				form.append("part", paper.part);
				form.append("file", paper.blob, "paper." + (ENDINGS[paper.blob.type] || "jpg"));
				return portal.post("filing.add_paper", form);
			})
			.then(
				function (answer) {
					page.photos.remove(paper.key);
					if (!answer) return;
					if (paper.is_gone)
						return portal.post("filing.remove_paper", { client_key: draft, paper: answer.name });
					paper.state = "sent";
					paper.name = answer.name;
					paper.url = paper.url || answer.url;
				},
				function (problem) {
					paper.state = "failed";
					paper.message = problem.kind === "network" ? "" : problem.message;
					paper.is_refused = problem.kind === "refused";
				}
			)
			.then(page.changed, page.changed);
		return sending;
	}

	function send_all() {
		list.forEach(function (paper) {
			if (!paper.is_refused) send(paper);
		});
		return sending;
	}

	function remove(paper) {
		paper.is_gone = true;
		list = list.filter(function (other) {
			return other !== paper;
		});
		page.photos.remove(paper.key);
		page.changed();
		if (paper.state !== "sent") return;
		portal
			.post("filing.remove_paper", { client_key: page.draft(), paper: paper.name })
			.catch(function (problem) {
				paper.is_gone = false;
				list.push(paper);
				page.changed();
				portal.tell_problem(problem);
			});
	}

	// What a draft holds: papers on the server, and those kept on this phone that never arrived
	function load(stored) {
		const draft = page.draft();
		list = (stored || []).map(function (row) {
			return { key: row.key, part: row.part, name: row.name, url: row.url, is_picture: row.is_picture, state: "sent" };
		});
		page.changed();
		return page.photos.of(draft).then(function (kept) {
			if (draft !== page.draft()) return;
			kept.forEach(function (photo) {
				const is_there = list.some(function (paper) {
					return paper.key === photo.key;
				});
				if (is_there) return page.photos.remove(photo.key);
				list.push({
					key: photo.key,
					part: photo.part,
					blob: photo.blob,
					url: window.URL ? URL.createObjectURL(photo.blob) : "",
					is_picture: /^image\//.test(photo.blob.type),
					state: "failed",
					is_kept: true,
				});
			});
			page.changed();
			send_all();
		});
	}

	function draw(ul, part) {
		ul.textContent = "";
		of(part).forEach(function (paper, number) {
			ul.appendChild(row(paper, number + 1));
		});
	}

	function row(paper, number) {
		const words = page.words;
		const label = paper.part === "paper" ? words.paper.replace("{0}", number) : words.signed_paper;
		const item = document.createElement("li");
		if (paper.is_picture && paper.url) {
			const image = item.appendChild(document.createElement("img"));
			image.src = paper.url;
			image.alt = label;
		} else {
			const sheet = item.appendChild(document.createElement("span"));
			sheet.className = "sheet";
			sheet.textContent = paper.is_picture ? "…" : "PDF";
			sheet.setAttribute("aria-hidden", "true");
		}
		const text = item.appendChild(document.createElement("span"));
		text.className = "words";
		text.appendChild(document.createElement("b")).textContent = label;
		text.appendChild(document.createElement("br"));
		const state = text.appendChild(document.createElement("span"));
		state.className = paper.state === "failed" ? "bad" : "note";
		state.textContent = paper.message || words[sentence(paper)];
		if (paper.state === "failed" && !paper.is_refused) {
			button(item, words.try_again, label).addEventListener("click", function () {
				send(paper);
			});
		}
		button(item, words.remove, label).addEventListener("click", function () {
			remove(paper);
		});
		return item;
	}

	function sentence(paper) {
		if (paper.state !== "failed") return paper.state;
		return paper.is_kept === false ? "lost_paper" : "failed_paper";
	}

	function button(item, label, of_what) {
		const made = item.appendChild(document.createElement("button"));
		made.type = "button";
		made.className = "second";
		made.textContent = label;
		made.setAttribute("aria-label", label + ": " + of_what);
		return made;
	}

	return {
		take: take,
		load: load,
		draw: draw,
		send_all: send_all,
		of: of,
		has_open: function () {
			return list.some(function (paper) {
				return paper.state !== "sent";
			});
		},
		// Moves what never arrived to another draft, when the agent keeps an own version as a new one
		move: function (draft) {
			list.forEach(function (paper) {
				if (paper.state !== "sent" && paper.blob)
					page.photos.put({ key: paper.key, draft: draft, part: paper.part, blob: paper.blob });
			});
		},
	};
}
