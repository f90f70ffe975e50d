import random
import unittest

from petition_proxy.domain import privacy
from petition_proxy.domain.privacy import WeakKeyError

KEY = b"0123456789abcdef0123456789abcdef"
# The specimen number printed in GB 11643-1999.
SPECIMEN = "11010519491231002X"


class TestPhone(unittest.TestCase):
	def test_spellings_of_one_mobile(self):
		for text in (
			"13812345678",
			" 138 1234 5678 ",
			"138-1234-5678",
			"１３８１２３４５６７８",
			"+86 138 1234 5678",
			"0086-13812345678",
			"８６－13812345678",
			"8613812345678",
			"\u200e13812345678\ufeff",
			"138—1234—5678",
		):
			with self.subTest(text=text):
				self.assertEqual(privacy.normalise_phone(text), "13812345678")
				self.assertTrue(privacy.is_valid_phone(text))
				self.assertEqual(privacy.mask_phone(text), "138****5678")

	def test_spellings_of_one_landline(self):
		for text in (
			"023-68123456",
			"(023) 6812 3456",
			"（０２３）68123456",
			"+86 23 6812 3456",
			"02368123456",
		):
			with self.subTest(text=text):
				self.assertEqual(privacy.normalise_phone(text), "02368123456")
				self.assertTrue(privacy.is_valid_phone(text))
				self.assertEqual(privacy.mask_phone(text), "023****3456")

	def test_extension(self):
		for text in ("023-68123456转801", "023 68123456 ext. 801", "023-68123456-801", "023-68123456分机801"):
			with self.subTest(text=text):
				self.assertEqual(privacy.normalise_phone(text), "02368123456-801")
				self.assertTrue(privacy.is_valid_phone(text))
				self.assertEqual(privacy.mask_phone(text), "023****3456-***")

	def test_other_valid_numbers(self):
		for text in ("68123456", "400-123-4567", "+86 400 123 4567", "+1 415 555 0123", "0571 8888 6666"):
			with self.subTest(text=text):
				self.assertTrue(privacy.is_valid_phone(text))

	def test_invalid_numbers(self):
		for text in (
			"",
			None,
			"12345",
			"1381234567",
			"138123456789",
			"12012345678",
			"1381234567a",
			"+",
			"无",
		):
			with self.subTest(text=text):
				self.assertFalse(privacy.is_valid_phone(text))

	def test_short_numbers(self):
		self.assertEqual(privacy.mask_phone("68123456"), "******56")
		self.assertEqual(privacy.mask_phone("12345"), "*****")
		self.assertEqual(privacy.mask_phone(""), "")
		self.assertEqual(privacy.mask_phone(None), "")

	def test_text_that_is_no_number_is_masked_wholly(self):
		self.assertEqual(privacy.mask_phone("张三13812345678"), "*" * 13)


class TestIdNumber(unittest.TestCase):
	def test_specimen_of_the_standard(self):
		for text in (
			SPECIMEN,
			"11010519491231002x",
			"110105 19491231 002X",
			"110105-19491231-002×",
			"１１０１０５19491231002Ｘ",
		):
			with self.subTest(text=text):
				self.assertEqual(privacy.normalise_id_number(text), SPECIMEN)
				self.assertTrue(privacy.is_valid_id_number(text))

	def test_every_single_wrong_digit_is_found(self):
		for place in range(17):
			for digit in "0123456789":
				if digit != SPECIMEN[place]:
					wrong = SPECIMEN[:place] + digit + SPECIMEN[place + 1 :]
					self.assertFalse(privacy.is_valid_id_number(wrong), wrong)

	def test_swapped_neighbours_are_found(self):
		for place in range(16):
			if SPECIMEN[place] != SPECIMEN[place + 1]:
				wrong = SPECIMEN[:place] + SPECIMEN[place + 1] + SPECIMEN[place] + SPECIMEN[place + 2 :]
				self.assertFalse(privacy.is_valid_id_number(wrong), wrong)

	def test_exactly_one_check_character_fits(self):
		rng = random.Random(11643)
		for _round in range(200):
			body = f"500107{rng.randrange(1930, 2020)}{rng.randrange(1, 13):02}{rng.randrange(1, 29):02}"
			body += f"{rng.randrange(1000):03}"
			fits = [c for c in "0123456789X" if privacy.is_valid_id_number(body + c)]
			self.assertEqual(len(fits), 1, body)

	def test_impossible_dates_do_not_pass_with_a_right_check_character(self):
		for day in ("20230229", "19991301", "19990431", "00000101"):
			body = f"500107{day}001"
			self.assertFalse(any(privacy.is_valid_id_number(body + c) for c in "0123456789X"), day)

	def test_leap_day_passes(self):
		self.assertTrue(any(privacy.is_valid_id_number(f"50010720240229001{c}") for c in "0123456789X"))

	def test_other_shapes_do_not_pass(self):
		for text in ("", None, "110105491231002", SPECIMEN[:-1], SPECIMEN + "0", "E12345678", "X" * 18):
			with self.subTest(text=text):
				self.assertFalse(privacy.is_valid_id_number(text))

	def test_mask(self):
		self.assertEqual(privacy.mask_id_number(SPECIMEN), "110*************2X")
		self.assertEqual(len(privacy.mask_id_number(SPECIMEN)), 18)
		self.assertEqual(privacy.mask_id_number("110105491231002"), "110**********02")
		self.assertEqual(privacy.mask_id_number("E12345678"), "*******78")
		self.assertEqual(privacy.mask_id_number("1234567"), "*******")
		self.assertEqual(privacy.mask_id_number(None), "")


class TestName(unittest.TestCase):
	def test_surname_stays(self):
		for name, masked in (
			("袁大爷", "袁**"),
			("林婆婆", "林**"),
			("王五", "王*"),
			("欧阳小明", "欧阳**"),
			("欧阳", "欧*"),
			("买买提·吐尔逊", "买******"),
			(" 李　四 ", "李**"),
			("张", "*"),
			("", ""),
			(None, ""),
		):
			with self.subTest(name=name):
				self.assertEqual(privacy.mask_name(name), masked)


class TestHash(unittest.TestCase):
	def test_known_value(self):
		# HMAC-SHA256 of "13812345678", worked out with OpenSSL.
		expected = "64727c7a7e107e8a0240403d14d3f0032960309afd64eb419f20e52a0946c70a"
		self.assertEqual(privacy.identity_hash("13812345678", KEY), expected)

	def test_every_spelling_gives_the_same_hash(self):
		phones = {
			privacy.identity_hash(t, KEY)
			for t in ("13812345678", "+86 138-1234-5678", "１３８１２３４５６７８")
		}
		numbers = {privacy.identity_hash(t, KEY) for t in (SPECIMEN, "110105 19491231 002x")}
		self.assertEqual((len(phones), len(numbers)), (1, 1))
		self.assertNotEqual(phones, numbers)

	def test_key_and_number_both_matter(self):
		hashes = {privacy.identity_hash(t, k) for t in (SPECIMEN, "13812345678") for k in (KEY, KEY[::-1])}
		self.assertEqual(len(hashes), 4)

	def test_blank_identifies_nobody(self):
		for value in ("", None, "  ", "\u3000"):
			self.assertEqual(privacy.identity_hash(value, KEY), "")

	def test_short_key_is_refused(self):
		for key in (b"", b"short"):
			with self.assertRaises(WeakKeyError):
				privacy.identity_hash(SPECIMEN, key)


class TestProperties(unittest.TestCase):
	ALPHABET = "0123456789 -+()Xx１２转张ａ×·x"

	def test_property_normalising_twice_changes_nothing(self):
		rng = random.Random(30)
		for _round in range(3000):
			text = "".join(rng.choice(self.ALPHABET) for _n in range(rng.randrange(20)))
			for normalise in (privacy.normalise_phone, privacy.normalise_id_number):
				once = normalise(text)
				if normalise is privacy.normalise_id_number or privacy.is_valid_phone(text):
					self.assertEqual(normalise(once), once, text)

	def test_property_a_mask_shows_at_most_half_of_six_characters_or_more(self):
		rng = random.Random(46)
		for _round in range(3000):
			text = "".join(rng.choice("0123456789") for _n in range(rng.randrange(1, 21)))
			for mask in (privacy.mask_phone, privacy.mask_id_number):
				shown = mask(text).replace("*", "")
				self.assertLessEqual(len(shown), 7)
				self.assertLessEqual(len(shown), 0.64 * len(text))


if __name__ == "__main__":
	unittest.main()
