// What each step asks for. The server judges again when the petition is filed (domain/privacy.py, checks.py); here it is told
// beside the field, while the petitioner still sits there.

function plain(text) {
	return (text || "").normalize ? (text || "").normalize("NFKC").trim() : (text || "").trim();
}

export function is_phone(text) {
	const number = plain(text).replace(/[\s\-‐-―−_.·()[\]/]+/g, "").replace(/^(\+|00)?86(?=1[3-9]\d{9}$)/, "");
	return /^(1[3-9]\d{9}|0\d{9,11}\d{0,6}|[2-8]\d{6,13}|[48]00\d{7,13}|\+\d{8,15})$/.test(number);
}

export function is_id_number(text) {
	const number = plain(text).replace(/[\s\-._·]+/g, "").toUpperCase().replace(/[×Х]$/, "X");
	if (!/^[1-9]\d{16}[0-9X]$/.test(number)) return false;
	const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
	const total = weights.reduce(function (sum, weight, i) {
		return sum + weight * Number(number[i]);
	}, 0);
	return "10X98765432"[total % 11] === number[17];
}

// Problems of one step: field name to the key of a sentence
export function problems_of(step, answers, has_scan) {
	const found = {};
	const has = function (field) {
		return !!plain(answers[field]);
	};
	if (step === "who") {
		if (!has("new_petitioner_name")) found.new_petitioner_name = "give_name";
		if (has("new_petitioner_phone") && !is_phone(answers.new_petitioner_phone))
			found.new_petitioner_phone = "bad_phone";
		if (has("new_petitioner_id_number") && !is_id_number(answers.new_petitioner_id_number))
			found.new_petitioner_id_number = "bad_id";
		if (!has("new_petitioner_phone") && !has("new_petitioner_id_number"))
			found.new_petitioner_phone = "give_phone_or_id";
	}
	if (step === "where" && !has("village")) found.village = "give_village";
	if (step === "what") {
		if (!has("petition_kind")) found.petition_kind = "give_kind";
		if (!has("subject")) found.subject = "give_subject";
		if (!has("content")) found.content = "give_content";
	}
	if (step === "signature") {
		if (!answers.powers_agreed) found.powers_agreed = "tick_powers";
		if (!answers.agreement_signature && !has_scan) found.agreement_signature = "sign";
	}
	return found;
}
