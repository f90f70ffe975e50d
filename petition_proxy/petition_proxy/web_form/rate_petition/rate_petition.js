// Sentences come with the page, already translated, from rate_petition.py.
frappe.init_client_script = () => {
	if (!frappe.web_form_doc.is_new) return;
	const words = frappe.web_form_doc.page_words;
	const form = frappe.web_form;
	const offered = form.get_field("petition").df.options.filter((option) => option.value);

	// Every set value redraws the form, and what is being typed meanwhile is lost: the choices appear after the last one.
	const first_values = [form.set_value("rated_party", "Handling Unit")];
	if (offered.length === 1) first_values.push(form.set_value("petition", offered[0].value));
	Promise.all(first_values).then(show_choices);
	if (!offered.length) {
		$(".web-form-introduction").text(words.nothing_to_rate);
		$(".web-form .web-form-body, .submit-btn").addClass("hide");
	}

	// Three large buttons are easier to hit than a list that must be opened first.
	function show_choices() {
		const field = form.get_field("rating");
		const choices = $(`<div class="rating-choice" role="group"></div>`);
		["Satisfied", "Basically Satisfied", "Dissatisfied"].forEach((rating) => {
			$(`<button type="button" class="btn btn-default"></button>`)
				.text(__(rating))
				.attr({ "data-rating": rating, "aria-pressed": "false" })
				.on("click", async () => {
					choices.find(".btn").attr("aria-pressed", "false");
					await form.set_value("rating", rating);
					choices.find(`[data-rating="${rating}"]`).attr("aria-pressed", "true");
				})
				.appendTo(choices);
		});
		field.$wrapper.find(".control-input-wrapper").hide().after(choices);
	}
};
