"""The other side of notices: an HTTP server that is gateway and chat service, and a mail server; and cases to tell of.

Both servers are real sockets on this machine, so that the app's own calls, time-outs and parsers are what is tested.
"""

import json
import socketserver
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import frappe

from petition_proxy.tests import factories as f

# Strings that stand in every personal field of a case and must not come out anywhere.
CANARY = "金丝雀"
CANARY_PHONE = "13912340987"
AGENT_PHONE = "13812340987"
STAFF_PHONE = "13712340987"


class Call:
	"""One request as the server saw it."""

	def __init__(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
		parts = urlsplit(handler.path)
		self.path = parts.path
		self.query = dict(parse_qsl(parts.query))
		self.headers = dict(handler.headers)
		self.body = body.decode()
		self.json = json.loads(body) if body.startswith(b"{") else {}
		self.form = dict(parse_qsl(self.body)) if body and not self.json else {}

	@property
	def text(self) -> str:
		"""The message."""
		if self.json.get("text"):
			return self.json["text"]["content"]
		return self.form.get("message") or self.query.get("message") or self.json.get("message") or ""

	@property
	def number(self) -> str:
		return self.form.get("mobile") or self.query.get("mobile") or self.json.get("mobile") or ""


class OtherSide:
	"""An HTTP server that answers as it is told: each answer once, the last one from then on.

	An answer is (status, body), (status, body, headers), "hang" (no answer), "drip" (an answer that never ends), "cut" (the
	line goes dead), or a function that takes the Call and returns one of these.
	"""

	def __init__(self) -> None:
		self.calls: list[Call] = []
		self.answers: list = [(200, '{"errcode":0,"errmsg":"ok"}')]
		self.closing = threading.Event()
		side = self

		class Handler(BaseHTTPRequestHandler):
			def do_GET(self):
				self.take()

			def do_POST(self):
				self.take()

			def take(self):
				body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
				call = Call(self, body)
				side.calls.append(call)
				answer = side.answers.pop(0) if len(side.answers) > 1 else side.answers[0]
				side.give(self, answer(call) if callable(answer) else answer)

			def log_message(self, *args):
				pass

		self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
		self.server.daemon_threads = True
		threading.Thread(target=self.server.serve_forever, daemon=True).start()

	@property
	def port(self) -> int:
		return self.server.server_address[1]

	def give(self, handler, answer) -> None:
		if answer == "hang":
			self.closing.wait(5)
			return
		if answer == "cut":
			handler.connection.close()
			return
		if answer == "drip":
			handler.send_response(200)
			handler.end_headers()
			while not self.closing.wait(0.05):
				try:
					handler.wfile.write(b" ")
					handler.wfile.flush()
				except OSError:
					return
			return
		status, body, *headers = answer
		handler.send_response(status)
		for name, value in (headers[0] if headers else {}).items():
			handler.send_header(name, value)
		handler.send_header("Content-Length", str(len(body.encode())))
		handler.end_headers()
		handler.wfile.write(body.encode())

	def close(self) -> None:
		self.closing.set()
		self.server.shutdown()
		self.server.server_close()


class MailServer:
	"""A mail server of a few lines that speaks SMTP; `refuses` makes it turn every mail away for good."""

	def __init__(self) -> None:
		self.mails: list[str] = []
		self.refuses = False
		side = self

		class Handler(socketserver.StreamRequestHandler):
			def say(self, line: str) -> None:
				self.wfile.write(f"{line}\r\n".encode())

			def handle(self):
				self.say("220 mail.test ready")
				while line := self.rfile.readline():
					word = line[:4].upper().strip()
					if word == b"DATA":
						self.say("354 go on")
						self.read_mail()
					elif word == b"QUIT":
						self.say("221 bye")
						return
					elif word == b"RCPT" and side.refuses:
						self.say("550 no such box")
					else:
						self.say("250 ok")

			def read_mail(self) -> None:
				lines = []
				while (line := self.rfile.readline()) not in (b".\r\n", b""):
					lines.append(line)
				side.mails.append(b"".join(lines).decode())
				self.say("250 taken")

		class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
			daemon_threads = True
			allow_reuse_address = True

		self.server = Server(("127.0.0.1", 0), Handler)
		threading.Thread(target=self.server.serve_forever, daemon=True).start()

	@property
	def port(self) -> int:
		return self.server.server_address[1]

	def close(self) -> None:
		self.server.shutdown()
		self.server.server_close()


def unused_port() -> int:
	"""A port of this machine on which nobody listens."""
	with socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler) as server:
		return server.server_address[1]


def set_up_gateway(port: int, post: bool = True, headers: dict | None = None) -> None:
	"""Frappe's SMS Settings pointing at the other side."""
	settings = frappe.get_single("SMS Settings")
	settings.update(
		{
			"sms_gateway_url": f"http://127.0.0.1:{port}/sms",
			"message_parameter": "message",
			"receiver_parameter": "mobile",
			"use_post": int(post),
			"parameters": [],
		}
	)
	settings.append("parameters", {"parameter": "key", "value": "gateway-key"})
	for name, value in (headers or {}).items():
		settings.append("parameters", {"parameter": name, "value": value, "header": 1})
	settings.save()


def set_setting(**values) -> None:
	for field, value in values.items():
		frappe.db.set_single_value("Petition Proxy Settings", field, value)


def make_robot(port: int, kind: str = "WeCom", secret: str | None = None, **values):
	"""A robot on the other side, which the settings allow as a host of the own network."""
	set_setting(inhouse_hosts=f"127.0.0.1:{port}")
	path = "cgi-bin/webhook/send?key=robot-key" if kind == "WeCom" else "robot/send?access_token=robot-key"
	if not values:
		values = {"unit": f.DEPT_UNIT}
	return frappe.get_doc(
		{
			"doctype": "Chat Robot",
			"robot_name": f"群{frappe.generate_hash(length=6)}",
			"kind": kind,
			"webhook_url": f"http://127.0.0.1:{port}/{path}",
			"signing_secret": secret,
			**values,
		}
	).insert()


def canary_case(state: str = "Registered", **values):
	"""A case with a canary in every field that says something of a person or a matter."""
	person = values.pop("petitioner", None) or canary_person().name
	return f.make_petition(
		state,
		petitioner=person,
		subject=f"{CANARY}标题",
		content=f"{CANARY}内容，请打{CANARY_PHONE}",
		request_text=f"{CANARY}诉求",
		address_text=f"{CANARY}巷三号",
		evidence_list=f"{CANARY}证据",
		agent_opinion=f"{CANARY}意见",
		assignment_note=f"{CANARY}批语",
		**values,
	)


def canary_person(**values):
	return f.make_petitioner(
		f"{CANARY}婆婆",
		**{"phone": CANARY_PHONE, "address": f"{CANARY}巷三号", "agrees_to_sms": 1, **values},
	)


def outgoing(**filters) -> list:
	return frappe.get_all("Outgoing Notice", filters=filters, fields=["*"], order_by="creation asc, name asc")


def wait_for(condition, seconds: float = 5) -> bool:
	end = time.monotonic() + seconds
	while time.monotonic() < end:
		if condition():
			return True
		time.sleep(0.02)
	return False
