import unittest

from petition_proxy.domain import query_codes as q


class TestQueryCodes(unittest.TestCase):
	def test_a_number_is_found_however_it_is_typed(self):
		for typed in (
			"xf-990199-2026-000001",
			" XF—990199—2026—000001 ",
			"ＸＦ－990199－2026－000001",
			"xf 990199 2026 000001",
		):
			self.assertEqual(q.normalise_number(typed), "XF-990199-2026-000001", typed)
		self.assertEqual(q.normalise_number(None), "")

	def test_a_code_is_grouped_however_it_is_typed(self):
		for typed in (
			"abcd-efgh-jkmn-pqrs",
			"ABCDEFGHJKMNPQRS",
			"abcd efgh jkmn pqrs",
			"ＡＢＣＤ efgh.jkmn/pqrs",
		):
			self.assertEqual(q.normalise_code(typed), "ABCD-EFGH-JKMN-PQRS", typed)
		self.assertEqual(q.normalise_code("'; drop"), "DROP")
		self.assertLessEqual(len(q.normalise_code("A" * 100_000)), 80)

	def test_last_digits_come_from_the_phone_else_from_the_id(self):
		self.assertEqual(q.last_digits("139 1234 5678", "110101199003078515"), "5678")
		self.assertEqual(q.last_digits("023-68001234转8", None), "1234")
		self.assertEqual(q.last_digits("", "11010119900307851x"), "851X")
		self.assertEqual(q.last_digits(None, None), "")
		self.assertEqual(q.last_digits("12", None), "")

	def test_digits_may_be_typed_in_full_width_or_with_a_small_x(self):
		self.assertEqual(q.normalise_digits("５６７８"), "5678")
		self.assertEqual(q.normalise_digits(" 851x "), "851X")
		self.assertLessEqual(len(q.normalise_digits("1" * 5000)), 8)

	def test_address_keeps_number_and_code_behind_the_hash(self):
		address = q.paper_address("https://xf.example", "XF-1", "ABCD-EFGH")
		self.assertEqual(address, "https://xf.example/my-petition#XF-1.ABCD-EFGH")
