"""The description of the API: valid, complete, the same as the one in docs/, and what a bad request is told."""

import inspect
import json
import re
from pathlib import Path
from typing import Literal
from unittest.mock import patch

import frappe
from openapi_spec_validator import OpenAPIV31SpecValidator
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from petition_proxy.api.counts import get_count, get_workflow_state_count
from petition_proxy.api.exports import export_data
from petition_proxy.apidoc import document, endpoints
from petition_proxy.tests import hostile_cases
from petition_proxy.tests.base import AppTestCase
from petition_proxy.utils.arguments import DEEPEST, MissingArgumentError, check_arguments
from petition_proxy.utils.client_values import ClientValueError, read_filters
from petition_proxy.utils.texts import clean

DOCS = Path(frappe.get_app_path("petition_proxy")).parent / "docs"
OFFICE = "office@pp.test"
MERGE = "petition_proxy.api.repeats.merge"


class TestDescription(AppTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		cls.endpoints = endpoints.find_endpoints()
		cls.document = document.make_document()

	def operation(self, path: str, verb: str = "post") -> dict:
		return self.document["paths"][f"/api/method/petition_proxy.{path}"][verb]

	def body(self, path: str) -> dict:
		(content,) = self.operation(path)["requestBody"]["content"].values()
		return content["schema"]

	def test_it_is_valid(self):
		self.assertEqual(self.document["openapi"], "3.1.0")
		self.assertEqual(
			[error.message for error in OpenAPIV31SpecValidator(self.document).iter_errors()], []
		)

	def test_the_copy_in_docs_is_fresh(self):
		kept = (DOCS / "openapi.json").read_text(encoding="utf-8")
		self.assertEqual(
			json.loads(kept),
			self.document,
			"Write it anew: bench --site SITE petition-openapi --output docs/openapi.json",
		)
		self.assertEqual(kept, document.as_text(self.document))

	def test_every_open_function_is_in_it(self):
		described = set(self.document["paths"])
		for name, _function in hostile_cases.api_functions():
			self.assertIn(f"/api/method/petition_proxy.api.{name}", described)
		whitelisted = {
			f"{f.__module__}.{f.__qualname__}"
			for f in frappe.whitelisted
			if f.__module__.startswith("petition_proxy.") and ".tests." not in f.__module__
		}
		self.assertEqual({f"/api/method/{name}" for name in whitelisted}, described)

	def test_every_endpoint_says_what_it_does_needs_and_gives(self):
		for endpoint in self.endpoints:
			with self.subTest(endpoint.path):
				words = endpoint.words
				self.assertTrue(words.summary)
				self.assertNotRegex(words.summary, r"\bas `")
				names = {p.name for p in endpoint.parameters}
				self.assertEqual(names - {name for name, said in words.arguments.items() if said}, set())
				for parameter in endpoint.parameters:
					self.assertIsNot(parameter.annotation, inspect.Parameter.empty, parameter.name)
				self.assertIsNot(endpoint.result, inspect.Signature.empty)
				if endpoint.result is not None:
					self.assertTrue(words.returns, "a result nobody describes")

	def test_arguments_types_and_defaults_come_from_the_signature(self):
		body = self.body("api.extensions.ask_extension")
		self.assertEqual(body["required"], ["petition", "days", "reason"])
		self.assertEqual(body["properties"]["days"]["type"], "integer")
		parameters = {p["name"]: p for p in self.operation("api.indicators.get_figures", "get")["parameters"]}
		self.assertEqual(parameters["level"]["schema"]["default"], "Total")
		self.assertTrue(parameters["from_date"]["required"])
		self.assertFalse(parameters["level"]["required"])
		self.assertIn("contentMediaType", parameters["codes"]["schema"])

	def test_choices_of_a_literal_are_in_it(self):
		self.assertEqual(document.schema_of(Literal["CSV", "Excel"])["enum"], ["CSV", "Excel"])

	def test_what_stands_with_the_rules_is_told_at_the_endpoint(self):
		operation = self.operation("api.opinions.sign_letter")
		self.assertEqual(
			self.body("api.opinions.sign_letter")["properties"]["letter"]["description"], "the letter."
		)
		self.assertIn("The head signs", operation["description"])
		self.assertIn("OpinionLetterError", operation["responses"]["417"]["description"])

	def test_verbs(self):
		paths = self.document["paths"]
		self.assertEqual(set(paths[f"/api/method/{MERGE}"]), {"post"})
		self.assertEqual(set(paths["/api/method/petition_proxy.api.indicators.get_figures"]), {"get"})
		self.assertEqual(
			set(paths["/api/method/petition_proxy.api.closing.what_is_missing"]), {"get", "post"}
		)

	def test_guests_need_no_key_and_nobody_else_gets_in_without_one(self):
		for endpoint in self.endpoints:
			for verb in endpoint.verbs:
				security = self.operation(endpoint.path.removeprefix("petition_proxy."), verb.lower())[
					"security"
				]
				self.assertEqual({} in security, endpoint.function in frappe.guest_methods, endpoint.path)
		self.assertEqual(
			self.operation("api.repeats.merge")["security"], [{"key": []}, {"session": [], "csrf": []}]
		)

	def test_refusals_and_files(self):
		for path, operations in self.document["paths"].items():
			for operation in operations.values():
				self.assertLessEqual(
					{"400", "401", "403", "404", "417", "429"}, set(operation["responses"]), path
				)
				self.assertFalse(
					[s for s in operation["responses"] if s.startswith("5") and s != "503"], path
				)
		self.assertIn(
			"application/pdf", self.operation("api.printing.get_paper", "get")["responses"]["200"]["content"]
		)
		photo = self.operation("api.service.hand_over")["requestBody"]["content"]["multipart/form-data"]
		self.assertEqual(photo["schema"]["properties"]["photo"]["format"], "binary")

	def test_a_docstring_that_names_nothing_is_noticed(self):
		def thin(petition: str) -> None:
			"""Do it. Arguments and errors as `acts.not_there`."""

		with self.assertRaises(endpoints.EndpointTextError):
			endpoints.read_words(thin)

	def test_the_guide_names_what_is_there(self):
		guide = (DOCS / "api.md").read_text(encoding="utf-8")
		named = set(re.findall(r"\bpetition_proxy\.(?:api|imports|petition_proxy)(?:\.\w+)+", guide))
		self.assertGreater(len(named), 5)
		self.assertEqual(
			{name for name in named if f"/api/method/{name}" not in self.document["paths"]}, set()
		)


class TestBadRequests(AppTestCase):
	"""What Frappe lets through or answers as an error of the server's."""

	def ask(
		self, path: str, method: str = "POST", user: str = OFFICE, headers: dict | None = None, **sent
	) -> None:
		frappe.set_user(user)
		environ = EnvironBuilder(method=method, path=path, headers=headers or {}).get_environ()
		with (
			patch.object(frappe.local, "request", Request(environ), create=True),
			patch.object(frappe.local, "form_dict", frappe._dict(sent)),
		):
			check_arguments()

	def test_what_is_missing_is_named(self):
		for path in (f"/api/method/{MERGE}", f"/api/v2/method/{MERGE}", f"/api/method/{MERGE}/more"):
			with self.assertRaisesRegex(MissingArgumentError, "main, reason"):
				self.ask(path, petition="XF-1")
		with self.assertRaises(MissingArgumentError):
			self.ask("/", cmd=MERGE)
		self.ask(f"/api/method/{MERGE}", petition="XF-1", main="XF-2", reason="同一件事")
		self.ask("/api/method/petition_proxy.api.late.not_there")
		self.ask("/api/method/frappe.ping")
		self.ask("/api/method/petition_proxy.hooks.app_name")

	def test_a_stranger_is_told_nothing_but_no(self):
		self.ask(f"/api/method/{MERGE}", user="Guest")  # Frappe refuses afterwards
		self.ask(f"/api/method/{MERGE}", method="GET")
		with self.assertRaises(MissingArgumentError):
			# a key is looked at after this
			self.ask(f"/api/method/{MERGE}", user="Guest", headers={"Authorization": "token a:b"})
		with self.assertRaises(MissingArgumentError):
			self.ask("/api/method/petition_proxy.api.directory.nearby", user="Guest")

	def test_what_is_no_text_is_refused(self):
		right = {"petition": "XF-1", "main": "XF-2"}
		for reason in ("\ud800", ["\udfff"], {"a": {"\ud83d": 1}}):
			with self.assertRaises(ClientValueError, msg=ascii(reason)):
				self.ask(f"/api/method/{MERGE}", **right, reason=reason)
		self.ask(f"/api/method/{MERGE}", **right, reason="😀👩‍👩‍👧")
		self.assertEqual(clean("字\ud800画"), "字画")

	def test_what_is_nested_without_end_is_refused(self):
		right = {"petition": "XF-1", "main": "XF-2"}
		deep = json.loads("[" * DEEPEST + "]" * DEEPEST)
		with self.assertRaises(ClientValueError):
			self.ask(f"/api/method/{MERGE}", **right, reason=deep)
		self.ask(f"/api/method/{MERGE}", **right, reason=[[["文"]]])

	def test_filters_are_rows_or_fields_and_nothing_else(self):
		"""Frappe makes another error of each of these in each version."""
		for wrong in ('["x", null]', "[[]]", '[["status"]]', '[[1, "=", 2]]', '{"a": {"b": 1}}', "7", "true"):
			with self.assertRaises(ClientValueError, msg=wrong):
				read_filters(wrong)
		for right in (
			{"status": ["in", ["Open"]]},
			[["status", "=", "Open"]],
			["A", "B"],
			[{"status": "Open"}],
		):
			self.assertEqual(read_filters(json.dumps(right)), right)
		self.assertEqual(read_filters(None), {})

	def test_a_record_type_or_column_that_is_none_is_refused(self):
		for doctype in (None, [], [None], "", "Not There"):
			with self.assertRaises(ClientValueError, msg=doctype):
				export_data(doctype)
		with self.assertRaises(ClientValueError):
			get_count("Petition", '{"a": {"b": [1]}}')
		with self.assertRaises(ClientValueError):
			get_count("")
		with self.assertRaises(ClientValueError):
			get_workflow_state_count(" ", "workflow_state", [])
