const bulletin_api = "petition_proxy.api.bulletins";

frappe.ui.form.on("Quarterly Bulletin", {
	setup(frm) {
		frm.set_query("district", () => ({ filters: { level: "District" } }));
		for (const table of ["Bulletin Ranking", "Bulletin Proposal"]) {
			frappe.meta.get_docfield(table, "indicator", frm.doc.name).formatter = (code) => __(code || "");
		}
	},

	async onload(frm) {
		if (!frm.is_new()) return;
		const now = new Date();
		const quarter = Math.floor(now.getMonth() / 3);
		frm.set_value("year", quarter ? now.getFullYear() : now.getFullYear() - 1);
		frm.set_value("quarter", String(quarter || 4));
		const { message } = await frappe.db.get_value("Petition Proxy Settings", "Petition Proxy Settings", "district");
		if (message?.district && !frm.doc.district) frm.set_value("district", message.district);
	},

	refresh(frm) {
		if (frm.is_new()) return;
		show_tables(frm);
		frm.add_custom_button(__("Excel"), () => {
			const query = new URLSearchParams({ bulletin: frm.doc.name });
			window.open(`/api/method/${bulletin_api}.download_bulletin?${query}`);
		});
		if (frm.doc.docstatus === 0 && frm.perm[0]?.write) {
			frm.add_custom_button(__("Count Again"), async () => {
				await frappe.xcall(`${bulletin_api}.recount_bulletin`, { bulletin: frm.doc.name });
				frm.reload_doc();
			});
		}
		const proposed = (frm.doc.proposals || []).some((row) => row.level === "Agent");
		if (frm.doc.docstatus === 1 && proposed && frappe.user.has_role("Petition Office")) {
			const label = __("Propose Consequences");
			frm.add_custom_button(label, () => propose(frm));
			frm.change_custom_button_type(label, null, "primary");
		}
	},
});

async function show_tables(frm) {
	const name = frm.doc.name;
	const { message } = await frappe.call({
		method: `${bulletin_api}.get_bulletin_tables`,
		args: { bulletin: name },
		type: "GET",
	});
	const { tables, is_unchanged } = message;
	if (frm.doc.name !== name) return;
	const escape = frappe.utils.escape_html;
	const cells = (row, tag) => row.map((cell) => `<${tag}>${escape(String(cell))}</${tag}>`).join("");
	const html = tables
		.filter((table) => table.rows.length)
		.map((table) => {
			const shown = table.rows.slice(0, 60);
			const more =
				table.rows.length > shown.length
					? `<p class="text-muted">${__("{0} more in the Excel file.", [table.rows.length - shown.length])}</p>`
					: "";
			return `<h5>${escape(__(table.level))}</h5><div style="overflow-x: auto"><table class="table table-bordered">
				<thead><tr>${cells(table.header, "th")}</tr></thead>
				<tbody>${shown.map((row) => `<tr>${cells(row, "td")}</tr>`).join("")}</tbody></table></div>${more}`;
		});
	frm.dashboard.clear_headline();
	if (frm.doc.docstatus === 1 && !is_unchanged) {
		frm.dashboard.set_headline(
			__("The figures on file are not those that were issued. Tell the auditor."),
			"red"
		);
	}
	$(frm.fields_dict.figures_html?.wrapper).html(html.join(""));
}

async function propose(frm) {
	const made = await frappe.xcall("petition_proxy.api.consequences.propose_from_bulletin", {
		bulletin: frm.doc.name,
	});
	frappe.show_alert({ message: __("{0} consequences proposed.", [made.length]), indicator: "green" });
	if (made.length) frappe.set_route("List", "Agent Consequence", { bulletin: frm.doc.name });
}
