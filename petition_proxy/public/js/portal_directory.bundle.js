// Service points near a phone. Without a position the forms of the page remain; browsers give one only to secure pages.
(function () {
	"use strict";

	if (!navigator.geolocation || !window.fetch || !window.isSecureContext) return;
	const words = window.petition_portal.words;
	const list = document.getElementById("near-list");
	const status = document.getElementById("near-status");
	document.getElementById("near").hidden = false;

	function line(tag, text, parent) {
		const node = document.createElement(tag);
		node.textContent = text;
		parent.appendChild(node);
		return node;
	}

	function distance(metres) {
		return metres >= 1000
			? words.far.replace("{0}", (metres / 1000).toFixed(1))
			: words.metres.replace("{0}", metres);
	}

	function show(points) {
		status.textContent = points.length ? "" : words.nothing;
		points.forEach(function (point) {
			const item = document.createElement("li");
			line("h3", point.point_name, item);
			line("p", distance(point.metres), item).className = "note";
			if (point.address) line("p", point.address, item).className = "note";
			if (point.phone) {
				const call = line("a", point.phone, line("p", "", item));
				call.className = "line";
				call.href = "tel:" + point.phone.replace(/[^\d+]/g, "");
			}
			const link = line("a", words.agents, item);
			link.className = "line";
			link.href =
				"/agent-directory?town=" +
				encodeURIComponent(point.town_name) +
				"&village=" +
				encodeURIComponent(point.village_name);
			list.appendChild(item);
		});
	}

	// Without cookies: where somebody is must not be known together with who it is
	function ask(position) {
		const place = {
			latitude: +position.coords.latitude.toFixed(3),
			longitude: +position.coords.longitude.toFixed(3),
		};
		return window
			.fetch("/api/method/petition_proxy.api.directory.nearby", {
				method: "POST",
				credentials: "omit",
				headers: { "Content-Type": "application/json", Accept: "application/json" },
				body: JSON.stringify(place),
			})
			.then(function (answer) {
				if (answer.status === 429) throw new Error(words.busy);
				if (!answer.ok) throw new Error(words.near_failed);
				return answer.json();
			})
			.then(function (data) {
				show(data.message);
			})
			.catch(function (error) {
				status.textContent = error.message === words.busy ? words.busy : words.near_failed;
			});
	}

	document.getElementById("near-button").addEventListener("click", function () {
		list.textContent = "";
		status.textContent = words.looking;
		navigator.geolocation.getCurrentPosition(
			ask,
			function () {
				status.textContent = words.refused;
			},
			{ timeout: 15000, maximumAge: 60000 }
		);
	});
})();
