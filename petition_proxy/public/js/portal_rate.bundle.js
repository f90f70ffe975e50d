// The page behind a one-time rating link (www/rate.html). The token stands behind the "#" and leaves the address at once.
import { draw_ratings } from "./portal/ratings.js";

(function () {
	"use strict";

	const portal = window.petition_portal;
	const words = portal.words;
	const section = document.getElementById("rating");
	const form = document.getElementById("rate");
	let token = "";
	let read = null;

	function open_link() {
		const given = decodeURIComponent((window.location.hash || "").slice(1));
		if (!given) return;
		token = given;
		window.history.replaceState(null, "", window.location.pathname);
		form.textContent = "";
		portal.tell(null);
		portal.post("ratings_link.open_link", { secret: { token: token } }).then(function (rows) {
			read = draw_ratings(form, rows, words);
			section.hidden = false;
		}, portal.tell_problem);
	}

	form.addEventListener("submit", function (event) {
		event.preventDefault();
		const given = read();
		if (!Object.keys(given).length) return portal.tell(words.choose_rating);
		portal
			.once(form.querySelector("button[type=submit]"), function () {
				return portal.post("ratings_link.rate", { secret: { token: token }, ratings: given });
			})
			.then(function () {
				token = "";
				section.hidden = true;
				portal.tell(words.rated, true);
			}, function () {});
	});

	window.addEventListener("hashchange", open_link);
	if (window.location.hash.length > 1) open_link();
	else portal.tell(words.no_link);
})();
