"""Between the units, at the desk: hand up, propose, object, decide, ask along, answer; with the buttons a person sees."""

import uuid

from browser_tests.base import (
	BrowserTestCase,
	expect,
	expect_state,
	fill,
	open_form,
	petitions_named,
	run_on_site,
	take_step,
)

RUN = uuid.uuid4().hex[:6]


def press(page, label: str, group: str | None = None):
	"""A button at the head of the form, in its menu if it has one."""
	head = page.locator(".page-head:visible .custom-actions")
	if group:
		head.get_by_role("button", name=group, exact=True).click()
		page.locator(".page-head:visible .custom-actions .dropdown-menu.show").get_by_text(
			label, exact=True
		).click()
	else:
		head.get_by_role("button", name=label).first.click()


def answer(page, **fields: str):
	"""Fill the small form and send it."""
	dialog = page.locator(".modal.show .modal-content")
	expect(dialog).to_be_visible()
	for field, value in fields.items():
		fill(page, dialog.locator(f'.frappe-control[data-fieldname="{field}"]'), value)
	dialog.locator(".modal-footer .btn-primary:visible, .modal-header .btn-primary:visible").first.click()
	expect(dialog).to_have_count(0)


class TestUnitsAtDesk(BrowserTestCase):
	def test_village_hands_up_and_the_units_find_the_right_one(self):
		subject = f"下水道堵了 {RUN}"
		run_on_site("make_village_case", subject)
		name = petitions_named(subject)[0]["name"]
		with self.login("village@pp.test") as page:
			open_form(page, name)
			expect(page.locator(".form-message").first).to_contain_text(
				"settles it on the spot, or hands it up"
			)
			head = page.locator(".page-head:visible .custom-actions")
			expect(head.get_by_role("button", name="Assign", exact=True)).to_have_count(0)
			take_step(page, "Hand Up", handling_unit="云江区住建委", assignment_note="村里没有执法权")
			expect_state(page, "Assigned")
		with self.login("dept@pp.test") as page:
			open_form(page, name)
			press(page, "Object", "Units")
			answer(page, reason="属人社局职责", proposed_unit="云江区人社局")
			expect_state(page, "Received")
		with self.login("office@pp.test") as page:
			open_form(page, name)
			press(page, "Decide Objection")
			self.keep_look(page, "decide")
			answer(page, is_upheld="1")
			expect_state(page, "Assigned")
			expect(page.locator(".petition-units li")).to_have_count(2)
			press(page, "Ask Co-handler", "Units")
			answer(page, unit="清溪镇人民政府", requirement="现场核实")
			expect(page.locator(".petition-units li")).to_have_count(3)
			self.keep_look(page, "units")
		with self.login("town@pp.test") as page:
			open_form(page, name)
			expect(page.locator(".form-message").first).to_contain_text(
				"Your unit is asked to help: 现场核实"
			)
			press(page, "Receive Co-handling")
			expect(page.locator(".page-head:visible .custom-actions")).not_to_contain_text(
				"Receive Co-handling"
			)
			press(page, "Answer Lead")
			answer(page, answer="已到现场核实")
			expect(page.locator(".petition-units")).to_contain_text("已到现场核实")
		self.assertEqual(petitions_named(subject)[0]["handling_unit"], "T-DEPT2")

	def test_assign_is_preset_with_the_proposal_and_reasons_are_asked_anew(self):
		subject = f"噪声扰民 {RUN}"
		run_on_site("make_proposed_case", subject)
		name = petitions_named(subject)[0]["name"]
		with self.login("office@pp.test") as page:
			open_form(page, name)
			expect(page.locator(".form-message").first).to_contain_text("is responsible")
			press(page, "Assign")
			dialog = page.locator(".modal.show .modal-content")
			expect(dialog).to_contain_text("三定方案")
			expect(dialog.locator('[data-fieldname="handling_unit"] input')).to_have_value("云江区住建委")
			self.keep_look(page, "assign")
			dialog.locator(
				".modal-footer .btn-primary:visible, .modal-header .btn-primary:visible"
			).first.click()
			expect_state(page, "Assigned")
			press(page, "Return", "Other Steps")
			answer(page, step_reason="送错单位")
			expect_state(page, "Registered")
			press(page, "Assign")
			answer(page, handling_unit="云江区人社局")
			expect_state(page, "Assigned")
			# the reason given before does not stand there again
			press(page, "Return", "Other Steps")
			expect(page.locator('.modal.show [data-fieldname="step_reason"] textarea')).to_have_value("")

	def test_actions_menu_asks_for_the_reason_as_well(self):
		subject = f"路面破损 {RUN}"
		run_on_site("make_proposed_case", subject)
		name = petitions_named(subject)[0]["name"]
		with self.login("office@pp.test") as page:
			open_form(page, name)
			press(page, "Assign")
			answer(page)
			expect_state(page, "Assigned")
			page.locator(".page-head:visible .actions-btn-group > button").click()
			page.locator(".page-head:visible .actions-btn-group .dropdown-menu").get_by_text(
				"Return", exact=True
			).click()
			expect(page.locator('.modal.show [data-fieldname="step_reason"] textarea')).to_be_visible()
			answer(page, step_reason="送错单位")
			expect_state(page, "Registered")

	def test_village_settles_on_the_spot(self):
		subject = f"门牌丢了 {RUN}"
		run_on_site("make_village_case", subject)
		name = petitions_named(subject)[0]["name"]
		with self.login("village@pp.test") as page:
			open_form(page, name)
			press(page, "Settle on the Spot")
			dialog = page.locator(".modal.show .modal-content")
			dialog.locator('input[data-fieldname="is_oral_consent"]').check()
			answer(page, reply_text="当场补办门牌。")
			expect_state(page, "Closed")
