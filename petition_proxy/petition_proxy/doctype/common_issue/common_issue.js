frappe.ui.form.on("Common Issue", {
	setup(frm) {
		frm.set_query("region", () => ({ filters: { level: ["in", ["Town", "District"]] } }));
		frm.set_query("responsible_unit", () => ({ filters: { is_active: 1, tier: ["!=", "Village"] } }));
		frm.set_query("category", () => ({ filters: { is_restricted: 0 } }));
	},

	refresh(frm) {
		if (frm.is_new()) {
			frm.set_intro(__("Describe what the people have in common, save, then look for like cases."), "blue");
			return;
		}
		frm.trigger("show_next_act");
		frm.trigger("show_cases");
	},

	show_next_act(frm) {
		if (!frm.perm[0]?.write) return;
		if (frm.doc.status === "Open") {
			frm.add_custom_button(__("Find Like Cases"), () => find_cases(frm)).toggleClass(
				"btn-primary",
				!frm.doc.case_count
			);
			if (frm.doc.case_count) {
				frm.add_custom_button(__("Answer All"), () => answer_all(frm)).addClass("btn-primary");
			}
		}
		if (frm.doc.status === "Answered") {
			frm.add_custom_button(__("Close with Its Effect"), () => close(frm)).addClass("btn-primary");
		}
	},

	async show_cases(frm) {
		const name = frm.doc.name;
		const rows = await frappe.db.get_list("Common Issue Case", {
			filters: { common_issue: name },
			fields: ["petition", "status", "result"],
			order_by: "petition asc",
			limit: 200,
		});
		if (frm.doc.name !== name || !rows.length) return;
		frm.$wrapper.find(".common-issue-cases").closest(".form-dashboard-section").remove();
		frm.dashboard.add_section(cases_html(rows), __("Cases"));
		frm.dashboard.show();
		frm.$wrapper.find(".common-issue-cases [data-remove]").on("click", (event) => {
			remove_case(frm, event.currentTarget.dataset.remove);
			return false;
		});
	},
});

function cases_html(rows) {
	const lines = rows.map((row) => {
		const link = `<a href="${frappe.utils.get_form_link("Petition", row.petition)}">${row.petition}</a>`;
		const remove =
			row.status === "In the Group"
				? `<a href="#" data-remove="${row.petition}">${__("Take Out")}</a>`
				: "";
		const result = frappe.utils.escape_html(row.result || "");
		return `<tr><td>${link}</td><td>${__(row.status, null, "Common Issue Case")}</td><td>${result}</td><td>${remove}</td></tr>`;
	});
	return `<table class="table table-condensed common-issue-cases"><tbody>${lines.join("")}</tbody></table>`;
}

async function find_cases(frm) {
	const rows = await frappe.xcall("petition_proxy.api.common_issues.suggest", { issue: frm.doc.name });
	if (!rows.length) {
		frappe.msgprint(__("No open case of this category and place is like this issue."));
		return;
	}
	const dialog = new frappe.ui.Dialog({
		title: __("Like Cases"),
		fields: [
			{
				fieldname: "petitions",
				fieldtype: "MultiCheck",
				label: __("Cases"),
				columns: 1,
				options: rows.map((row) => ({
					value: row.name,
					label: `${row.name} · ${row.subject} · ${Math.round(row.likeness)}%`,
					checked: 1,
				})),
			},
		],
		primary_action_label: __("Add to the Group"),
		async primary_action({ petitions }) {
			await petition_proxy.send(dialog, "petition_proxy.api.common_issues.add_cases", {
				issue: frm.doc.name,
				petitions: petitions || [],
			});
			frm.reload_doc();
		},
	});
	dialog.show();
}

function remove_case(frm, petition) {
	frappe.prompt(
		{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 },
		({ reason }) =>
			frappe
				.xcall("petition_proxy.api.common_issues.remove_case", {
					issue: frm.doc.name,
					petition,
					reason,
				})
				.then(() => frm.reload_doc()),
		__("Take {0} Out", [petition]),
		__("Take Out")
	);
}

function answer_all(frm) {
	if (frm.is_dirty()) {
		frappe.msgprint(__("Save the solution first."));
		return;
	}
	frappe.confirm(__("Send the solution as the reply to all {0} cases of this group?", [frm.doc.case_count]), async () => {
		const rows = await frappe.xcall("petition_proxy.api.common_issues.answer_all", { issue: frm.doc.name });
		if (!rows) {
			frappe.msgprint(__("There are many cases. They are being answered in the background; look again soon."));
			return;
		}
		const left = rows.filter((row) => !row.is_answered);
		const lines = left.map((row) => `<li>${row.petition}: ${frappe.utils.escape_html(row.why_not)}</li>`);
		frappe.msgprint({
			title: __("{0} of {1} cases answered", [rows.length - left.length, rows.length]),
			message: lines.length ? `<ul>${lines.join("")}</ul>` : __("All cases have their answer."),
		});
		frm.reload_doc();
	});
}

function close(frm) {
	frappe.prompt(
		{ fieldname: "effect", fieldtype: "Small Text", label: __("What has changed for the people?"), reqd: 1 },
		({ effect }) =>
			frappe
				.xcall("petition_proxy.api.common_issues.close_issue", { issue: frm.doc.name, effect })
				.then(() => frm.reload_doc()),
		__("Close with Its Effect"),
		__("Close", null, "Petition")
	);
}
