import unittest

from petition_proxy.domain import collective as c


class TestCounts(unittest.TestCase):
	def test_five_representatives_and_any_number_of_members(self):
		c.check_counts(4000, 3000, 5, 5)
		self.assertRaises(c.CollectiveError, c.check_counts, 4000, 3000, 6, 5)

	def test_the_law_s_five_is_the_most_a_setting_can_ask_for(self):
		self.assertRaises(c.CollectiveError, c.check_counts, 10, 10, 6, 9)
		self.assertRaises(c.CollectiveError, c.check_counts, 10, 10, 4, 3)

	def test_no_more_names_than_people(self):
		c.check_counts(3, 3, 0, 5)
		self.assertRaises(c.CollectiveError, c.check_counts, 2, 3, 0, 5)

	def test_collective_visit_begins_at_the_setting(self):
		self.assertEqual([c.is_collective_visit(n, 5) for n in (0, 4, 5, 6)], [False, False, True, True])


class TestNameList(unittest.TestCase):
	def test_names_with_and_without_phone_in_many_hands(self):
		text = "林婆婆,13812345678\n\n 袁大爷 \n王五，１３９１２３４５６７８\n赵六、023-68123456\n钱七\t13712345678\n"
		self.assertEqual(
			[(p.name, p.phone) for p in c.read_name_list(text)],
			[
				("林婆婆", "13812345678"),
				("袁大爷", None),
				("王五", "13912345678"),
				("赵六", "023-68123456"),
				("钱七", "13712345678"),
			],
		)

	def test_same_line_twice_is_one_person(self):
		self.assertEqual(len(c.read_name_list("林婆婆\n林婆婆\n林婆婆,13812345678")), 2)

	def test_what_cannot_be_read_names_its_line(self):
		for text in ("林婆婆\n13812345678", "林婆婆\n袁大爷,1381,2345678", "林婆婆\n,,"):
			with self.assertRaises(c.NameListError) as caught:
				c.read_name_list(text)
			self.assertEqual(caught.exception.params["number"], 2)
