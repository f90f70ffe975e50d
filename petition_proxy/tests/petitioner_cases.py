"""Makers for the tests of the petitioners' pages: a case with a slip, and phones that ask as a browser would."""

import io

import frappe
from frappe.auth import CookieManager
from PIL import Image
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from petition_proxy.domain import lifecycle
from petition_proxy.permissions.scope import clear_scopes
from petition_proxy.tests import factories as f
from petition_proxy.utils import tickets

PHONE, DIGITS = "13912345678", "5678"
ID_NUMBER, ID_DIGITS = "11010119900307002X", "002X"
REQUEST_LOCALS = (
	"petition_proxy_ticket",
	"petition_proxy_device",
	"petition_proxy_bearer",
	"petition_proxy_opened",
)


def make_case(state: str = lifecycle.HANDLING, phone: str | None = PHONE, **values):
	"""A case whose petitioner holds the slip; the agent is agent@pp.test."""
	petitioner = f.make_petitioner("曾婆婆", phone=phone, **values.pop("person", {}))
	return f.make_petition(state, petitioner=petitioner.name, **values)


def slip(doc, digits: str = DIGITS) -> dict[str, str]:
	"""What stands on the slip, with the digits the petitioner knows."""
	code = frappe.db.get_value("Petition", doc.name, "query_code")
	return {"number": doc.name, "code": code, "digits": digits}


def forget_limits() -> None:
	"""Counters and tickets stand in Redis, which no rollback reaches."""
	frappe.cache.delete_keys("petition_proxy_")


def photo() -> bytes:
	out = io.BytesIO()
	Image.new("RGB", (40, 30), "white").save(out, "JPEG")
	return out.getvalue()


class Phone:
	"""A browser: keeps its cookies, sends them with each request, and the token of the page it has open.

	Args:
		user: who is logged in.
		address: where it stands.
	"""

	def __init__(self, user: str = "Guest", address: str = "10.0.0.1"):
		self.user, self.address = user, address
		self.cookies: dict[str, str] = {}
		self.token = ""

	def post(self, method: str, *, file: bytes | None = None, token: str | None = None, **args):
		"""Call `petition_proxy.api.<method>` as one request of this browser."""
		self.begin({"X-Case-Token": self.token if token is None else token}, file)
		try:
			return frappe.call(frappe.get_attr(f"petition_proxy.api.{method}"), **args)
		finally:
			self.end()

	def look_up(self, **secret) -> None:
		self.post("petitioner.look_up", secret=secret)
		self.load()

	def load(self):
		"""Open the page of the case; gives the case shown, or None where it asks for the slip."""
		from petition_proxy.www import my_petition

		self.begin()
		try:
			context = frappe._dict()
			my_petition.get_context(context)
			self.token = (context.portal.data or {}).get("token", "")
			return context.case
		finally:
			self.end()

	def begin(self, headers: dict | None = None, file: bytes | None = None) -> None:
		frappe.set_user(self.user)
		for name in REQUEST_LOCALS:
			setattr(frappe.local, name, None)
		data = {"file": (io.BytesIO(file), "photo.jpg")} if file else None
		builder = EnvironBuilder(method="POST", path="/", headers=headers or {}, data=data)
		builder.headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
		frappe.local.request = Request(builder.get_environ())
		frappe.local.request_ip = self.address
		frappe.local.cookie_manager = CookieManager()
		clear_scopes()

	def end(self) -> None:
		manager = frappe.local.cookie_manager
		self.cookies.update({name: cookie["value"] for name, cookie in manager.cookies.items()})
		self.sent = dict(manager.cookies)
		for name in manager.to_delete:
			self.cookies.pop(name, None)
		leave_request()


def leave_request() -> None:
	for name in REQUEST_LOCALS:
		setattr(frappe.local, name, None)
	frappe.local.request = frappe.local.request_ip = None
	frappe.set_user("Administrator")
	clear_scopes()


def at_home(doc, **secret) -> Phone:
	"""The petitioner's own phone with the case open."""
	phone = Phone()
	phone.look_up(**{**slip(doc), **secret})
	return phone


def agents_phone(user: str = "agent@pp.test") -> Phone:
	"""A phone from which an agent has logged in once, and out again."""
	from petition_proxy.utils.devices import note_agent_login

	phone = Phone(user)
	phone.begin()
	note_agent_login()
	phone.end()
	phone.user = "Guest"
	return phone


def cookie_of(phone: Phone) -> str | None:
	return phone.cookies.get(tickets.COOKIE)
