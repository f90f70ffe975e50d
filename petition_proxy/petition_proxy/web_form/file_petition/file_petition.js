frappe.ready(() => {
	const form = () => frappe.web_form;
	const is_form = frappe.web_form_doc && !frappe.web_form_doc.is_list;
	if (!is_form || !frappe.web_form_doc.is_new) return;

	// Made once per opened form: a second tap, or a retry after a lost answer, sends the same key.
	const client_key = make_key();

	frappe.init_client_script = () => {
		form().validate = () => {
			form().doc.client_key = client_key;
			return has_phone_or_id() && has_signature();
		};
		const show_success = form().handle_success.bind(form());
		form().handle_success = (doc) => {
			show_success(doc);
			tell_number(doc);
		};
		form().set_value("village", "{{ own_village or '' }}");
		form().set_value("petition_kind", "Appeal and Request");
	};

	function make_key() {
		if (window.crypto?.randomUUID) return window.crypto.randomUUID();
		const bytes = window.crypto.getRandomValues(new Uint8Array(16));
		return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
	}

	function has_phone_or_id() {
		if (form().get_value("new_petitioner_phone") || form().get_value("new_petitioner_id_number")) return true;
		frappe.msgprint(__("Give the petitioner's phone or ID number."));
		return false;
	}

	function has_signature() {
		if (form().get_value("agreement_signature") || form().get_value("agreement_scan")) return true;
		frappe.msgprint(__("Let the petitioner sign, or attach a photo of the signed paper."));
		return false;
	}

	function tell_number(doc) {
		const due = doc.notice_due_at ? frappe.datetime.str_to_user(doc.notice_due_at.slice(0, 10), false, true) : "";
		const words = [
			__("Petition No. {0}", [`<b class="petition-number">${frappe.utils.escape_html(doc.name)}</b>`]),
			__("The petition office now gives it to the unit in charge."),
			due ? __("By {0} the petitioner must be told whether it is accepted.", [due]) : "",
		];
		$(".success-message").html(words.filter(Boolean).join("<br>"));
	}
});
