import ast
import string
import unittest
from pathlib import Path

from petition_proxy.domain import errors
from petition_proxy.domain.errors import DomainError


class TestDomainError(unittest.TestCase):
	def test_text_has_the_values_and_the_template_stays(self):
		error = DomainError("Row {row} lacks {what}.", row=4, what="a date")
		self.assertEqual(str(error), "Row 4 lacks a date.")
		self.assertEqual(error.message, "Row {row} lacks {what}.")
		self.assertEqual(error.params, {"row": 4, "what": "a date"})
		self.assertEqual(error.code, "domain_error")
		self.assertIsInstance(error, ValueError)

	def test_braces_in_a_value_are_left_alone(self):
		self.assertEqual(str(DomainError("Bad {value}.", value="{x} {0}")), "Bad {x} {0}.")

	def test_a_translated_template_takes_the_same_values(self):
		error = DomainError("Row {row} lacks {what}.", row=4, what="x")
		self.assertEqual("第{row}行缺{what}".format(**error.params), "第4行缺x")

	def test_mark_returns_its_argument(self):
		self.assertEqual(errors.mark("text"), "text")


class TestPurity(unittest.TestCase):
	FORBIDDEN_MODULES = frozenset({"frappe", "time", "os", "random", "socket"})
	FORBIDDEN_CALLS = frozenset({"now", "today", "utcnow"})

	def sources(self):
		files = sorted(Path(errors.__file__).parent.glob("*.py"))
		self.assertGreater(len(files), 8)
		return [(path.name, ast.parse(path.read_text(encoding="utf-8"))) for path in files]

	def test_no_framework_no_environment(self):
		for name, tree in self.sources():
			for node in ast.walk(tree):
				modules = []
				if isinstance(node, ast.Import):
					modules = [alias.name for alias in node.names]
				elif isinstance(node, ast.ImportFrom):
					modules = [node.module or ""]
				for module in modules:
					self.assertNotIn(module.split(".")[0], self.FORBIDDEN_MODULES, name)

	def test_no_clock_is_read(self):
		for name, tree in self.sources():
			for node in ast.walk(tree):
				if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
					self.assertNotIn(node.func.attr, self.FORBIDDEN_CALLS, f"{name}:{node.lineno}")

	def test_marked_texts_are_plain_and_use_named_placeholders(self):
		marked = 0
		for name, tree in self.sources():
			for node in ast.walk(tree):
				if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
					self.assertIsInstance(node.args[0], ast.Constant, f"{name}:{node.lineno}")
					for _text, field, _spec, _conversion in string.Formatter().parse(node.args[0].value):
						self.assertTrue(field is None or field.isidentifier(), f"{name}:{node.lineno}")
					marked += 1
		self.assertGreater(marked, 15)


if __name__ == "__main__":
	unittest.main()
