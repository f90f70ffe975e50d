import unittest
from dataclasses import replace
from datetime import date

from petition_proxy.domain import readiness as r
from petition_proxy.domain.lifecycle import HEAD, OFFICE, TOWN

DISTRICT, TOWN_CODE, VILLAGE = "500107000000", "500107101000", "500107101201"


def ready() -> r.Facts:
	"""A small district to which nothing is missing."""
	return r.Facts(
		today=date(2026, 6, 1),
		district=DISTRICT,
		petition_office="XF",
		places=(
			r.Place(DISTRICT, "某区", "District", None),
			r.Place(TOWN_CODE, "某镇", "Town", DISTRICT),
			r.Place(VILLAGE, "某村", "Village", TOWN_CODE),
		),
		units=(
			r.Unit("XF", "信访办", "Petition Office", DISTRICT, "head@a.gov.cn", ("office@a.gov.cn",), "信"),
			r.Unit("JW", "建委", "District Department", DISTRICT, "dept@a.gov.cn", (), "建"),
			r.Unit("Z1", "某镇", "Town", TOWN_CODE, "town@a.gov.cn", (), "镇"),
			r.Unit("C1", "某村", "Village", VILLAGE, None, ("village@a.gov.cn",), None),
		),
		accounts=(
			r.Account("head@a.gov.cn", frozenset({HEAD})),
			r.Account("office@a.gov.cn", frozenset({OFFICE})),
			r.Account("dept@a.gov.cn", frozenset({HEAD})),
			r.Account("town@a.gov.cn", frozenset({TOWN})),
			r.Account("village@a.gov.cn", frozenset({"Village Petition Officer"})),
		),
		categories={"城建/物业": None, "城建/供水": "JW"},
		ruled_categories=frozenset({"城建"}),
		class_codes=frozenset(r.CLASS_CODES),
		limits=frozenset({"Handling"}),
		limits_wanted=frozenset({"Handling"}),
		letter_kinds=frozenset({"Opinion Letter"}),
		letter_kinds_wanted=frozenset({"Opinion Letter"}),
		years=frozenset({2026}),
		settings={
			"guest_questions": 60,
			"has_mail": True,
			"test_notice_sent": True,
			"scheduler_on": True,
			"sweep_is_fresh": True,
			"last_backup_on": date(2026, 5, 31),
			"encrypt_backup": True,
			"is_https": True,
			"has_encryption_key": True,
			"time_zone": "Asia/Shanghai",
			"password_policy": True,
			"login_attempts": 5,
			"demo_district": ("500199000000", "云江区"),
		},
		agents_on_duty=1,
	)


def missing(facts: r.Facts) -> dict[str, tuple[str, ...]]:
	return {f.check.code: f.names for f in r.examine(facts) if not f.is_met}


def with_setting(name: str, value: object) -> r.Facts:
	facts = ready()
	return replace(facts, settings={**facts.settings, name: value})


class TestReadiness(unittest.TestCase):
	def test_nothing_is_missing_to_a_district_that_has_all(self):
		self.assertEqual(missing(ready()), {})
		self.assertTrue(all(r.steps_done(r.examine(ready())).values()))

	def test_an_empty_site_lacks_every_step_but_is_never_an_error(self):
		facts = r.Facts(
			today=date(2026, 6, 1), limits_wanted=frozenset("X"), letter_kinds_wanted=frozenset("Y")
		)
		done = r.steps_done(r.examine(facts))
		self.assertEqual({step for step, is_done in done.items() if is_done}, {r.SETTINGS, r.AGENTS})

	def test_each_check_can_fail_and_says_which(self):
		facts = ready()
		office, dept, town, village = facts.units
		cases = {
			"district": replace(facts, district=None),
			"demo-district": with_setting("demo_district", (DISTRICT, "某区")),
			"one-district": replace(
				facts, places=(*facts.places, r.Place("500108000000", "别区", "District", None))
			),
			"towns": replace(facts, places=facts.places[:1]),
			"villages": replace(facts, places=facts.places[:2]),
			"empty-towns": replace(facts, places=facts.places[:2]),
			"foreign-codes": replace(
				facts, places=(*facts.places, r.Place("500108101202", "错村", "Village", TOWN_CODE))
			),
			"office": replace(facts, petition_office="JW"),
			"town-units": replace(facts, units=(office, dept, village)),
			"departments": replace(facts, units=(office, town, village)),
			"village-units": replace(facts, units=(office, dept, town)),
			"heads": replace(facts, units=(office, replace(dept, head=None), town, village)),
			"office-people": replace(facts, units=(replace(office, members=()), dept, town, village)),
			"empty-units": replace(facts, units=(office, dept, town, replace(village, members=()))),
			"roles": replace(facts, accounts=(*facts.accounts, r.Account("x@a.gov.cn", frozenset()))),
			"posts": replace(facts, accounts=(*facts.accounts, r.Account("x@a.gov.cn", frozenset({TOWN})))),
			"post-roles": replace(facts, accounts=facts.accounts[:-1]),
			"test-accounts": replace(
				facts, accounts=(*facts.accounts, r.Account("office@demo.invalid", frozenset({OFFICE})))
			),
			"categories": replace(facts, categories={}),
			"responsibility": replace(facts, ruled_categories=frozenset({"城"})),
			"reply-classes": replace(facts, class_codes=frozenset("UCG")),
			"statutory-limits": replace(facts, limits=frozenset()),
			"letter-words": replace(facts, letter_kinds=frozenset()),
			"office-prefix": replace(facts, units=(replace(office, letter_prefix=None), dept, town, village)),
			"prefixes": replace(facts, units=(office, replace(dept, letter_prefix=None), town, village)),
			"this-year": replace(facts, years=frozenset({2025})),
			"next-year": replace(facts, today=date(2026, 11, 1)),
			"guest-limit": with_setting("guest_questions", 0),
			"outgoing-mail": with_setting("has_mail", False),
			"muted-mail": with_setting("mute_emails", 1),
			"test-notice": with_setting("test_notice_sent", False),
			"passes": replace(facts, agents_without_pass=("周大姐",)),
			"agents": replace(facts, agents_on_duty=0),
			"agent-accounts": replace(facts, agents_without_account=("周大姐",)),
			"scheduler": with_setting("scheduler_on", False),
			"sweep": with_setting("sweep_is_fresh", False),
			"backup": with_setting("last_backup_on", date(2026, 5, 29)),
			"encrypted-backup": with_setting("encrypt_backup", 0),
			"https": with_setting("is_https", False),
			"developer-mode": with_setting("developer_mode", 1),
			"tests-off": with_setting("allow_tests", 1),
			"encryption-key": with_setting("has_encryption_key", False),
			"time-zone": with_setting("time_zone", "UTC"),
			"password-rules": with_setting("password_policy", 0),
			"login-tries": with_setting("login_attempts", 0),
		}
		self.assertEqual(set(cases), {check.code for check in r.CHECKS})
		for code, broken in cases.items():
			with self.subTest(code=code):
				self.assertIn(code, missing(broken))
				step = next(c for c in r.CHECKS if c.code == code)
				done = r.steps_done(r.examine(broken))[step.step]
				self.assertEqual(
					done, not any(f.blocks and f.check.step == step.step for f in r.examine(broken))
				)

	def test_the_day_before_is_fine_and_the_day_after_is_not(self):
		self.assertNotIn("next-year", missing(replace(ready(), today=date(2026, 10, 31))))
		self.assertNotIn("backup", missing(with_setting("last_backup_on", date(2026, 5, 30))))
		self.assertNotIn("guest-limit", missing(with_setting("guest_questions", 1000)))
		self.assertIn("guest-limit", missing(with_setting("guest_questions", 1001)))

	def test_a_rule_about_all_leaves_no_category_out(self):
		self.assertNotIn("responsibility", missing(replace(ready(), ruled_categories=frozenset({""}))))

	def test_a_backup_sent_elsewhere_counts(self):
		facts = with_setting("last_backup_on", None)
		self.assertIn("backup", missing(facts))
		elsewhere = replace(facts, settings={**facts.settings, "backs_up_elsewhere": True})
		self.assertNotIn("backup", missing(elsewhere))

	def test_sentences_fill_their_places(self):
		for check in r.CHECKS:
			self.assertIn(check.severity, (r.MUST, r.SHOULD))
			self.assertIn(check.step, r.STEPS)
			text = check.missing.format(count=3, names="某镇")
			self.assertNotIn("{", text + check.good + check.mend)
		codes = [check.code for check in r.CHECKS]
		self.assertEqual(len(set(codes)), len(codes))
