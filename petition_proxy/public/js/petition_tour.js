// A walk through the form for each kind of person, from its menu, as often as wanted. Frappe's own onboarding keeps "done"
// once for the whole site, so that the first clerk of a district would finish it for all others.
(function () {
	const ROLES = [
		["Petition Office", office],
		["Town Petition Officer", unit],
		["Department Petition Officer", unit],
		["Handling Unit Head", head],
		["Village Petition Officer", village],
		["Petition System Clerk", clerk],
		["Petition Leader", reader],
		["Petition Auditor", reader],
	];

	frappe.ui.form.on("Petition", {
		refresh(frm) {
			const known = ROLES.find(([role]) => frappe.user.has_role(role));
			if (!known || frm.is_new()) return;
			frm.page.add_menu_item(__("Show Me Around"), () => walk(frm, known[1]()));
		},
	});

	async function walk(frm, steps) {
		const shown = steps.filter(([field]) => frm.fields_dict[field] && frm.get_docfield(field).hidden !== 1);
		frappe.tour["Petition"] = shown.map(([fieldname, title, description]) => ({
			fieldname,
			title,
			description,
			position: "Bottom",
		}));
		await frm.tour.init({});
		// Frappe writes these two in English
		Object.assign(frm.tour.driver.options, { nextBtnText: __("Next"), prevBtnText: __("Previous"), doneBtnText: __("Done") });
		frm.tour.update_driver_steps();
		frm.tour.start();
	}

	const matter = () => [
		["subject", __("The Matter"), __("What the petitioner asks for, in one sentence. Once filed it stands as it was said.")],
		["due_at", __("The Clock"), __("The end of the clock that runs now. It never moves because of an edit; only an approved extension moves it.")],
	];

	function office() {
		return [
			...matter(),
			["petition_kind", __("Kind and Route"), __("They decide the procedure. Setting them anew asks for a reason.")],
			["category", __("Category"), __("It proposes the unit in charge by the table of responsibilities.")],
			["handling_unit", __("Who Has It"), __("The blue button above assigns it; the unit's own clock starts with its receipt.")],
		];
	}

	function unit() {
		return [
			...matter(),
			["reply_class", __("The Promise"), __("Chosen when you accept: one, five, fifteen or thirty days. It cannot be changed afterwards.")],
			["reply_text", __("The Answer"), __("What the petitioner is told. The opinion letter says the same, checked and signed by others than its writer.")],
			["service_method", __("Handing Over"), __("How the reply reached the petitioner. Without proof of service a case is not closed.")],
		];
	}

	function head() {
		return [
			...unit().slice(0, 3),
			["opinion_letter", __("Your Signature"), __("You sign what another person wrote and a third one checked.")],
		];
	}

	function village() {
		return [
			...matter(),
			["agent", __("The Agent"), __("Who acts for the petitioner, and only while the signed agreement lives.")],
			["reply_text", __("On the Spot"), __("What the village settled at once, with the petitioner's consent to an oral answer; else hand it up.")],
			["service_method", __("Handing Over"), __("How the reply reached the petitioner. Without proof of service a case is not closed.")],
		];
	}

	function clerk() {
		return [
			["paper_no", __("The Sheet"), __("Number of the paper register. The same number is never entered twice.")],
			["petitioned_at", __("Its Day"), __("The day written on the paper. The clock starts with it, not with your entry.")],
			...matter(),
		];
	}

	function reader() {
		return [
			...matter(),
			["handling_unit", __("Who Has It"), __("The unit in charge; below stands the whole path with days and names.")],
		];
	}
})();
