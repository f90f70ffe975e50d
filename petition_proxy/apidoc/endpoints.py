"""What the whitelisted functions of this app say of themselves: signature, verbs, docstring.

An endpoint is thin and says "Arguments, result and errors as `acts.merge`". What `acts.merge` says of its arguments, result
and errors is then the endpoint's too, so that it stands once.
"""

import ast
import importlib
import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import frappe
from docstring_parser.google import DEFAULT_SECTIONS, GoogleParser, Section, SectionType

import petition_proxy
from petition_proxy import hooks

ROOT = Path(petition_proxy.__file__).parent
API = "petition_proxy.api."
# Where a docstring may take the other function from, beside the names of its own module
BASES = ("petition_proxy.", "petition_proxy.petition_proxy.doctype.")

# Google's sections and two of our own: files of the request by the name of their part, and files that are the answer
FILES, SENDS = "files", "sends"
_PARSER = GoogleParser(
	[
		*DEFAULT_SECTIONS,
		Section("Files", FILES, SectionType.MULTIPLE),
		Section("Sends", SENDS, SectionType.MULTIPLE),
	]
)
_REFERENCE = re.compile(r"\b[Aa]s\s+`([\w.]+)`")
# "Arguments, result and errors as `acts.merge`." and "As `acts.merge`." say where to read on, which is done here
_READ_ON = re.compile(
	r"\s*\b(?:(?:Arguments?|Files|Results?|Errors?)\b[^.`]*\bas|As)\s+`[\w.]+`\.", re.IGNORECASE | re.DOTALL
)


class EndpointTextError(Exception):
	"""A docstring names a function or an error that is not there."""


@dataclass
class Words:
	"""What a docstring says.

	Attributes:
		summary: its first sentence.
		description: what follows it.
		arguments: name to what it is.
		returns: the result.
		errors: pairs of exception and when it comes.
		files: part of the request to what it holds.
		sends: media type to the file that is the answer.
	"""

	summary: str = ""
	description: str = ""
	arguments: dict[str, str] = field(default_factory=dict)
	returns: str = ""
	errors: list[tuple[type[BaseException], str]] = field(default_factory=list)
	files: dict[str, str] = field(default_factory=dict)
	sends: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Endpoint:
	"""One whitelisted function.

	Attributes:
		path: as it is called, dotted.
		function: as Frappe calls it.
	"""

	path: str
	function: Callable

	@cached_property
	def original(self) -> Callable:
		"""The function below its decorators."""
		return inspect.unwrap(self.function)

	@cached_property
	def parameters(self) -> list[inspect.Parameter]:
		return list(inspect.signature(self.original).parameters.values())

	@property
	def result(self) -> Any:
		return inspect.signature(self.original).return_annotation

	@cached_property
	def words(self) -> Words:
		return read_words(self.original)

	@property
	def verbs(self) -> tuple[str, ...]:
		"""GET and POST, as far as they are open. PUT and DELETE, which Frappe adds where nothing is said, do the same as POST."""
		allowed = frappe.allowed_http_methods_for_whitelisted_func[self.function]
		return tuple(verb for verb in ("GET", "POST") if verb in allowed)

	@property
	def is_open(self) -> bool:
		"""Whether guests may call it."""
		return self.function in frappe.guest_methods

	@property
	def replaces(self) -> list[str]:
		"""Frappe's own endpoints in whose place it stands."""
		return sorted(k for k, v in hooks.override_whitelisted_methods.items() if v == self.path)


def find_endpoints() -> list[Endpoint]:
	"""All whitelisted functions of this app, by path."""
	found = []
	for module in _modules():
		for name, value in vars(module).items():
			if (
				inspect.isfunction(value)
				and value in frappe.whitelisted
				and value.__module__ == module.__name__
			):
				found.append(Endpoint(f"{module.__name__}.{name}", value))
	return sorted(found, key=lambda endpoint: endpoint.path)


def _modules() -> Iterator[Any]:
	for path in sorted(ROOT.rglob("*.py")):
		parts = path.relative_to(ROOT.parent).with_suffix("").parts
		if "tests" not in parts and "whitelist(" in path.read_text(encoding="utf-8"):
			yield importlib.import_module(".".join(parts))


def read_words(function: Callable, seen: frozenset = frozenset()) -> Words:
	"""The docstring of a function, with what it takes from others.

	Args:
		function: below its decorators.
		seen: functions that are being read.

	Raises:
		EndpointTextError: it names a function or an error that is not there.
	"""
	text = inspect.getdoc(function) or ""
	parsed = _PARSER.parse(_READ_ON.sub("", text))
	words = Words(_joined(parsed.short_description), _joined(parsed.long_description))
	for entry in parsed.meta:
		kind = entry.args[0]
		if kind == "returns":
			words.returns = _joined(": ".join(filter(None, (entry.type_name, entry.description))))
		elif kind == "raises":
			for name in entry.args[1].split(","):
				words.errors.append((_find(name.strip(), function), _joined(entry.description)))
		elif kind in ("param", FILES, SENDS):
			into = {"param": words.arguments, FILES: words.files, SENDS: words.sends}[kind]
			for name in entry.args[1].split(","):
				into[name.strip().lstrip("*")] = _joined(entry.description)
	for name in _REFERENCE.findall(text):
		other = _find(name, function)
		other = inspect.unwrap(other) if callable(other) else None
		if inspect.isfunction(other) and other not in (*seen, function):
			_add(words, read_words(other, seen | {function}), _first(other), _first(function))
	return words


def _first(function: Callable) -> str:
	"""Name of the first argument: the record, which is "name" where the rules stand and says its kind at the endpoint."""
	return next(iter(inspect.signature(function).parameters), "")


def _add(words: Words, more: Words, theirs: str, ours: str) -> None:
	arguments = {ours if name == theirs == "name" else name: said for name, said in more.arguments.items()}
	words.arguments = arguments | words.arguments
	words.files, words.sends = more.files | words.files, more.sends | words.sends
	words.returns = words.returns or more.returns
	words.errors += [error for error in more.errors if error not in words.errors]
	words.description = "\n\n".join(
		dict.fromkeys(filter(None, (words.description, more.summary, more.description)))
	)


def _joined(text: str | None) -> str:
	"""Lines of a paragraph as one line."""
	paragraphs = re.split(r"\n\s*\n", (text or "").strip())
	return "\n\n".join(" ".join(part.split()) for part in paragraphs)


def _find(name: str, function: Callable) -> Any:
	"""What a docstring means by a name: of the function's module, or of this app."""
	first, *rest = name.split(".")
	value = function.__globals__.get(first)
	try:
		if value is None:
			return _find_afar(name)
		for part in rest:
			value = getattr(value, part)
	except AttributeError:
		return _find_afar(name, function)
	return value


def _find_afar(name: str, function: Callable | None = None) -> Any:
	for base in ("", *BASES):
		module, _dot, attribute = (base + name).rpartition(".")
		try:
			return getattr(importlib.import_module(module), attribute)
		except (ImportError, AttributeError, ValueError):
			continue
	if "." not in name and (found := _errors().get(name)):
		return found
	raise EndpointTextError(
		f"{name} is not there; named by {function.__qualname__ if function else 'a docstring'}"
	)


def _errors() -> dict[str, type]:
	"""The errors of this app by name, wherever they stand."""
	found: dict[str, type] = {}
	for path in sorted(ROOT.rglob("*.py")):
		parts = path.relative_to(ROOT.parent).with_suffix("").parts
		if "tests" in parts or "Error(" not in (text := path.read_text(encoding="utf-8")):
			continue
		for node in ast.parse(text).body:
			if isinstance(node, ast.ClassDef) and node.name.endswith("Error"):
				found[node.name] = getattr(importlib.import_module(".".join(parts)), node.name)
	return found
