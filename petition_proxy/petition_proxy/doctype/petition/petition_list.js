frappe.listview_settings["Petition"] = {
	add_fields: ["workflow_state", "due_at", "is_proxied", "is_urgent", "needs_coordination"],

	// Where no clock runs: what still waits for somebody is coloured, what has ended is grey.
	colour_of_state: {
		Draft: "yellow",
		Replied: "blue",
		Served: "light-blue",
		Refused: "darkgrey",
		"No Longer Accepted": "darkgrey",
		"Led to Statutory Route": "purple",
		Withdrawn: "darkgrey",
		Merged: "pink",
		Closed: "gray",
		Archived: "gray",
	},

	// Green, orange, red by the time left on the clock that runs now.
	get_indicator(doc) {
		const state = doc.workflow_state;
		const timed = ["Registered", "Assigned", "Received", "Accepted", "Handling"];
		if (!doc.due_at || !timed.includes(state)) {
			const colour = this.colour_of_state[state] || "gray";
			return [__(state), colour, `workflow_state,=,${state}`];
		}
		const now = frappe.datetime.now_datetime();
		const days = this.days_until(doc.due_at, now);
		if (doc.due_at < now) {
			return [this.words_for_late(-days), "red", `due_at,<,${now}`];
		}
		const colour = days <= 2 ? "orange" : "green";
		return [this.words_for_left(days), colour, `due_at,<=,${doc.due_at}`];
	},

	// Calendar days, whatever the time of day: what is due at midnight tonight is due in 0 days.
	days_until(due, now) {
		return frappe.datetime.get_day_diff(due.slice(0, 10), now.slice(0, 10));
	},

	words_for_late(days) {
		if (days < 1) return __("Late since today");
		return days === 1 ? __("1 day late") : __("{0} days late", [days]);
	},

	words_for_left(days) {
		if (days < 1) return __("Due today");
		return days === 1 ? __("1 day left") : __("{0} days left", [days]);
	},

	formatters: {
		subject(value, df, doc) {
			const text = frappe.utils.escape_html(value || "");
			const marks = [doc.is_proxied && __("Proxied"), doc.needs_coordination && __("To Coordinate")];
			return [text, ...marks.filter(Boolean)].join(" · ");
		},
		due_at(value) {
			// The end of a day is what matters; 23:59:59 only takes room.
			return value ? frappe.datetime.str_to_user(value.slice(0, 10), false, true) : "";
		},
	},

	onload(listview) {
		petition_proxy.printing?.add_list_action(listview);
		this.queues().forEach(([label, filters]) =>
			listview.page.add_inner_button(
				label,
				() => listview.filter_area.clear().then(() => listview.filter_area.add(filters)),
				label === __("Late Now") ? null : __("Show", null, "Petition")
			)
		);
		if (frappe.model.can_read("Progress Notice")) {
			listview.page.add_inner_button(
				__("To Be Told"),
				() => frappe.set_route("query-report", "To Be Told"),
				__("Show", null, "Petition")
			);
		}
	},

	// What people ask for every morning; the filters are those of the cards in the workspaces.
	queues() {
		const state = (...states) => ["Petition", "workflow_state", "in", states];
		const timed = state("Registered", "Assigned", "Received", "Accepted", "Handling");
		return [
			[
				__("Late Now"),
				// An empty date counts as one before all others.
				[timed, ["Petition", "due_at", "is", "set"], ["Petition", "due_at", "<", frappe.datetime.now_datetime()]],
			],
			[__("Due Today"), [timed, ["Petition", "due_at", "Timespan", "today"]]],
			[__("To Assign"), [state("Registered")]],
			[__("To Receive"), [state("Assigned")]],
			[__("To Accept or Refuse"), [state("Received")]],
			[__("In Handling"), [state("Accepted", "Handling")]],
			[__("To Serve"), [state("Replied")]],
			[__("To Close"), [state("Served")]],
			[__("Drafts Not Filed"), [state("Draft")]],
		];
	},
};
