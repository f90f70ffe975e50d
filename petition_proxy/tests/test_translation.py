"""What a Chinese user reads: every text of the app has a Chinese translation, whole and in Chinese."""

import ast
import json
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import frappe
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po
from frappe.desk import query_report
from frappe.gettext.translate import get_mo_path, get_translations_from_mo
from frappe.translate import get_translations_from_apps
from frappe.utils import strip_html_tags

from petition_proxy.domain import agent_lifecycle, dwell, lifecycle, repeats
from petition_proxy.tests.base import AppTestCase

APP = "petition_proxy"
MODULE = "Petition Proxy"
LANG = "zh"
ROOT = Path(frappe.get_app_path(APP))

# A text and the context it is looked up with; None: none.
Key = tuple[str, str | None]

KEYWORDS = {**DEFAULT_KEYWORDS, "_lt": None, "mark": None}
EXTRACTORS = {
	".py": "frappe.gettext.extractors.python.extract",
	".js": "frappe.gettext.extractors.javascript.extract",
	".html": "frappe.gettext.extractors.html_template.extract",
}
# Latin words that Chinese office software shows as they are.
LATIN_WORDS = {"CSV", "XLSX", "Excel", "JSON", "UTF", "xls", "force", "level", "demo"}
LATIN_WORDS |= {"PDF", "JPG", "PNG", "unix", "clamd"}
# ... and the keys of a keyboard.
LATIN_WORDS |= {"Enter", "Shift", "Ctrl", "Alt"}
# Names of settings, of commands and of places on the clock, which are typed as they are.
TYPED_NAMES = re.compile(
	r"\b[a-z]+(?:_[a-z]+)+(?:\.json)?\b|\bbench(?: --[a-z]+| SITE| [a-z-]+)+|\bAsia/[A-Z][a-z]+|\b[a-z]+(?:\.[a-z]+)+:\d+"
)
LATIN_WORDS |= {"chinesecalendar"}
# What the makers of chat robots and gateways call their things.
LATIN_WORDS |= {"Webhook", "SEC", "code", "http", "https"}
# Variables that hold the name of an event until it is recorded.
EVENT_NAMES = {"EVENT", "CONFIRM_EVENT", "event", "action"}
PLACEHOLDER = re.compile(r"\{[^{}]*\}")
CONTAINS_LETTER = re.compile(r"[A-Za-z]{2}")


class TestTranslation(AppTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		cls.catalog = read_messages(LANG)
		cls.core = get_translations_from_apps(LANG, ["frappe"])

	def test_every_text_is_shown_in_chinese(self):
		shown = shown_texts()
		self.assertGreater(len(shown), 600)
		bad = {}
		for key, where in shown.items():
			if fault := fault_of(key, self.catalog, self.core):
				bad[key] = f"{fault} ({where})"
		self.assertFalse(bad, report(bad))

	def test_every_entry_of_the_catalogue_is_translated(self):
		bad = {key: fault for key in read_messages(None) if (fault := fault_of(key, self.catalog, {}))}
		self.assertFalse(bad, report(bad))

	def test_template_holds_every_text_of_the_app(self):
		"""What the extractors of Frappe 15 skip stands in setup/strings.py, or nobody could translate it."""
		template = {text for text, _context in read_messages(None)}
		missing = {key: where for key, where in shown_texts().items() if key[0] not in template}
		missing = {key: where for key, where in missing.items() if key[0] not in self.core}
		self.assertFalse(missing, report(missing))

	def test_events_acts_and_steps_have_their_own_words(self):
		"""Not those of Frappe: "Object" and "Group" are nouns there, "Check" is a field, "Left" a side."""
		known = {key for key, chinese in self.catalog.items() if chinese}
		for source, at_least in ((event_texts, 40), (act_texts, 17), (step_texts, 7)):
			with self.subTest(source.__name__):
				keys = {key for key, _where in source()}
				self.assertGreaterEqual(len(keys), at_least)
				self.assertEqual(sorted(keys - known), [])

	def test_one_word_reads_by_its_record(self):
		"""Words that would mislead an officer if they were read as in another record."""
		for text, context, chinese in (
			("Left", "Proxy Agent", "离岗"),
			("Left", "Agent Status Change", "离岗"),
			("Name", "Agent Application", "姓名"),
			("Kind", "Training Session", "培训类型"),
			("Open", "Training Session", "报名中"),
			("Rejected", "Extension Request", "不予批准"),
			("Rejected", "Petition Assignment", "异议不成立"),
			("Upheld", "Petition Assignment", "异议成立"),
			("Upheld", "Review Request", "维持"),
			("Tier", "Reward Entry", "档次"),
			("Call Off", "Video Reception", "取消接访"),
		):
			with self.subTest(text, context=context):
				shown = self.catalog.get((text, context)) or self.catalog.get((text, None))
				self.assertEqual(shown, chinese)

	def test_placeholders_match(self):
		bad = {
			key: text
			for key, text in self.catalog.items()
			if text and set(PLACEHOLDER.findall(key[0])) != set(PLACEHOLDER.findall(text))
		}
		self.assertFalse(bad, report(bad))

	def test_catalogue_holds_nothing_else(self):
		"""An entry whose text left the code is dead weight; `bench update-po-files` drops it."""
		self.assertEqual(set(self.catalog) - set(read_messages(None)), set())

	def test_compiled_messages_are_those_of_the_catalogue(self):
		if not get_mo_path(APP, LANG).exists():
			self.skipTest(f"not compiled yet; `bench build --app {APP}` compiles the translations")
		compiled = get_translations_from_mo(LANG, APP)
		expected = {f"{t}:{c}" if c else t: text for (t, c), text in self.catalog.items() if text}
		stale = {k: expected[k] for k in expected if compiled.get(k) != expected[k]}
		self.assertFalse(stale, f"run `bench compile-po-to-mo --app {APP} --force`\n" + report(stale))
		# ... and they are what a user gets
		frappe.cache.delete_value("merged_translations")
		self.assertEqual(frappe._("Handling Unit", lang=LANG), "承办单位")
		self.assertEqual(frappe._("Close", lang=LANG, context="Petition"), "办结")

	def test_report_columns_are_in_chinese(self):
		if not get_mo_path(APP, LANG).exists():
			self.skipTest(f"not compiled yet; `bench build --app {APP}` compiles the translations")
		lang = frappe.local.lang
		frappe.local.lang = LANG
		try:
			for name in frappe.get_all("Report", {"module": MODULE}, pluck="name", order_by="name asc"):
				columns = query_report.run(name, filters={}, ignore_prepared_report=True)["columns"]
				self.assertGreater(len(columns), 4, name)
				english = [c["label"] for c in columns if latin_words(c["label"])]
				self.assertEqual(english, [], name)
		finally:
			frappe.local.lang = lang

	def test_faults_are_found(self):
		catalog = {
			("Handling Unit", None): "承办单位",
			("Handling Unit Head", None): "Unit Head",
			("Close", "Petition"): "办结",
			("Save the file as CSV", None): "请将文件另存为 CSV",
			("{0} days left", None): "剩余{0}天",
		}
		self.assertIsNone(fault_of(("Handling Unit", None), catalog, {}))
		self.assertIsNone(fault_of(("Handling Unit", "Petition"), catalog, {}))
		self.assertIsNone(fault_of(("Close", "Petition"), catalog, {}))
		self.assertIsNone(fault_of(("Save the file as CSV", None), catalog, {}))
		self.assertIsNone(fault_of(("{0} days left", None), catalog, {}))
		self.assertIsNone(fault_of(("Status", None), catalog, {"Status": "状态"}))
		self.assertEqual(fault_of(("Status", None), catalog, {}), "no translation")
		self.assertEqual(fault_of(("Close", None), catalog, {}), "no translation")
		catalog["Run bench", None] = "请执行 bench --site SITE migrate，删除 allow_tests，不要 Run it。"
		self.assertEqual(fault_of(("Run bench", None), catalog, {}), "still English: Run")
		self.assertIn("Unit, Head", fault_of(("Handling Unit Head", None), catalog, {}))

	def test_python_js_and_html_are_searched(self):
		found = list(code_texts())
		kinds = {where.partition(":")[0].rpartition(".")[2] for _key, where in found}
		self.assertEqual(kinds, {"py", "js", "html"})


def fault_of(key: Key, catalog: dict[Key, str], core: dict[str, str]) -> str | None:
	"""What is wrong with what a Chinese user reads for a text, or None.

	Looks up as Frappe does: this app over the framework, the text in its context over the bare one.
	"""
	text, context = key
	chinese = None
	if context:
		chinese = catalog.get(key) or core.get(f"{text}:{context}")
	chinese = chinese or catalog.get((text, None)) or core.get(text)
	if not chinese:
		return "no translation"
	if words := latin_words(chinese):
		return f"still English: {', '.join(words)}"
	return None


def latin_words(text: str) -> list[str]:
	bare = TYPED_NAMES.sub(" ", PLACEHOLDER.sub(" ", strip_html_tags(text)))
	return [word for word in re.findall(r"[A-Za-z]{3,}", bare) if word not in LATIN_WORDS]


def read_messages(locale: str | None) -> dict[Key, str]:
	"""Entries of the catalogue of a language, or of the template."""
	path = ROOT / "locale" / (f"{locale}.po" if locale else "main.pot")
	with open(path, "rb") as file:
		return {(m.id, m.context): m.string for m in read_po(file) if m.id}


def shown_texts() -> dict[Key, str]:
	"""Every text of the app that a user can meet, and where."""
	texts: dict[Key, str] = {}
	for source in (
		doctype_texts,
		report_texts,
		paper_texts,
		web_form_texts,
		desk_texts,
		workflow_texts,
		seed_texts,
		event_texts,
		act_texts,
		step_texts,
		reason_texts,
		code_texts,
	):
		for (text, context), where in source():
			# a bare letter, number or punctuation mark is the same in Chinese
			if text and CONTAINS_LETTER.search(PLACEHOLDER.sub("", text)):
				texts.setdefault((text, context), where)
	return texts


def event_texts() -> Iterator[tuple[Key, str]]:
	"""Names of what happens on the path of a petition beside its steps: the second argument of `record_event`."""
	for path in sorted(ROOT.rglob("*.py")):
		if "tests" in path.parts or path.name.startswith("test_"):
			continue
		source = path.read_text(encoding="utf-8")
		if "record_event" not in source and "Petition Event" not in source:
			continue
		for node in ast.walk(ast.parse(source)):
			name = getattr(node, "func", None) and getattr(node.func, "id", getattr(node.func, "attr", ""))
			if name in ("record_event", "record_events", "note", "_note_on_petition") and len(node.args) > 1:
				at = 0 if name == "note" else 1
				texts = [n.value for n in ast.walk(node.args[at]) if isinstance(n, ast.Constant)]
			elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in EVENT_NAMES:
				texts = [n.value for n in ast.walk(node.value) if isinstance(n, ast.Constant)]
			else:
				continue
			for text in texts:
				yield (text, "Petition"), f"{path.name}, path of a petition"


def act_texts() -> Iterator[tuple[Key, str]]:
	"""What is done to agents and the statuses it leads to: on the buttons, and in the history."""
	acts = {*agent_lifecycle.ACTIONS, agent_lifecycle.ENTERED, agent_lifecycle.RECLASSIFIED}
	for text in sorted(acts):
		yield (text, "Proxy Agent"), "act of an agent"
	for context in ("Proxy Agent", "Agent Status Change"):
		for text in (agent_lifecycle.LEFT, agent_lifecycle.APPLIED):
			yield (text, context), "status of an agent"


def step_texts() -> Iterator[tuple[Key, str]]:
	for step, _begin, _end in dwell.STEPS:
		yield (step, "Step of the Path"), "step of the path"


def reason_texts() -> Iterator[tuple[Key, str]]:
	for reason in repeats.REASONS:
		yield (reason, "Repeat Candidate"), "why it may be a repeat"


def doctype_texts() -> Iterator[tuple[Key, str]]:
	for name in frappe.get_all("DocType", {"module": MODULE}, pluck="name", order_by="name asc"):
		meta = frappe.get_meta(name)
		yield (name, None), "DocType"
		yield (meta.description, None), name
		for field in meta.fields:
			where = f"{name}.{field.fieldname}"
			yield (field.label, name), where
			yield (field.description, None), where
			if field.fieldtype == "Select":
				for option in (field.options or "").split("\n"):
					yield (option, name), where
			elif field.fieldtype == "HTML" and field.options:
				yield (field.options, None), where
		for link in meta.links:
			yield (link.group, None), name
		for permission in meta.permissions:
			yield (permission.role, None), f"{name}, role"


def report_texts() -> Iterator[tuple[Key, str]]:
	for name in frappe.get_all("Report", {"module": MODULE}, pluck="name", order_by="name asc"):
		yield (name, None), "Report"


def paper_texts() -> Iterator[tuple[Key, str]]:
	for name in frappe.get_all("Print Format", {"module": MODULE}, pluck="name", order_by="name asc"):
		yield (name, None), "Print Format"
	for name in frappe.get_all("Page", {"module": MODULE}, pluck="title", order_by="name asc"):
		yield (name, None), "Page"


def web_form_texts() -> Iterator[tuple[Key, str]]:
	for name in frappe.get_all("Web Form", {"module": MODULE}, pluck="name", order_by="name asc"):
		form = frappe.get_doc("Web Form", name)
		for field in ("title", "list_title", "meta_title", "success_title", "success_message"):
			yield (form.get(field), None), f"{name}.{field}"
		yield (strip_html_tags(form.introduction_text or "").strip(), None), f"{name}.introduction_text"
		yield (form.button_label, "Button in web form"), f"{name}.button_label"
		for field in form.web_form_fields:
			where = f"{name}.{field.fieldname or field.label}"
			yield (field.label, None), where
			yield (field.description, None), where
			if field.fieldtype == "Select":
				for option in (field.options or "").split("\n"):
					yield (option, None), where
		for column in form.list_columns:
			yield (column.label, None), f"{name}.list_columns"


def desk_texts() -> Iterator[tuple[Key, str]]:
	yield (MODULE, None), "module"
	for name in frappe.get_all("Workspace", {"module": MODULE}, pluck="name", order_by="name asc"):
		workspace = frappe.get_doc("Workspace", name)
		yield (workspace.label, None), name
		for table in ("links", "shortcuts", "number_cards", "charts", "quick_lists"):
			for row in workspace.get(table):
				yield (row.get("label"), None), f"{name}.{table}"
		for row in workspace.shortcuts:
			yield (row.format, None), f"{name}.shortcuts"
		for block in json.loads(workspace.content or "[]"):
			yield (block["data"].get("text"), None), f"{name}, {block['type']}"
	for label in frappe.get_all("Number Card", {"module": MODULE}, pluck="label", order_by="name asc"):
		yield (label, None), "Number Card"
	for label in frappe.get_all(
		"Dashboard Chart", {"module": MODULE}, pluck="chart_name", order_by="name asc"
	):
		yield (label, None), "Dashboard Chart"


def workflow_texts() -> Iterator[tuple[Key, str]]:
	for state in lifecycle.STATES:
		yield (state, None), "Workflow State"
	for step in lifecycle.TRANSITIONS:
		yield (step.action, None), "workflow action"
		yield (step.action, "Petition"), "workflow action"
	for role in lifecycle.ROLES:
		yield (role, None), "Role"


def seed_texts() -> Iterator[tuple[Key, str]]:
	for name in ("alert_rules", "supervision_rules"):
		for rule in json.loads((ROOT / "fixtures" / "seeds" / f"{name}.json").read_text(encoding="utf-8")):
			yield (rule["rule_name"], None), f"seed of {name}"


def code_texts() -> Iterator[tuple[Key, str]]:
	"""Texts in `_()`, `__()` and `mark()`, from Python, JavaScript and HTML."""
	for path in sorted(ROOT.rglob("*")):
		parts = path.relative_to(ROOT).parts
		if path.suffix not in EXTRACTORS or {"tests", "dist", "node_modules"} & set(parts):
			continue
		source = BytesIO(path.read_bytes())
		for lineno, message, _comments, context in extract(
			EXTRACTORS[path.suffix], source, keywords=KEYWORDS
		):
			for text in (message,) if isinstance(message, str) else message:
				yield (text, context), f"{'/'.join(parts)}:{lineno}"


def report(rows: dict) -> str:
	return f"{len(rows)}:\n" + "\n".join(f"{key}: {what}" for key, what in rows.items())
