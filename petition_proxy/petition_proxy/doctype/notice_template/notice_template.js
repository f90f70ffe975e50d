frappe.ui.form.on("Notice Template", {
	refresh(frm) {
		frm.add_custom_button(__("Preview"), () => preview(frm));
	},
});

async function preview(frm) {
	const { event, channel, language, subject, body } = frm.doc;
	const shown = await frappe.xcall("petition_proxy.api.notices.preview", { event, channel, language, subject, body });
	const dialog = new frappe.ui.Dialog({ title: __("Preview"), fields: [{ fieldname: "text", fieldtype: "HTML" }] });
	const box = $("<div>").css("white-space", "pre-wrap");
	if (shown.subject) box.append($("<p>").append($("<b>").text(shown.subject)));
	box.append($("<p>").text(shown.body));
	if (shown.parts) {
		box.append($("<p>").addClass("text-muted").text(__("Text messages the gateway charges: {0}", [shown.parts])));
	}
	dialog.fields_dict.text.$wrapper.append(box);
	dialog.show();
}
