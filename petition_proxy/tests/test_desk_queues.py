"""Cards, lists and the board show the same cases, to each person the own ones, and change nothing past the guards."""

import json
from datetime import timedelta

import frappe
from frappe.desk.desktop import get_workspace_sidebar_items
from frappe.desk.doctype.kanban_board.kanban_board import update_order_for_single_card
from frappe.desk.doctype.number_card.number_card import get_result
from frappe.utils import now_datetime

from petition_proxy.api.cards import late_now
from petition_proxy.api.desk import closed_fields, unit_children
from petition_proxy.domain import lifecycle
from petition_proxy.patches.v1_0 import add_boards
from petition_proxy.petition_proxy.doctype.petition.steps import StepError
from petition_proxy.setup.boards import ensure_boards, remove_boards
from petition_proxy.setup.module_profile import PROFILE, ensure_module_profile
from petition_proxy.tests import factories as make
from petition_proxy.tests.base import AppTestCase

PEOPLE = (
	"office@pp.test",
	"town@pp.test",
	"town2@pp.test",
	"village@pp.test",
	"dept@pp.test",
	"leader@pp.test",
)


class TestDeskQueues(AppTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		make.make_district()

	def test_cards_count_what_the_list_shows(self):
		make.make_petition(lifecycle.REGISTERED, subject="卡片与列表")
		cards = frappe.get_all(
			"Number Card",
			{"module": "Petition Proxy", "type": "Document Type"},
			pluck="name",
			order_by="name",
		)
		self.assertGreater(len(cards), 25)
		counted = 0
		for user in PEOPLE:
			for name in cards:
				card = frappe.get_doc("Number Card", name)
				filters = json.loads(card.filters_json) + dynamic(card)
				with self.set_user(user):
					if not frappe.has_permission(card.document_type, "read"):
						continue
					shown = get_result(card, json.dumps(filters))
					listed = len(frappe.get_list(card.document_type, filters=filters, pluck="name", limit=0))
				self.assertEqual(shown, listed, (user, name))
				counted += listed
		self.assertGreater(counted, 0)

	def test_late_now_counts_its_own_list(self):
		case = make.make_petition(lifecycle.HANDLING, subject="今天之前到期")
		case.db_set("due_at", now_datetime() - timedelta(days=1))
		with self.set_user("office@pp.test"):
			card = late_now()
			filters = [
				["Petition", field, *json.loads(text)]
				for field, texts in card["route_options"].items()
				for text in texts
			]
			names = frappe.get_list("Petition", filters=filters, pluck="name", limit=0)
		self.assertIn(case.name, names)
		self.assertEqual(card["value"], len(names))

	def test_board_is_made_once_and_comes_with_an_update(self):
		remove_boards()
		add_boards.execute()
		boards = frappe.get_all("Kanban Board", {"reference_doctype": "Petition"}, pluck="name")
		ensure_boards()
		self.assertEqual(
			frappe.get_all("Kanban Board", {"reference_doctype": "Petition"}, pluck="name"), boards
		)
		self.assertEqual(len(boards), 1)
		columns = [row.column_name for row in frappe.get_doc("Kanban Board", boards[0]).columns]
		self.assertEqual(set(columns), set(lifecycle.OPEN_STATES) - {lifecycle.DRAFT})

	def test_a_card_that_is_moved_asks_the_guards(self):
		ensure_boards()
		board = frappe.get_all("Kanban Board", {"reference_doctype": "Petition"}, pluck="name")[0]
		case = make.make_petition(lifecycle.REGISTERED, subject="拖动看板")
		with self.set_user("office@pp.test"), self.assertRaises((StepError, frappe.ValidationError)):
			update_order_for_single_card(board, case.name, lifecycle.REGISTERED, lifecycle.REPLIED, 0, 0)
		self.assertEqual(frappe.db.get_value("Petition", case.name, "workflow_state"), lifecycle.REGISTERED)

	def test_module_profile_leaves_petition_work_alone(self):
		ensure_module_profile()
		profile = frappe.get_doc("Module Profile", PROFILE)
		blocked = {row.module for row in profile.block_modules}
		self.assertIn("Website", blocked)
		self.assertNotIn("Petition Proxy", blocked)
		user = frappe.get_doc("User", "village@pp.test")
		user.module_profile = PROFILE
		user.save()
		with self.set_user(user.name):
			shown = {page["name"] for page in get_workspace_sidebar_items()["pages"] if page["public"]}
		self.assertEqual(shown, {"Village Work"})

	def test_tree_of_units(self):
		with self.set_user("office@pp.test"):
			roots = unit_children("Handling Unit", "Handling Unit", True)
			self.assertTrue(roots)
			below = [unit for root in roots for unit in unit_children("Handling Unit", root["value"])]
		parents = frappe.get_all(
			"Handling Unit", {"name": ["in", [unit["value"] for unit in below]]}, pluck="territory_parent"
		)
		self.assertLessEqual(set(parents), {root["value"] for root in roots})
		with self.set_user("Guest"), self.assertRaises(frappe.PermissionError):
			unit_children("Handling Unit")


def dynamic(card) -> list:
	"""The filters that the desk works out in the browser, for the few words our cards use."""
	words = {
		"frappe.datetime.now_datetime()": now_datetime().strftime("%Y-%m-%d %H:%M:%S"),
		"frappe.datetime.add_days(frappe.datetime.get_today(), 30)": frappe.utils.add_days(
			frappe.utils.today(), 30
		),
	}
	return [[*row[:3], words[row[3]]] for row in json.loads(card.dynamic_filters_json or "[]")]


class TestClosedFields(AppTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		make.make_district()

	def test_each_person_sees_the_own_part_open(self):
		case = make.make_petition(lifecycle.HANDLING, subject="谁能改什么")

		def closed(user):
			with self.set_user(user):
				return set(closed_fields(case.name))

		handler, village = closed("dept@pp.test"), closed("village@pp.test")
		self.assertLessEqual({"subject", "content", "handling_unit", "reply_class"}, handler & village)
		self.assertFalse({"reply_text", "outcome", "petition_kind"} & handler)
		self.assertLessEqual({"reply_text", "outcome", "refusal_reason"}, village)
		with self.set_user("town2@pp.test"), self.assertRaises(frappe.PermissionError):
			closed_fields(case.name)

	def test_what_is_open_can_be_saved_and_what_is_closed_cannot(self):
		case = make.make_petition(lifecycle.HANDLING, subject="开着的可以写")
		for user, field, value in (
			("dept@pp.test", "reply_text", "已经修好。"),
			("village@pp.test", "reply_text", "村里代写"),
			("dept@pp.test", "content", "改了事实"),
		):
			with self.set_user(user):
				is_closed = field in closed_fields(case.name)
				doc = frappe.get_doc("Petition", case.name)
				doc.set(field, value)
				if is_closed:
					self.assertRaises(frappe.ValidationError, doc.save)
				else:
					doc.save()
		self.assertEqual(frappe.db.get_value("Petition", case.name, "reply_text"), "已经修好。")
