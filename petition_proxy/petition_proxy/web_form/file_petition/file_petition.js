// Sentences and facts come with the page, already translated, from file_petition.py.
frappe.init_client_script = () => {
	if (!frappe.web_form_doc.is_new) return;
	const words = frappe.web_form_doc.page_words;
	const facts = frappe.web_form_doc.page_facts;
	const form = frappe.web_form;

	// Made once per opened form: a second tap, or a retry after a lost answer, sends the same key.
	const client_key = make_key();

	if (facts.own_village) form.set_value("village", facts.own_village);
	form.set_value("petition_kind", "Appeal and Request");

	const send = form.save.bind(form);
	form.save = () => {
		form.doc.client_key = client_key;
		return send();
	};

	const show_success = form.handle_success.bind(form);
	form.handle_success = (doc) => {
		show_success(doc);
		tell_number(doc);
	};

	function make_key() {
		if (window.crypto.randomUUID) return window.crypto.randomUUID();
		const bytes = window.crypto.getRandomValues(new Uint8Array(16));
		return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
	}

	function tell_number(doc) {
		const number = `<b class="petition-number">${frappe.utils.escape_html(doc.name)}</b>`;
		const lines = [words.number.replace("{0}", number), words.next];
		if (doc.notice_due_at) {
			const day = frappe.datetime.str_to_user(doc.notice_due_at.slice(0, 10), false, true);
			lines.push(words.due.replace("{0}", day));
		}
		$(".success-message").html(lines.join("<br>"));
	}
};
