"""People who work through the REST API, as another system or a script of the district would."""

import json
import unittest
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from browser_tests.base import run_on_site, setting


class Refused(AssertionError):
	"""The server said no.

	Attributes:
		status: HTTP status.
		words: what it said to the user.
	"""

	def __init__(self, status: int, words: str) -> None:
		super().__init__(f"{status}: {words}")
		self.status, self.words = status, words


class Person:
	"""One account with its token.

	Args:
		user: user id.
		token: "key:secret"; empty for whoever has no account.

	Attributes:
		writes: requests of anybody so far that may have changed something.
	"""

	writes = 0

	def __init__(self, user: str, token: str) -> None:
		self.user, self.token = user, token

	def ask(self, verb: str, path: str, body: Any = None) -> Any:
		"""Send one request.

		Raises:
			Refused: any answer but success.
		"""
		return json.loads(self.fetch(verb, path, body))

	def fetch(self, verb: str, path: str, body: Any = None) -> bytes:
		"""As `ask`, the answer as it came: of a file its content."""
		headers = {"Content-Type": "application/json", "Accept": "application/json"}
		if self.token:
			headers["Authorization"] = f"token {self.token}"
		request = urllib.request.Request(
			setting("PETITION_PROXY_URL") + urllib.parse.quote(path, safe="/?=&%"),
			method=verb,
			data=None if body is None else json.dumps(body).encode(),
			headers=headers,
		)
		if verb != "GET":
			Person.writes += 1
		opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
		try:
			with opener.open(request, timeout=60) as answer:
				return answer.read()
		except urllib.error.HTTPError as error:
			raise Refused(error.code, _words(error.read())) from None

	def read(self, doctype: str, name: str) -> dict:
		return self.ask("GET", f"/api/resource/{doctype}/{name}")["data"]

	def names(self, doctype: str, **filters: Any) -> list[str]:
		return [row["name"] for row in self.rows(doctype, ["name"], **filters)]

	def rows(
		self, doctype: str, fields: list[str], order_by: str = "creation asc", **filters: Any
	) -> list[dict]:
		query = urllib.parse.urlencode(
			{
				"filters": json.dumps(filters),
				"fields": json.dumps(fields),
				"order_by": order_by,
				"limit_page_length": 0,
			},
			quote_via=urllib.parse.quote,
		)
		return self.ask("GET", f"/api/resource/{doctype}?{query}")["data"]

	def insert(self, doctype: str, **values: Any) -> dict:
		return self.ask("POST", f"/api/resource/{doctype}", values)["data"]

	def change(self, doctype: str, name: str, **values: Any) -> dict:
		return self.ask("PUT", f"/api/resource/{doctype}/{name}", values)["data"]

	def step(self, petition: str, state: str, **values: Any) -> dict:
		"""Take a step of the path: the fields it asks for and the new state in one request."""
		return self.change("Petition", petition, workflow_state=state, **values)

	def call(self, method: str, /, **arguments: Any) -> Any:
		return self.ask("POST", f"/api/method/{method}", arguments).get("message")


def _words(raw: bytes) -> str:
	try:
		answer = json.loads(raw)
	except ValueError:
		return raw.decode(errors="replace")[:500]
	messages = [json.loads(m) for m in json.loads(answer.get("_server_messages") or "[]")]
	said = [m.get("message", "") for m in messages if isinstance(m, dict)]
	return " ".join(said) or str(answer.get("exception") or answer.get("message") or answer)


class RestTestCase(unittest.TestCase):
	"""Named people on a prepared site, each with a token of the account."""

	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		run_on_site("prepare")
		cls.tokens = json.loads(json.loads(run_on_site("tokens")))

	def person(self, name: str) -> Person:
		user = f"{name}@pp.test"
		return Person(user, self.tokens[user])

	def open_account(self, user: str, role: str, doctype: str, name: str) -> Person:
		"""The administrator opens an account with one role, and the office links it to an agent or a petitioner."""
		manager = self.person("manager")
		manager.insert(
			"User",
			email=user,
			first_name="新账号",
			language="en",
			send_welcome_email=0,
			roles=[{"role": role}],
		)
		secret = manager.call("frappe.core.doctype.user.user.generate_keys", user=user)["api_secret"]
		key = manager.read("User", user)["api_key"]
		self.person("office").change(doctype, name, user=user)
		return Person(user, f"{key}:{secret}")

	def assert_refused(self, words: str, act, *args: Any, **kwargs: Any) -> None:
		"""The act is refused with a sentence that holds these words."""
		with self.assertRaises(Refused) as caught:
			act(*args, **kwargs)
		self.assertIn(words, caught.exception.words)
