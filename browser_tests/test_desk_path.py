"""Officers of three tiers take one petition from filing to closing, with the mouse."""

import uuid

from browser_tests.base import (
	BrowserTestCase,
	expect,
	expect_state,
	fill,
	open_form,
	petitions_named,
	take_step,
)

SUBJECT = f"文化广场没有照明 {uuid.uuid4().hex[:6]}"


class TestDeskPath(BrowserTestCase):
	def test_village_town_and_department_take_a_petition_to_its_end(self):
		with self.login("village@pp.test") as page:
			page.goto("/app/petition/new")
			form = page.locator('[data-page-route="Petition"] .form-layout')
			for field, value in {
				"subject": SUBJECT,
				"new_petitioner_name": "何大叔",
				"new_petitioner_phone": "13700001111",
				"content": "文化广场晚上没有灯，老人摔倒过。",
			}.items():
				fill(page, form.locator(f'.frappe-control[data-fieldname="{field}"]'), value)
			fill(page, form.locator('.frappe-control[data-fieldname="village"]'), "柳湾村")
			page.locator(".page-head:visible").get_by_role("button", name="Save", exact=True).click()
			page.wait_for_url("**/app/petition/XF-*")
			take_step(page, "File")
			expect_state(page, "Registered")

		name = petitions_named(SUBJECT)[0]["name"]
		with self.login("town@pp.test") as page:
			open_form(page, name)
			take_step(page, "Assign", handling_unit="云江区住建委")
			expect_state(page, "Assigned")
			# the town has handed it over; what comes next is not the town's to do
			expect(page.locator(".page-head:visible .custom-actions")).not_to_contain_text("Receive")

		with self.login("dept@pp.test") as page:
			open_form(page, name)
			take_step(page, "Receive")
			expect_state(page, "Received")
			take_step(page, "Accept", reply_class="一般")
			expect_state(page, "Accepted")
			take_step(page, "Start Handling")
			expect_state(page, "Handling")
			take_step(page, "Reply", reply_text="已装两盏路灯。", outcome="Supported")
			expect_state(page, "Replied")
			take_step(page, "Serve", service_method="In Person")
			expect_state(page, "Served")
			take_step(page, "Close")
			expect_state(page, "Closed")
			steps = page.locator(".petition-path li")
			expect(steps).to_have_count(9)
			expect(steps.last).to_contain_text("Closed")
			expect(page.locator(".form-message").first).to_contain_text("This petition is closed.")

		case = petitions_named(SUBJECT)[0]
		self.assertEqual(case["workflow_state"], "Closed")
		self.assertEqual(case["masked_phone"], "137****1111")

	def test_actions_menu_asks_for_the_same_fields(self):
		"""Frappe's own Actions menu may not lead past the fields of a step."""
		name = petitions_named("修一条便民路")[0]["name"]
		with self.login("town@pp.test") as page:
			open_form(page, name)
			page.locator(".page-head:visible .actions-btn-group > button").click()
			page.locator(".page-head:visible .actions-btn-group .dropdown-menu").get_by_text(
				"Assign", exact=True
			).click()
			dialog = page.locator(".modal.show .modal-content")
			expect(dialog).to_contain_text("Handling Unit")
			dialog.locator(".btn-modal-close:visible, .btn-close:visible").first.click()
		self.assertEqual(petitions_named("修一条便民路")[0]["workflow_state"], "Registered")

	def test_step_without_its_fields_is_held_back(self):
		name = petitions_named("修一条便民路")[0]["name"]
		with self.login("town@pp.test") as page:
			open_form(page, name)
			take_step(page, "Assign", assignment_note="请尽快")
			dialog = page.locator(".modal.show", has_text="Handling Unit").first
			expect(dialog).to_be_visible()
		self.assertEqual(petitions_named("修一条便民路")[0]["workflow_state"], "Registered")
