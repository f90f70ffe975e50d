"""The API is what docs/openapi.json says, whoever asks and whatever is sent: no answer is an error of the server's, each status
is one the description names, and each result is of the described shape.

Sent to every endpoint as a guest, an agent and an officer of the petition office: values made from the description by
schemathesis, right ones and wrong ones, and hostile ones beside the records of a real case. The same in every run.

The module's name puts it last, for it leaves the records of the site in no order that another test would like.
"""

import copy
import itertools
import json
import os
import re
import shutil
import subprocess
import unittest
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
	content_type_conformance,
	response_schema_conformance,
	status_code_conformance,
)

from browser_tests.base import run_on_site, setting

ROOT = Path(__file__).parent.parent
GUEST = "Guest"
PEOPLE = (GUEST, "agent@pp.test", "office@pp.test")
CHECKS = [
	not_a_server_error,
	status_code_conformance,
	content_type_conformance,
	response_schema_conformance,
]
EXAMPLES = 2  # of right and of wrong values each, per endpoint and person
TIMEOUT = 60  # s
AT_ONCE = 3  # requests
LONGEST_IN_ADDRESS = 4000  # bytes of one value; the web server takes no longer lines
DEEP = json.loads("[" * 60 + "]" * 60)
HOSTILE: tuple[Any, ...] = (
	"",
	"信访" * 60_000,
	"\x00\x01\x1b[2J\u202e\ufeff",
	"\ud800",
	"😀👩‍👩‍👧 ﷽ \u0301" * 20,
	"' or 1=1 -- ` \\ %s %(x)s {0} {{7*7}}",
	"<script>alert(1)</script>",
	"../../../../etc/passwd",
	"0000-00-00",
	"9999-12-31 23:59:59",
	"{",
	"[null]",
	'{"a": {"b": [1]}}',
	None,
	True,
	0,
	-1,
	10**30,
	-1.5e308,
	[],
	["a", None, 1, [], {}],
	{},
	{"doctype": "Petition", "name": ["like", "%"], "": None},
	DEEP,
)
# Guest's answers depend on what was asked before; here only what stands in the description is looked at.
GROUND: dict[str, Any] = {}
DOCUMENT: dict[str, Any] = {}


def setUpModule():
	run_on_site("prepare")
	GROUND.update(json.loads(json.loads(run_on_site("prepare_contract"))))
	DOCUMENT.update(_without_security(json.loads(json.loads(run_on_site("describe_api")))))


def _without_security(document: dict[str, Any]) -> dict[str, Any]:
	"""The tests say themselves who asks; schemathesis would make up keys."""
	document = copy.deepcopy(document)
	document.pop("security")
	document["components"].pop("securitySchemes")
	for operations in document["paths"].values():
		for operation in operations.values():
			operation.pop("security")
	return document


class ContractTestCase(unittest.TestCase):
	"""Somebody who asks every endpoint.

	Attributes:
		findings: what was wrong, one line each.
	"""

	def setUp(self):
		super().setUp()
		self.findings: dict[str, str] = {}
		self.sent = 0

	def session(self, user: str) -> requests.Session:
		session = requests.Session()
		session.trust_env = False
		session.headers["Accept"] = "application/json"
		if user != GUEST:
			session.headers["Authorization"] = f"token {GROUND['tokens'][user]}"
		self.addCleanup(session.close)
		return session

	def note(self, user: str, what: str, said: str) -> None:
		self.findings.setdefault(f"{user} {what}", said)

	def assert_nothing_found(self) -> None:
		self.assertGreater(self.sent, 300, "hardly anything was sent")
		found = [f"{what}\n  {said}" for what, said in sorted(self.findings.items())]
		self.assertEqual(found, [], "\n".join([f"{len(found)} endpoints:", *found]))


class AsThreePeople:
	"""The same check by nobody, who may change nothing at all, and by two people."""

	def test_guest(self):
		before = run_on_site("picture")
		self.check(GUEST)
		self.assertEqual(run_on_site("picture"), before)

	def test_agent(self):
		self.check("agent@pp.test")

	def test_office(self):
		self.check("office@pp.test")


class TestGeneratedValues(AsThreePeople, ContractTestCase):
	def check(self, user: str) -> None:
		schema = schemathesis.openapi.from_dict(DOCUMENT)
		session = self.session(user)
		for found in schema.get_all_operations():
			operation = found.ok()
			if operation.method == "get" and "post" in DOCUMENT["paths"][operation.path]:
				continue  # the same function, with less to send it
			for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
				self.run_examples(session, user, operation, mode)
		self.assert_nothing_found()

	def run_examples(self, session, user: str, operation, mode) -> None:
		numbers = itertools.count()

		@settings(
			max_examples=EXAMPLES,
			derandomize=True,
			database=None,
			deadline=None,
			phases=[Phase.generate],
			suppress_health_check=list(HealthCheck),
		)
		@given(case=operation.as_strategy(generation_mode=mode))
		def send(case):
			if operation.body and not isinstance(case.body, dict):
				return  # Frappe itself answers 500 to what is no object, before any app is asked
			if next(numbers) % 2 and isinstance(case.body, dict):
				# every other time about a record that is there, for else nothing gets further than "no such record"
				case.body = {**case.body, **_real(operation.path, case.body)}
			self.sent += 1
			response = case.call(base_url=setting("PETITION_PROXY_URL"), session=session, timeout=TIMEOUT)
			try:
				case.validate_response(response, checks=CHECKS)
			except FailureGroup as failures:
				said = "; ".join(f"{f.title}: {f.message}" for f in failures.exceptions)
				self.note(
					user,
					f"{operation.method.upper()} {operation.path}",
					f"{said[:600]} body={str(case.body)[:300]}",
				)

		try:
			send()
		except Unsatisfiable:
			# what takes no argument can be sent no wrong one
			self.assertIs(mode, GenerationMode.NEGATIVE, operation.path)


class TestHostileValues(AsThreePeople, ContractTestCase):
	"""Right values about real records, but for one argument."""

	def check(self, user: str) -> None:
		session = self.session(user)
		asked = [
			(verb, path, operation, what, values)
			for number, (path, verb, operation) in enumerate(_operations())
			for what, values in _hostile(path, operation, number)
		]
		with ThreadPoolExecutor(AT_ONCE) as pool:
			list(pool.map(lambda one: self.send(session, user, *one), asked))
		self.sent = len(asked)
		self.assert_nothing_found()

	def send(
		self, session, user: str, verb: str, path: str, operation: dict, what: str, values: dict
	) -> None:
		url = setting("PETITION_PROXY_URL") + path
		if verb == "get":
			texts = {k: v if isinstance(v, str) else json.dumps(v) for k, v in values.items()}
			texts = {k: v.encode("utf-8", "surrogatepass")[:LONGEST_IN_ADDRESS] for k, v in texts.items()}
			response = session.get(url, params=texts, timeout=TIMEOUT)
		else:
			headers = {"Content-Type": "application/json"}
			body = json.dumps(values).encode()
			response = session.post(url, data=body, headers=headers, timeout=TIMEOUT)
		if str(response.status_code) not in operation["responses"]:
			self.note(user, f"{path} {what}", f"{response.status_code} {_why(response)}")


def _why(response) -> str:
	try:
		answer = response.json()
	except ValueError:
		return response.text[:300]
	said = answer.get("exception") or (json.loads(answer.get("exc") or "[]") or [""])[0]
	return f"{answer.get('exc_type')} {str(said)[-700:]}"


def _operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
	"""Path, verb and description of each endpoint; where it takes both, the one that may write."""
	for path, operations in DOCUMENT["paths"].items():
		verb = "post" if "post" in operations else "get"
		yield path, verb, operations[verb]


def _arguments(operation: dict[str, Any]) -> tuple[dict[str, dict], list[str]]:
	"""Schemas by name, and the names that are needed."""
	if body := operation.get("requestBody"):
		schema = next(iter(body["content"].values()))["schema"]
		return schema["properties"], schema.get("required", [])
	found = operation.get("parameters", [])
	return {p["name"]: p["schema"] for p in found}, [p["name"] for p in found if p["required"]]


def _real(path: str, names: Any) -> dict[str, Any]:
	"""Of these arguments those that name a record of the case, with its name."""
	module = path.split(".")[-2]
	special, records = GROUND["special"], GROUND["records"]
	known = {name: special.get(f"{module}.{name}", records.get(name)) for name in names}
	return {name: value for name, value in known.items() if value is not None}


def _plain(schema: dict[str, Any]) -> Any:
	kinds = {schema.get("type"), *(one.get("type") for one in schema.get("anyOf", []))}
	for kind, value in (("string", "因故办理，特此说明"), ("boolean", True), ("integer", 1), ("number", 1.0)):
		if kind in kinds:
			return value
	return [] if "array" in kinds else {}


def _hostile(path: str, operation: dict[str, Any], number: int) -> Iterator[tuple[str, dict[str, Any]]]:
	"""What is wrong with them, and the values of a request."""
	schemas, needed = _arguments(operation)
	right = {name: _plain(schemas[name]) for name in needed} | _real(path, needed)
	yield "nothing sent", {}
	yield "right", right
	yield "more sent", {**right, "cmd": "frappe.ping", "ignore_permissions": 1, "doc": {}, "flags": {"x": 1}}
	for at, name in enumerate(schemas):
		for step in range(PER_ARGUMENT):
			value = HOSTILE[(number + 5 * at + step * len(HOSTILE) // PER_ARGUMENT) % len(HOSTILE)]
			yield f"{name}={ascii(value)[:40]}", {**right, name: value}


# of HOSTILE, per argument and person; which ones goes round from endpoint to endpoint
PER_ARGUMENT = 2


class TestGuide(unittest.TestCase):
	"""The examples of docs/api.md, as they stand there."""

	@unittest.skipUnless(shutil.which("curl"), "curl is not installed")
	def test_every_example_is_answered(self):
		examples = re.findall(
			r"```bash\n(.+?)```", (ROOT / "docs/api.md").read_text(encoding="utf-8"), re.DOTALL
		)
		self.assertGreaterEqual(len(examples), 3)
		env = {
			**os.environ,
			"SITE": setting("PETITION_PROXY_URL"),
			"TOKEN": GROUND["tokens"]["office@pp.test"],
			"no_proxy": "*",
		}
		for example in examples:
			done = subprocess.run(
				["bash", "-c", example], env=env, capture_output=True, text=True, timeout=TIMEOUT
			)
			self.assertEqual(done.returncode, 0, f"{example}\n{done.stdout[-2000:]}{done.stderr}")
			answer = json.loads(done.stdout)
			self.assertTrue(answer.get("message") or answer.get("data"), example)
