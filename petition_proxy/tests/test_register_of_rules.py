"""Every invariant, every known defect of other systems and every kind of bad input has a test named after it.

The register below is the list; a test that is renamed or lost makes it fail.
"""

import ast
import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

INVARIANTS = {
	1: "no case leaves the draft without a living authority and an able agent",
	2: "who revokes the authority stops the agent; only the petitioner withdraws",
	3: "the accused neither gets, reads nor counts the case",
	4: "limits fall on the day the law says, and more time is approved before the end",
	5: "five working days to object to an assignment",
	6: "repeats follow the principal, never the agent",
	7: "five representatives at most, any number of members",
	8: "nobody rates himself, and a rating knows who typed it and how it was heard",
	9: "one reward a case and agent, by the frozen rating, put right by a new line",
	10: "no filing away under review; a conclusion blocks acceptance, not registration",
	11: "closing waits for no rating, and the unrated stand in one denominator only",
	12: "offices see their own scope, and every look at a number leaves a record",
	13: "a frozen bulletin is the same a year later",
	14: "who is suspended, untrained or out of term covers nothing",
	15: "priorities change the order and no due date",
}

# id, words of its tests, what it is
DEFECTS = {
	"egrm 1": "a sweep that reads every open case, in one transaction that swallows errors",
	"egrm 2": "a reminder on one day only, and again at each run of that day",
	"egrm 3": "a late case that climbs one level a day",
	"egrm 4": "a job that asks for columns that are not there",
	"egrm 5": "notices on a hook that live cases never reach",
	"egrm 6": "document methods open to clients that save past the rights",
	"egrm 7": "single values written past the rules, access by what the payload says",
	"egrm 8": "short consecutive numbers as keys for guests",
	"egrm 9": "public evidence, drawings with scripts",
	"egrm 10": "a question a row in lists and reports",
	"egrm 11": "tables without indexes, conditions that compute",
	"egrm 12": "rights on a path that a move leaves behind",
	"egrm 13": "prints and debug lines, masks nobody applies, no history",
	"egrm 14": "five filings a day from an address, states compared by name",
	"oan a": "a copied tree position that goes stale",
	"oan b": "nobody told again after a reopening",
	"oan c": "the weaker warning after the stronger",
	"oan d": "a failure swallowed and never tried again",
	"oan e": "a vacant post that ends the warnings",
	"oan f": "a hundred messages an hour, failed ones never again",
	"oan g": "a pause that ends on a holiday",
	"oan h": "staff who delete a case",
	"helpdesk commit": "a commit for each row",
	"helpdesk guest": "guests as owners of what all guests read",
	"helpdesk rating": "a rating that closes the case",
	"helpdesk list": "two rules for list and document that drift",
	"helpdesk calendar": "a calendar that walks on without end and knows no worked Saturday",
	"pgr oldest": "the newest hundred only",
	"pgr clock": "a remark that resets the clock",
	"pgr two sweeps": "two schedulers at once",
}
# Where the words of the id do not stand in the name of a test.
SPELLED = {
	"helpdesk commit": r"helpdesk\w*commit",
	"helpdesk guest": r"helpdesk\w*guest",
	"helpdesk rating": r"helpdesk\w*rating",
	"helpdesk list": r"helpdesk\w*list",
	"helpdesk calendar": r"helpdeskcalendar",
	"pgr oldest": r"pgr\w*oldest",
	"pgr clock": r"pgr\w*clock",
	"pgr two sweeps": r"pgr\w*two_sweeps",
}

BAD_INPUT = {
	"dates out of order": r"test_\w*dates_out_of_order|test_days_out_of_order",
	"a limit row missing": r"test_missing_row_stops_the_step",
	"limit rows that overlap": r"test_overlapping_rows_stop_the_step",
	"a unit closed in mid-case": r"test_a_unit_closed_in_mid_case",
	"an agent suspended in mid-case": r"test_suspended_in_mid_case",
	"a revoked agreement": r"test_invariant_2_every_act_of_the_agent_ends",
	"a petitioner who dies": r"test_death_ends_every_agreement",
	"two officers at once": r"test_two_officers_at_once",
	"the same action twice": r"test_same_\w*twice",
	"the own unit as handler of a complaint against it": r"test_an_officer_naming_own_unit",
	"ids of other people's cases": r"test_every_open_function_is_closed_to_strangers",
	"wrong types": r"test_wrong_values_in_every_place",
	"script in texts": r"test_no_act_stores_markup",
	"odd characters and very long texts": r"test_kept_printed_and_exported",
}


def names_of_tests() -> list[str]:
	"""Names of test classes and functions, each function with its class before it, in small letters."""
	found = []
	for path in ROOT.rglob("test_*.py"):
		tree = ast.parse(path.read_text(encoding="utf-8"))
		functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
		for group in tree.body:
			for test in group.body if isinstance(group, ast.ClassDef) else ():
				if getattr(test, "name", "").startswith("test_") and asserts(test, functions):
					found.append(f"{group.name} {test.name}".lower())
	return found


def asserts(test: ast.FunctionDef, functions: dict[str, ast.FunctionDef]) -> bool:
	"""Whether a test claims anything, itself or by a function of its file; an empty one proves no rule."""
	seen, left = set(), [test]
	while left:
		for node in ast.walk(left.pop()):
			called = node.func if isinstance(node, ast.Call) else None
			name = getattr(called, "attr", getattr(called, "id", ""))
			if name.startswith(("assert", "fail")):
				return True
			if name in functions and name not in seen:
				seen.add(name)
				left.append(functions[name])
	return False


class TestRegister(unittest.TestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		cls.names = names_of_tests()

	def missing(self, patterns: dict) -> list:
		return [
			key for key, pattern in patterns.items() if not any(re.search(pattern, n) for n in self.names)
		]

	def test_every_invariant_has_its_tests(self):
		self.assertEqual(sorted(INVARIANTS), list(range(1, 16)))
		patterns = {n: rf"invariant_?0?{n}(?!\d)" for n in INVARIANTS}
		self.assertEqual(self.missing(patterns), [])

	def test_every_defect_has_its_tests(self):
		patterns = {}
		for key in DEFECTS:
			who, which = key.split(" ", 1)
			patterns[key] = SPELLED.get(key) or rf"{who}_?{which}(?!\d)" + (
				"" if which.isdigit() else r"(?:_|[a-z])"
			)
		self.assertEqual(self.missing(patterns), [])

	def test_every_kind_of_bad_input_has_its_test(self):
		self.assertEqual(self.missing(BAD_INPUT), [])

	def test_a_test_that_claims_nothing_is_none(self):
		tree = ast.parse(
			"def test_a(self):\n\tself.b()\ndef b(self):\n\tself.fail()\ndef test_c(self):\n\tc()"
		)
		functions = {node.name: node for node in tree.body}
		self.assertTrue(asserts(functions["test_a"], functions))
		self.assertFalse(asserts(functions["test_c"], functions))

	def test_the_search_finds_what_is_not_there(self):
		self.assertEqual(self.missing({16: r"invariant_?0?16(?!\d)", "x": "egrm_?15(?!\\d)"}), [16, "x"])
