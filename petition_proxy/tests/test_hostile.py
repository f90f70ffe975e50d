"""Hostile callers: strangers at every open function, wrong types, script in every text, odd characters."""

import inspect
import json
from io import BytesIO

import frappe
from frappe.utils.xlsxutils import make_xlsx

from petition_proxy import hooks
from petition_proxy.domain import lifecycle
from petition_proxy.queries.ledger import LedgerFilters, ledger
from petition_proxy.tests import factories as f
from petition_proxy.tests import hostile_cases as h
from petition_proxy.tests import print_cases as p
from petition_proxy.tests.base import AppTestCase
from petition_proxy.utils.texts import TEXT_FIELDS, TextTooLongError

REFUSALS = (frappe.PermissionError, frappe.ValidationError)
# A wrong type is told by Frappe before the function is reached.
WRONG_TYPES = (*REFUSALS, frappe.exceptions.FrappeTypeError)
STRANGERS = (
	"nobody@pp.test",
	"town2@pp.test",
	"dept2@pp.test",
	"agent2@pp.test",
	"petitioner@pp.test",
	"Guest",
)
# Frappe's own function of this name, whose answer to another app's record or to an unknown column is its own.
LEFT_TO_FRAPPE = {("counts.get_count", "doctype"), ("counts.get_count", "filters")}
# What a stranger with the role may ask for within the own place, where there is nothing of the kind.
NOTHING_THERE = {
	"cards.indicator_now",
	"coverage.import_walking_distances",
}
# Of another agent's case an agent is told the same as of none at all; these are for agents alone.
FOR_AGENTS = ("agent_work.", "filing.", "progress.tell_petitioner", "service.hand_over")
# Anybody may ask where the nearest service point is. A petitioner without an account opens a case with what stands on the
# slip; what comes after that asks for the ticket it gave (test_petitioner_pages).
FOR_GUESTS = {
	"directory.nearby",
	"petitioner.add_paper",
	"petitioner.ask_review",
	"petitioner.get_paper",
	"petitioner.leave",
	"petitioner.look_up",
	"petitioner.open_account",
	"petitioner.rate",
	"petitioner.renew",
	"petitioner.revoke_agent",
	"petitioner.withdraw",
	"ratings_link.open_link",
	"ratings_link.rate",
}


class HostileTestCase(AppTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		frappe.set_user("Administrator")
		frappe.db.savepoint("hostile_class")
		f.make_agent("agent2@pp.test", f.VILLAGE_2, agent_name="外镇代理员")
		f.make_petitioner("外人", user="petitioner@pp.test")
		cls.ground = h.Ground()

	@classmethod
	def tearDownClass(cls):
		frappe.set_user("Administrator")
		frappe.db.rollback(save_point="hostile_class")
		super().tearDownClass()


class TestStrangers(HostileTestCase):
	"""An id of another's case in every act: refused, and nothing has changed."""

	def test_every_open_function_is_closed_to_strangers(self):
		before = h.picture()
		secrets = (self.ground.case.name, self.ground.case.subject, self.ground.case.petitioner_name)
		functions = list(h.api_functions())
		self.assertGreater(len(functions), 80)
		refused = {name: 0 for name, _function in functions}
		for user in STRANGERS:
			for name, function in functions:
				self.as_user(user)
				h.keep()
				arguments = self.ground.arguments(name, function)
				try:
					answer = function(**arguments)
				except frappe.PermissionError:
					refused[name] += 1
					h.undo()
					continue
				except frappe.ValidationError as error:
					# a complaint about the arguments would tell that nobody asked who is asking
					is_unknown = name.startswith(FOR_AGENTS) and isinstance(error, frappe.DoesNotExistError)
					# files, figures and papers are of what the person sees, drafts of the agent's own; some doors are for all
					if (
						not is_unknown
						and not name.startswith(("exports.", "indicators.", "printing.", "filing."))
						and name not in FOR_GUESTS
					):
						self.assertIn(name, NOTHING_THERE, f"as {user}: {error}")
					h.undo()
					continue
				changed = {t: (before[t], now) for t, now in h.picture().items() if now != before[t]}
				if name.startswith(
					("exports.", "printing.")
				):  # a file or paper of nothing is on record as well
					changed.pop("Access Record", None)
				h.undo()
				self.assertEqual(changed, {}, f"{name} as {user}")
				told = json.dumps([answer, dict(frappe.response)], default=str, ensure_ascii=False)
				for secret in secrets:
					self.assertNotIn(secret, told, f"{name} as {user}")
		everybody = len(STRANGERS)
		self.assertGreater(sum(count == everybody for count in refused.values()), 70, refused)

	def test_what_strangers_are_refused_is_done_or_judged_for_others(self):
		"""The same ids and words in the hands of Administrator: so it was the person who was refused above."""
		done = set()
		for name, function in h.api_functions():
			self.as_user("Administrator")
			h.keep()
			try:
				function(**self.ground.arguments(name, function))
				done.add(name)
			except frappe.PermissionError as error:
				if not name.startswith((*FOR_AGENTS, "petitioner.")):
					self.fail(f"{name}: {error}")
			except frappe.ValidationError as error:
				self.assertTrue(str(error), name)
			h.undo()
		self.assertGreater(len(done), 50, sorted(done))

	def test_guests_are_let_to_one_function(self):
		"""The rest is refused by Frappe before it runs."""
		open_to_guests = {name for name, function in h.api_functions() if function in frappe.guest_methods}
		self.assertEqual(open_to_guests, FOR_GUESTS)

	def test_what_changes_something_takes_no_get(self):
		before, answered, changing = h.picture(), set(), set()
		for name, function in h.api_functions():
			verbs = frappe.allowed_http_methods_for_whitelisted_func[function]
			self.as_user("Administrator")
			h.keep()
			try:
				function(**self.ground.arguments(name, function))
			except (frappe.ValidationError, frappe.PermissionError):
				h.undo()
				continue
			changed = {t for t, now in h.picture().items() if now != before[t]} - {"Access Record"}
			h.undo()
			if changed:
				changing.add(name)
				self.assertNotIn("GET", verbs, f"{name} changes {changed}")
			elif "GET" in verbs:
				answered.add(name)
		self.assertGreater(len(answered), 20, sorted(answered))
		self.assertGreater(len(changing), 20, sorted(changing))


class TestWrongTypes(HostileTestCase):
	"""What a client may send in place of what was asked: a sentence back, never a crash, and no change."""

	VALUES = (
		{"a": 1},
		["x", None],
		"[",
		"{}",
		"\x00",
		"🏮" * 40,
		"长" * 70_000,
		"' or 1=1 -- ",
		-1,
		"9999999999999999999999",
		"2026-13-45",
		"",
	)

	def test_wrong_values_in_every_place_end_in_a_sentence(self):
		crashes = set()
		for name, function in h.api_functions():
			right = self.ground.arguments(name, function)
			for word in inspect.signature(function).parameters:
				if (name, word) in LEFT_TO_FRAPPE:
					continue
				# a paper takes a second to lay out
				for value in self.VALUES if not name.startswith("printing.get_") else ({"a": 1}, "["):
					self.as_user("office@pp.test")
					h.keep()
					try:
						function(**{**right, word: value})
					except WRONG_TYPES:
						pass
					except Exception as error:
						crashes.add(
							f"{name}({word}={str(value)[:12]!r}): {type(error).__name__} {str(error)[:90]}"
						)
					h.undo()
		self.assertFalse(crashes, "\n" + "\n".join(sorted(crashes)))


class TestScript(HostileTestCase):
	"""Script in every text that an act takes or a form holds: nothing of it is stored as markup."""

	def test_no_act_stores_markup(self):
		done, found = set(), []
		for name, function in h.api_functions():
			self.as_user("Administrator")
			arguments = self.ground.arguments(name, function, h.SCRIPT)
			if h.SCRIPT not in arguments.values():
				continue
			h.keep()
			try:
				function(**arguments)
			except REFUSALS:
				h.undo()
				continue
			done.add(name)
			found += [f"{name}: {one}" for one in self.stored_markup()]
			h.undo()
		self.assertFalse(found, "\n" + "\n".join(found))
		self.assertGreater(len(done), 12, sorted(done))

	def test_no_form_stores_markup(self):
		for doctype, values in (
			("Petition", {"petitioner": self.ground.case.petitioner, "village": f.VILLAGE}),
			("Petitioner", {"village": f.VILLAGE}),
			(
				"Common Issue",
				{"region": f.TOWN, "responsible_unit": f.DEPT_UNIT, "category": self.ground.category},
			),
			("Early Notice", {"region": f.VILLAGE, "signal_kind": "Collective Visit", "source": "Village"}),
			("Video Reception", {"petitioner": self.ground.case.petitioner, "level": "District"}),
		):
			doc = frappe.get_doc({"doctype": doctype, **values})
			for df in doc.meta.fields:
				if df.fieldtype in ("Data", "Small Text", "Text", "Long Text") and not (
					df.options or doc.get(df.fieldname)
				):
					doc.set(df.fieldname, h.SCRIPT)
			for word in (
				"phone",
				"id_number",
				"new_petitioner_phone",
				"new_petitioner_id_number",
				"paper_no",
				"client_key",
			):
				if doc.meta.has_field(word):
					doc.set(word, None)
			doc.insert()
		self.assertEqual(self.stored_markup(), [])

	def stored_markup(self) -> list[str]:
		found = []
		own = frappe.get_all(
			"DocType", {"module": "Petition Proxy", "issingle": 0}, pluck="name", order_by="name"
		)
		for doctype in (*own, "Notification Log", "Comment", "ToDo", "Email Queue"):
			for column in text_columns(doctype):
				rows = frappe.db.sql(
					# binary, because the collation takes a full-width "＜" for a "<"
					f"select `{column}` from `tab{doctype}`"
					f" where binary `{column}` like %s or binary `{column}` like %s limit 1",
					("%<script%", "%<img%"),
				)
				if rows and (doctype, column) not in WEB_CONTENT:
					found.append(f"{doctype}.{column}: {str(rows[0][0])[:80]}")
		return found


# Written by the site's own people with an editor for web pages, and cleaned by it.
WEB_CONTENT: set[tuple[str, str]] = set()


def text_columns(doctype: str) -> list[str]:
	return [
		row.Field
		for row in frappe.db.sql(f"show columns from `tab{doctype}`", as_dict=True)
		if row.Type.startswith(("varchar", "text", "longtext", "mediumtext"))
	]


class TestOddCharacters(HostileTestCase):
	"""Emoji, rare characters, characters that are none, very long texts: kept, printed, exported."""

	ODD = "🏮👵🏼𠮷家村\u200b\u202e反映\x07\x0b问题"

	def test_kept_printed_and_exported(self):
		person = f.make_petitioner("𠮷婆婆🏮")
		doc = f.make_petition(
			lifecycle.REGISTERED, petitioner=person.name, subject=self.ODD, content=self.ODD + "长" * 19_000
		)
		kept = frappe.db.get_value("Petition", doc.name, ("subject", "content"))
		self.assertIn("👵🏼𠮷家村", kept[0])
		self.assertEqual(len(kept[1]) >= 19_000, True)
		html = p.printed_html("Petition", doc.name, "Proxy Register Form")
		self.assertIn("𠮷家村", html)
		rows = ledger(LedgerFilters.read({}), h.moment())
		sheet = make_xlsx([[row["name"], row["subject"]] for row in rows], "台账")
		self.assertGreater(len(BytesIO(sheet.getvalue()).read()), 1000)

	def test_too_long_for_a_line_is_told(self):
		with self.assertRaises(frappe.ValidationError):
			f.make_petition(subject="长" * 500)
		with self.assertRaisesRegex(TextTooLongError, "too long"):
			f.make_petition(content="长" * 22_000)

	def test_every_record_with_texts_has_them_cleaned(self):
		expected = set()
		for doctype in frappe.get_all(
			"DocType",
			{"module": "Petition Proxy", "issingle": 0, "istable": 0},
			pluck="name",
			order_by="name",
		):
			meta = frappe.get_meta(doctype)
			tables = [frappe.get_meta(df.options) for df in meta.get_table_fields()]
			if any(df.fieldtype in TEXT_FIELDS for one in (meta, *tables) for df in one.fields):
				expected.add(doctype)
		self.assertEqual(set(hooks._written_records), expected)

	def test_nul_is_no_way_past_a_rule(self):
		doc = f.make_petition(lifecycle.RECEIVED)
		for value in ("\x00", " \x00 ", "\u200b", "\u3000", "退回原因\x00"):
			doc.reload()
			doc.step_reason = value
			doc.workflow_state = lifecycle.REGISTERED
			if "原因" in value:  # with a real reason the same step is taken
				doc.save()
				continue
			with self.assertRaisesRegex(frappe.ValidationError, r"^Say why\.$", msg=repr(value)):
				doc.save()
		self.assertEqual(frappe.db.get_value("Petition", doc.name, "workflow_state"), lifecycle.REGISTERED)
