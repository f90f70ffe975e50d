import unittest

from petition_proxy.domain import repeats as r

LONG = "小区门口的缴费点撤走以后，老人要坐车到很远的地方缴水电气费，请求在社区设一个缴费点。"
AGAIN = "再次反映：小区门口缴费点撤走，老人要坐很远的车去缴水电气费，请在社区设缴费点！"
OTHER = "去年征地的补偿款少算了半亩，至今没有补发，请重新丈量。"
LONGER = "另外村里的路灯坏了三个月，晚上看不清，孩子上学摔过跤；河边的垃圾没人清，夏天味道大。"
LIMITS = r.Thresholds(0.25, 0.15)


def case(**values):
	text = values.pop("text", LONG)
	return r.Case(grams=r.grams(text), **values)


class TestLikeness(unittest.TestCase):
	def test_same_text_in_other_signs_is_the_same(self):
		self.assertEqual(r.likeness(r.grams("A区 缴费点，撤走!"), r.grams("ａ区缴费点撤走")), 1.0)

	def test_second_letter_on_the_matter_is_like_and_another_matter_is_not(self):
		self.assertGreater(r.likeness(r.grams(LONG), r.grams(AGAIN)), 0.25)
		self.assertLess(r.likeness(r.grams(LONG), r.grams(OTHER)), 0.05)

	def test_a_short_letter_inside_a_long_one_counts(self):
		short, long = r.grams(LONG), r.grams(LONG + OTHER + LONGER)
		self.assertLess(len(short & long) / len(short | long), 0.4)
		self.assertGreaterEqual(r.likeness(short, long), 0.4)

	def test_empty_text_is_like_nothing(self):
		self.assertEqual(r.likeness(r.grams(""), r.grams(LONG)), 0.0)
		self.assertEqual(r.likeness(r.grams("！？"), r.grams("！？")), 0.0)

	def test_likeness_has_no_direction(self):
		self.assertEqual(r.likeness(r.grams(LONG), r.grams(AGAIN)), r.likeness(r.grams(AGAIN), r.grams(LONG)))


class TestSamePerson(unittest.TestCase):
	def test_id_phone_record_and_joint_signer_count(self):
		ours = case(petitioner="P1", id_hashes=frozenset("i"), phone_hashes=frozenset("p"))
		for other, reason in (
			(case(id_hashes=frozenset("i")), r.SAME_ID),
			(case(phone_hashes=frozenset("p")), r.SAME_PHONE),
			(case(petitioner="P1"), r.SAME_RECORD),
			(case(signer_hashes=frozenset("p")), r.SAME_SIGNER),
		):
			self.assertEqual(r.same_person(ours, other), (reason,))
			self.assertEqual(r.same_person(other, ours), (reason,))

	def test_accused_counts_for_anonymous_reports_only(self):
		named = case(petitioner="P1", accused=frozenset("U"))
		other = case(petitioner="P2", accused=frozenset("U"))
		self.assertEqual(r.same_person(named, other), ())
		anonymous = case(petitioner="P3", accused=frozenset("U"), is_anonymous=True)
		self.assertEqual(r.same_person(named, anonymous), (r.SAME_ACCUSED,))

	def test_nobody_known_is_nobody_the_same(self):
		self.assertEqual(r.same_person(case(), case()), ())


class TestCompare(unittest.TestCase):
	def test_same_person_other_matter_is_no_repeat(self):
		self.assertIsNone(r.compare(case(petitioner="P"), case(petitioner="P", text=OTHER), LIMITS))

	def test_other_person_same_matter_is_no_repeat(self):
		self.assertIsNone(r.compare(case(petitioner="P"), case(petitioner="Q"), LIMITS))

	def test_category_and_village_lower_the_bar(self):
		half = LONG[:16] + OTHER
		place = {"petitioner": "P", "category": "C", "village": "V"}
		self.assertIsNone(r.compare(case(petitioner="P"), case(petitioner="P", text=half), LIMITS))
		score, reasons = r.compare(case(**place), case(text=half, **place), LIMITS)
		self.assertTrue(0.15 <= score < 0.25, score)
		self.assertEqual(reasons, (r.SAME_RECORD, r.SAME_CATEGORY, r.SAME_VILLAGE, r.ALIKE))
		for one in ({"category": "other"}, {"village": "other"}, {"category": None}, {"village": None}):
			with self.subTest(one):
				self.assertIsNone(r.compare(case(**place), case(text=half, **{**place, **one}), LIMITS))

	def test_likeness_of_just_the_threshold_is_offered(self):
		one, other = case(petitioner="P"), case(petitioner="P", text=AGAIN)
		score = r.likeness(one.grams, other.grams)
		self.assertIsNotNone(r.compare(one, other, r.Thresholds(score, 0.1)))
		self.assertIsNone(r.compare(one, other, r.Thresholds(score + 1e-9, 0.1)))


class TestMergeRules(unittest.TestCase):
	def row(self, **values):
		return {
			"name": "B",
			"workflow_state": "Registered",
			"petition_kind": "Appeal and Request",
			"accused_unit": None,
			"accused_user": None,
			"is_collective": 0,
			"main_petition": None,
			**values,
		}

	def assert_refused(self, case, main, same=True):
		self.assertRaises(r.MergeError, r.check_merge, case, main, same)

	def test_plain_merge(self):
		for state in r.MERGEABLE_STATES:
			for main in r.OPEN_MAIN_STATES:
				r.check_merge(self.row(workflow_state=state), self.row(name="A", workflow_state=main), True)

	def test_refusals(self):
		main = self.row(name="A")
		self.assert_refused(self.row(), self.row())
		self.assert_refused(self.row(), {**main, "workflow_state": "Merged", "main_petition": "Z"})
		self.assert_refused(self.row(petition_kind=r.REPORT_KIND), main)
		self.assert_refused(self.row(), {**main, "petition_kind": r.REPORT_KIND})
		self.assert_refused(self.row(accused_unit="U"), main)
		self.assert_refused(self.row(), {**main, "accused_user": "x"})
		for state in ("Draft", "Accepted", "Handling", "Replied", "Closed", "Merged", "Archived"):
			self.assert_refused(self.row(workflow_state=state), main)
		for state in ("Draft", "Replied", "Served", "Closed", "Refused", "Withdrawn", "Archived"):
			self.assert_refused(self.row(), {**main, "workflow_state": state})
		self.assert_refused(self.row(), main, same=False)

	def test_two_joint_petitions_of_other_people_may_be_one(self):
		joint, main = self.row(is_collective=1), self.row(name="A", is_collective=1)
		r.check_merge(joint, main, False)
		self.assert_refused(self.row(), main, same=False)
		self.assert_refused(joint, self.row(name="A"), same=False)

	def test_wish_for_secrecy_keeps_people_apart(self):
		ours, theirs = self.row(petitioner="P1"), self.row(name="A", petitioner="P2")
		r.check_merge(ours, theirs, True)
		self.assert_refused({**ours, "wants_secrecy": 1}, theirs)
		self.assert_refused(ours, {**theirs, "wants_secrecy": 1})
		own = {**theirs, "petitioner": "P1"}
		r.check_merge({**ours, "wants_secrecy": 1}, {**own, "wants_secrecy": 1}, True)
