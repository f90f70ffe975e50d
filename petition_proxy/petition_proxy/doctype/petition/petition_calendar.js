// Due dates of the clock that runs; a case without one is not shown.
frappe.views.calendar["Petition"] = {
	field_map: { start: "due_at", end: "due_at", id: "name", title: "subject", allDay: "all_day", status: "workflow_state" },
	options: {
		// Frappe's code for Chinese is not the calendar's.
		// A due date moves by an approved extension, never by a mouse.
		editable: false,
		selectable: false,
		locale: frappe.boot.lang === "zh" ? "zh-cn" : frappe.boot.lang,
		header: { left: "prev,next today", center: "title", right: "month,agendaWeek" },
	},
	get_css_class(event) {
		return event.start && event.start < frappe.datetime.now_datetime() ? "danger" : "standard";
	},
};
