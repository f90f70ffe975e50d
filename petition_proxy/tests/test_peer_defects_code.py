"""Defects that are seen in the sources and tables themselves: eGRM 13 and 14, OAN h, Helpdesk.

Each is a habit of writing that made the defect possible; the tests read this app's own code for it.
"""

import ast
from pathlib import Path

import frappe

from petition_proxy.domain import lifecycle
from petition_proxy.tests import factories as f
from petition_proxy.tests.base import AppTestCase

ROOT = Path(frappe.get_app_path("petition_proxy"))
MODULE = "Petition Proxy"
# Commands at a terminal, whose output is their work.
AT_A_TERMINAL = (
	"commands.py",
	"setup/demo/logins.py",
	"utils/bench_",
	"utils/likeness_report.py",
	"utils/export_meter.py",
)
TRANSLATORS = {"_", "_lt"}
# Records of a case that even a manager cannot take away; the rest of the module is masters and settings.
SPOKEN_FOR = {"Petitioner", "Proxy Agreement", "Proxy Agent", "Access Record"}


def sources() -> list[tuple[str, ast.Module]]:
	"""Path and tree of every module of the app, the tests left out."""
	found = []
	for path in sorted(ROOT.rglob("*.py")):
		name = path.relative_to(ROOT).as_posix()
		if "/tests/" in f"/{name}" or path.name.startswith("test_"):
			continue
		found.append((name, ast.parse(path.read_text(), name)))
	return found


def called(node: ast.AST) -> str:
	"""The name a call goes by, with what stands before it: "frappe.db.commit"."""
	return ast.unparse(node.func) if isinstance(node, ast.Call) else ""


def is_translated(node: ast.AST) -> bool:
	if called(node) in TRANSLATORS:
		return True
	# `_("...").format(...)` is a translated text as well
	return called(node).endswith(".format") and is_translated(node.func.value)


def own_doctypes(**filters) -> list[str]:
	return frappe.get_all("DocType", {"module": MODULE, **filters}, pluck="name", order_by="name")


def case_records() -> list[str]:
	"""Petition and every record that points at one."""
	links = frappe.get_all(
		"DocField", {"fieldtype": "Link", "options": "Petition"}, pluck="parent", order_by="parent"
	)
	return sorted({"Petition", *links} & set(own_doctypes(istable=0, issingle=0)))


class TestReading(AppTestCase):
	"""The ways of reading used below find what they look for: a search that finds nothing proves nothing."""

	BAD = """
def bad(rows):
	print(rows)
	if _(rows[0].status) == "Closed" or _("{0}").format(1) == "x":
		frappe.log("x")
	for row in rows:
		frappe.db.commit()
"""

	def test_all_sources_are_read(self):
		names = [name for name, _tree in sources()]
		self.assertGreater(len(names), 100)
		self.assertFalse([name for name in names if "test_" in name])

	def test_bad_code_is_found(self):
		tree = ast.parse(self.BAD)
		calls = [called(node) for node in ast.walk(tree)]
		for word in ("print", "frappe.log", "frappe.db.commit"):
			self.assertIn(word, calls)
		compared = [node for node in ast.walk(tree) if isinstance(node, ast.Compare)]
		self.assertEqual([is_translated(node.left) for node in compared], [True, True])
		loops = [node for node in ast.walk(tree) if isinstance(node, ast.For)]
		self.assertEqual(sum(called(node) == "frappe.db.commit" for node in ast.walk(loops[0])), 1)


class TestEgrm13(AppTestCase):
	"""eGRM 13: 69 prints and 309 debug lines in the app, a masking helper nobody called, no history of changes."""

	def test_egrm_13_no_print_and_no_debug_output(self):
		for name, tree in sources():
			for node in ast.walk(tree):
				text = called(node)
				where = f"{name}:{getattr(node, 'lineno', 0)} {text}"
				if not name.startswith(AT_A_TERMINAL):
					self.assertNotEqual(text, "print", where)
				self.assertNotIn(
					text, ("frappe.log", "frappe.errprint", "breakpoint", "pdb.set_trace"), where
				)

	def test_egrm_13_no_debug_output_in_scripts_of_the_desk(self):
		for path in sorted(ROOT.rglob("*.js")):
			if "node_modules" in path.parts or "dist" in path.parts or "vendor" in path.parts:
				continue
			for word in ("console.log", "debugger", "alert("):
				lines = [line for line in path.read_text().splitlines() if word in line]
				lines = [line for line in lines if f"show_{word}" not in line and f".{word}" not in line]
				self.assertEqual(lines, [], f"{path.name}: {word}")

	def test_egrm_13_cases_and_people_keep_their_history(self):
		for doctype in ("Petition", "Petitioner", "Proxy Agreement", "Proxy Agent", "Evaluation"):
			self.assertTrue(frappe.get_meta(doctype).track_changes, doctype)

	def test_egrm_13_history_and_logs_hold_no_plain_number(self):
		phone, number = "13798765432", "110105194912310038"
		f.make_district()
		person = f.make_petitioner("许桂兰", phone="13798765431")
		agent = f.make_agent("agent@pp.test")
		person.phone = agent.phone = phone
		person.id_number = agent.id_number = number
		# Frappe leaves versions out in tests; a site does not
		person.save(ignore_version=False), agent.save(ignore_version=False)
		for record in (person, agent):
			record.reload()
			self.assertTrue(record.id_hash and record.sealed_id_number, record.doctype)
			self.assertTrue(frappe.db.exists("Version", {"docname": record.name}), record.doctype)
		person.id_number = frappe.generate_hash(length=4)
		frappe.db.savepoint("wrong_number")
		self.assertRaises(frappe.ValidationError, person.save)
		frappe.db.rollback(save_point="wrong_number")
		doc = f.make_petition(lifecycle.HANDLING, petitioner=person.name)
		doc.evidence_list = "照片"
		doc.save(ignore_version=False)
		self.assertTrue(frappe.db.exists("Version", {"docname": doc.name}))
		for doctype in (
			*("Version", "Petitioner", "Proxy Agent", "Petition", "Petition Event", "Alert", "Error Log"),
			*("Progress Notice", "Notification Log", "Access Record", "Activity Log", "Comment"),
		):
			for row in frappe.db.sql(f"select * from `tab{doctype}`", as_list=True):
				text = " ".join(map(str, row))
				self.assertFalse(phone in text or number in text or "13798765431" in text, doctype)

	def test_egrm_13_masks_are_what_every_list_shows(self):
		f.make_district()
		person = f.make_petitioner("许桂兰", phone="13798765432")
		f.make_petition(lifecycle.HANDLING, petitioner=person.name)
		for user in ("dept@pp.test", "leader@pp.test", "auditor@pp.test", "agent@pp.test"):
			self.as_user(user)
			rows = frappe.get_list(
				"Petition", {"petitioner": person.name}, ["name", "masked_phone"], order_by="name"
			)
			self.assertEqual([row.masked_phone for row in rows], ["137****5432"], user)


class TestEgrm14(AppTestCase):
	"""eGRM 14: five filings a day from one address; states compared by their English names; counts of undone rows."""

	def test_egrm_14_no_code_compares_a_translated_text(self):
		for name, tree in sources():
			for node in ast.walk(tree):
				if isinstance(node, ast.Compare):
					sides = [node.left, *node.comparators]
					self.assertFalse(any(map(is_translated, sides)), f"{name}:{node.lineno}")
				if isinstance(node, ast.Dict):
					keys = [key for key in node.keys if key is not None]
					self.assertFalse(any(map(is_translated, keys)), f"{name}:{node.lineno}")
				if isinstance(node, ast.Match):
					self.assertFalse(is_translated(node.subject), f"{name}:{node.lineno}")

	def test_egrm_14_states_are_ids_in_chinese_as_well(self):
		f.make_district()
		user = frappe.get_doc("User", "office@pp.test")
		user.db_set("language", "zh")
		was = frappe.local.lang
		frappe.local.lang = "zh"
		self.addCleanup(setattr, frappe.local, "lang", was)
		doc = f.make_petition(lifecycle.ARCHIVED)
		self.assertEqual(frappe.db.get_value("Petition", doc.name, "workflow_state"), lifecycle.ARCHIVED)

	def test_egrm_14_a_service_point_files_for_a_whole_village_from_one_address(self):
		f.make_district()
		agent = f.make_agent()
		frappe.local.request_ip = "192.0.2.7"
		self.addCleanup(delattr, frappe.local, "request_ip")
		people = [f.make_petitioner(f"村民{number}") for number in range(12)]
		agreements = [f.make_agreement(person.name, agent.name).name for person in people]
		self.as_user("agent@pp.test")
		for person, agreement in zip(people, agreements, strict=True):
			doc = frappe.get_doc(
				{
					"doctype": "Petition",
					"subject": "路灯不亮",
					"content": "村口三盏路灯坏了一个月。",
					"village": f.VILLAGE,
					"petitioner": person.name,
					"agent": agent.name,
					"agreement": agreement,
				}
			)
			doc.flags.file_now = True
			self.assertEqual(doc.insert().workflow_state, lifecycle.REGISTERED)


class TestOANhDelete(AppTestCase):
	"""OAN h: staff could delete a case and its history."""

	def test_oan_h_no_role_may_delete_a_record_of_a_case(self):
		records = set(case_records()) | SPOKEN_FOR
		self.assertGreater(len(records), 20)
		for doctype in sorted(records):
			rows = frappe.get_all("DocPerm", {"parent": doctype, "delete": 1}, pluck="role", order_by="role")
			self.assertEqual(rows, [], doctype)

	def test_oan_h_not_even_administrator_deletes_a_filed_case(self):
		f.make_district()
		doc = f.make_petition(lifecycle.ARCHIVED)
		for doctype in case_records():
			column = "name" if doctype == "Petition" else "petition"
			if not frappe.get_meta(doctype).has_field("petition") and doctype != "Petition":
				continue
			for name in frappe.get_all(doctype, {column: doc.name}, pluck="name", order_by="name"):
				frappe.db.savepoint("deleting")
				with self.assertRaises(frappe.ValidationError, msg=f"{doctype} {name}"):
					frappe.delete_doc(doctype, name)
				frappe.db.rollback(save_point="deleting")
				self.assertTrue(frappe.db.exists(doctype, name), doctype)


class TestHelpdeskHabits(AppTestCase):
	"""Helpdesk: a commit per row in jobs, Guest as owner of what every visitor reads, an e-mail that closes a case."""

	def test_helpdesk_no_commit_in_a_loop_over_rows(self):
		"""A page is a transaction; a row never is. Where a loop commits, it goes over pages or people."""
		allowed = {
			"jobs/progress_tasks.py": 1,  # a page of notices
			"jobs/reception_reminders.py": 1,  # a page of receptions
			"jobs/draft_cleanup.py": 1,  # a page of drafts
			"imports/ledger_import.py": 1,  # a batch of lines
			"imports/command_line.py": 3,  # the command's own end
			"petition_proxy/doctype/common_issue/acts.py": 1,  # a page of answers
		}
		for name, tree in sources():
			if name.startswith(("utils/bench_", "setup/demo/")):
				continue
			found = 0
			for loop in ast.walk(tree):
				if isinstance(loop, (ast.For, ast.While)):
					found += sum(called(node) == "frappe.db.commit" for node in ast.walk(loop))
			self.assertLessEqual(found, allowed.get(name, 0), name)

	def test_helpdesk_hooks_and_controllers_never_commit(self):
		for name, tree in sources():
			if name.startswith(("api/", "permissions/", "domain/", "queries/", "printing/")) or (
				"/doctype/" in name and name.rpartition("/")[2] not in ("acts.py",)
			):
				calls = [node.lineno for node in ast.walk(tree) if called(node) == "frappe.db.commit"]
				self.assertEqual(calls, [], name)

	def test_helpdesk_guest_has_no_right_on_any_record(self):
		for table in ("DocPerm", "Custom DocPerm"):
			rows = frappe.get_all(
				table,
				{"parent": ("in", own_doctypes()), "role": ("in", ("Guest", "All", "Desk User"))},
				["parent", "role"],
				order_by="parent",
			)
			self.assertEqual(rows, [], table)
		self.as_user("Guest")
		for doctype in own_doctypes(istable=0, issingle=0):
			for right in ("read", "write", "create", "select", "export", "print", "share"):
				self.assertFalse(frappe.has_permission(doctype, right), (doctype, right))

	def test_helpdesk_no_right_hangs_on_having_made_the_record_alone(self):
		rows = frappe.get_all(
			"DocPerm",
			{"parent": ("in", own_doctypes()), "if_owner": 1},
			["parent", "role"],
			order_by="parent",
		)
		self.assertFalse({row.role for row in rows} & {"Guest", "All"}, rows)

	def test_helpdesk_a_rating_closes_no_case(self):
		f.make_district()
		doc = f.make_petition(lifecycle.SERVED)
		for party in ("Handling Unit", "Proxy Agent"):
			frappe.get_doc(
				{
					"doctype": "Evaluation",
					"petition": doc.name,
					"rated_party": party,
					"rating": "Satisfied",
					"channel": "Counter",
				}
			).insert()
		self.assertEqual(frappe.db.get_value("Petition", doc.name, "workflow_state"), lifecycle.SERVED)

	def test_helpdesk_no_mail_goes_out_inside_a_save(self):
		for name, tree in sources():
			for node in ast.walk(tree):
				if called(node).endswith("sendmail"):
					now = [word for word in node.keywords if word.arg == "now"]
					self.assertEqual(now, [], f"{name}:{node.lineno}")
