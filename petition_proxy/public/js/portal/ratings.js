// The form by which a petitioner rates unit and agent, drawn from the rows of `rateable` (evaluation/acts.py). Used on the
// page of a case and on the page behind a rating link.

const GRADES = [
	["Satisfied", "satisfied"],
	["Basically Satisfied", "basically_satisfied"],
	["Dissatisfied", "dissatisfied"],
];

function make(tag, attributes, text) {
	const node = document.createElement(tag);
	Object.keys(attributes || {}).forEach(function (name) {
		node.setAttribute(name, attributes[name]);
	});
	if (text) node.textContent = text;
	return node;
}

function say(text, first, second) {
	return text.replace("{0}", first || "").replace("{1}", second || "");
}

// Fills the form. Gives a function that reads it: { party: { rating, reasons, words } } of the parties that were rated.
export function draw_ratings(form, rows, words) {
	const parts = [];
	rows.forEach(function (row, number) {
		const id = "rate-" + number;
		const set = make("fieldset", { "data-party": row.party });
		set.appendChild(make("legend", {}, row.word));
		const note = row.is_rated
			? say(row.can_rate ? words.rated_change : words.rated_done, row.rated_on, row.until)
			: say(row.can_rate ? words.rate_until : words.too_late, row.until);
		set.appendChild(make("p", { class: "hint" }, note));
		if (row.is_rated && row.can_rate) set.appendChild(make("p", { class: "hint" }, words.not_shown));
		form.appendChild(set);
		if (!row.can_rate) return;
		const choice = make("div", { class: "choice" });
		GRADES.forEach(function (grade) {
			const label = make("label");
			label.appendChild(make("input", { type: "radio", name: id, value: grade[0] }));
			label.appendChild(make("span", {}, words[grade[1]]));
			choice.appendChild(label);
		});
		set.appendChild(choice);
		const more = make("div", { hidden: "" });
		const reasons = make("fieldset", { class: "reasons" });
		reasons.appendChild(make("legend", {}, words.tick_reasons));
		[row.good, row.bad].forEach(function (list, is_bad) {
			list.forEach(function (reason) {
				const label = make("label", { class: "tick", "data-kind": is_bad ? "bad" : "good" });
				label.appendChild(make("input", { type: "checkbox", value: reason[0] }));
				label.appendChild(make("span", {}, reason[1]));
				reasons.appendChild(label);
			});
		});
		more.appendChild(reasons);
		const field = make("div", { class: "field" });
		field.appendChild(make("label", { for: id + "-words" }, words.say_more));
		field.appendChild(make("textarea", { id: id + "-words", maxlength: "1000" }));
		more.appendChild(field);
		set.appendChild(more);
		set.addEventListener("change", function () {
			const chosen = set.querySelector("input[type=radio]:checked");
			more.hidden = !chosen;
			if (!chosen) return;
			const wanted = chosen.value === "Satisfied" ? "good" : "bad";
			Array.prototype.forEach.call(reasons.querySelectorAll("label"), function (label) {
				label.hidden = label.getAttribute("data-kind") !== wanted;
			});
		});
		parts.push({ party: row.party, set: set });
	});
	if (parts.length) form.appendChild(make("button", { type: "submit" }, words.send_rating));
	return function () {
		const given = {};
		parts.forEach(function (part) {
			const chosen = part.set.querySelector("input[type=radio]:checked");
			if (!chosen) return;
			const ticked = part.set.querySelectorAll("label.tick:not([hidden]) input:checked");
			given[part.party] = {
				rating: chosen.value,
				reasons: Array.prototype.map.call(ticked, function (box) {
					return box.value;
				}),
				words: part.set.querySelector("textarea").value,
			};
		});
		return given;
	};
}
