"""Words where the records hold ids: lists, forms that cannot be changed, and dialogs, for a Chinese officer."""

import json

from browser_tests.base import BrowserTestCase, expect, open_form, petitions_named, run_on_site

LIST = '[data-page-route="List/{0}/List"] .list-row-container:visible'


class TestChineseWords(BrowserTestCase):
	def test_status_of_an_agent_reads_the_same_everywhere(self):
		"""By the bare word Frappe would show an agent who left as a side: 左边."""
		name = json.loads(json.loads(run_on_site("make_agent_who_left")))
		with self.login("leader@pp.test") as page:
			page.goto(f"/app/proxy-agent/{name}")
			status = page.locator('[data-fieldname="status"] .control-value:visible').first
			expect(status).to_have_text("离岗")
			self.keep_look(page, "agent")
			page.goto(f"/app/agent-status-change?agent={name}")
			rows = page.locator(LIST.format("Agent Status Change"))
			# the act last taken first: she left, as on the button; before that she was entered
			expect(rows).to_have_count(2)
			expect(rows.nth(0)).to_contain_text("离岗")
			expect(rows.nth(1)).to_contain_text("登记")
			self.keep_look(page, "history")
			text = " ".join(rows.all_inner_texts())
			for raw in ("Leave", "Left", "On Duty", "左边"):
				self.assertNotIn(raw, text)

	def test_timeline_reads_events_and_states(self):
		case = petitions_named("路灯坏了")[0]["name"]
		with self.login("leader@pp.test") as page:
			page.goto(f"/app/petition-event?petition={case}")
			rows = page.locator(LIST.format("Petition Event"))
			expect(rows.filter(has_text="提交登记").first).to_be_visible()
			self.keep_look(page, "events")
			text = " ".join(rows.all_inner_texts())
			for raw in ("Registered", "Create", "File"):
				self.assertNotIn(raw, text)

	def test_dialog_offers_options_in_words_and_keeps_what_was_typed(self):
		case = petitions_named("路灯坏了")[0]["name"]
		with self.login("leader@pp.test") as page:
			open_form(page, case)
			page.evaluate(
				"""name => frappe.model.with_doctype("Supervision Order", () => petition_proxy.ask(
					cur_frm, "督办", [
						{fieldname: "level", fieldtype: "Select", label: "级别",
							options: petition_proxy.choices("Supervision Order", "level"), default: "Letter"},
						{fieldname: "requirement", fieldtype: "Small Text", label: "要求"},
					], "petition_proxy.api.supervision.issue_order", {petition: name, trigger: "None of Them"}))""",
				case,
			)
			dialog = page.locator(".modal.show .modal-content").first
			expect(dialog.locator('[data-fieldname="level"] option:checked')).to_have_text("督办函")
			dialog.locator('[data-fieldname="requirement"] textarea').fill("请说明原因")
			with page.expect_response("**/*issue_order"):
				dialog.locator(".btn-modal-primary").click()
			message = page.locator(".msgprint:visible").first
			expect(message).to_be_visible()
			self.keep_look(page, "refused")
			expect(dialog.locator('[data-fieldname="requirement"] textarea')).to_have_value("请说明原因")
			expect(dialog.locator(".btn-modal-primary")).to_be_enabled()

	def test_reports_share_their_filters(self):
		with self.login("leader@pp.test") as page:
			for report in (
				"Dwell Time by Tier",
				"Five Priorities Effect",
				"Timeliness by Unit",
				"Petition Ledger",
			):
				page.goto(f"/app/query-report/{report}")
				for field in ("from_date", "to_date", "town", "unit", "category"):
					box = page.locator(f'.page-form [data-fieldname="{field}"]:visible')
					expect(box.first).to_be_visible()
			self.keep_look(page, "ledger")
