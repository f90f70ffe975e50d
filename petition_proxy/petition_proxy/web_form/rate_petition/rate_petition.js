frappe.ready(() => {
	const doc = frappe.web_form_doc;
	if (!doc || doc.is_list || !doc.is_new) return;

	frappe.init_client_script = () => {
		const form = frappe.web_form;
		const asked = frappe.utils.get_query_params().petition;
		const offered = form.get_field("petition").df.options.filter((option) => option.value);
		if (!asked && offered.length === 1) form.set_value("petition", offered[0].value);
		form.set_value("rated_party", "Handling Unit");
		show_choices(form);
		if (!offered.length) {
			$(".web-form-introduction").text(
				__("You have no answered petition yet. You can rate once the reply has reached you.")
			);
			$(".submit-btn").prop("disabled", true);
		}
	};

	function show_choices(form) {
		const field = form.get_field("rating");
		const choices = $(`<div class="rating-choice" role="group"></div>`);
		["Satisfied", "Basically Satisfied", "Dissatisfied"].forEach((rating) => {
			$(`<button type="button" class="btn btn-default"></button>`)
				.text(__(rating))
				.attr({ "data-rating": rating, "aria-pressed": "false" })
				.on("click", () => {
					choices.find(".btn").attr("aria-pressed", "false");
					choices.find(`[data-rating="${rating}"]`).attr("aria-pressed", "true");
					form.set_value("rating", rating);
				})
				.appendTo(choices);
		});
		field.$wrapper.find(".control-input-wrapper").hide().after(choices);
	}
});
