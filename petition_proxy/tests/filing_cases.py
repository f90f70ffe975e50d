"""Makers of the tests around filing from the page: keys, answers, pictures, a scanner that answers as it is told."""

import contextlib
import io
import os
import socket
import struct
import threading
from collections.abc import Callable, Iterator

import frappe
from PIL import Image
from werkzeug.datastructures import FileStorage

from petition_proxy.tests import factories as f


def key() -> str:
	return os.urandom(16).hex()


def answers(**values) -> dict:
	"""What an agent has typed when everything is there."""
	return {
		"new_petitioner_name": "赵大爷",
		"new_petitioner_phone": "13912345678",
		"village": f.VILLAGE,
		"address_text": "三组小卖部旁",
		"petition_kind": "Appeal and Request",
		"subject": "村口井盖丢了",
		"content": "村口的井盖丢了一个月，晚上很危险。",
		"request_text": "请把井盖补上。",
		"powers_agreed": 1,
		"agreement_signature": f.SIGNATURE,
		**values,
	}


def photo(width: int = 60, height: int = 40, kind: str = "JPEG", **save) -> bytes:
	"""A picture of its own colour, left half darker than the right one."""
	image = Image.new("RGB", (width, height), tuple(100 + byte % 100 for byte in os.urandom(3)))
	image.paste((0, 0, 0), (0, 0, width // 2, height))
	out = io.BytesIO()
	image.save(out, kind, **save)
	return out.getvalue()


@contextlib.contextmanager
def sent(content: bytes | io.BytesIO, name: str = "赵大爷的照片.jpg") -> Iterator[None]:
	"""A request of this site that carries a file, for acts that read it."""
	stream = io.BytesIO(content) if isinstance(content, bytes) else content
	before = getattr(frappe.local, "request", None)
	frappe.local.request = frappe._dict(
		files={"file": FileStorage(stream, name)}, method="POST", headers={}, path="/", host="", cookies={}
	)
	try:
		yield
	finally:
		frappe.local.request = before


DRIP = b"a byte now and then"


class Scanner:
	"""A server on this machine that takes INSTREAM as clamd does and answers what it was told to.

	Args:
		answer: bytes to send, or a function of the content that gives them; None hangs until closed.
		path: of a unix socket; TCP by default.

	Attributes:
		address: as the settings take it.
		asked: contents received.
	"""

	def __init__(self, answer: bytes | Callable | None, path: str | None = None) -> None:
		self.answer, self.asked, self.is_over = answer, [], threading.Event()
		if path:
			self.server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
			self.server.bind(path)
			self.address = f"unix:{path}"
		else:
			self.server = socket.socket()
			self.server.bind(("127.0.0.1", 0))
			self.address = f"127.0.0.1:{self.server.getsockname()[1]}"
		self.server.listen(4)
		self.thread = threading.Thread(target=self.serve, daemon=True)
		self.thread.start()

	def serve(self) -> None:
		while not self.is_over.is_set():
			try:
				client, _address = self.server.accept()
			except OSError:
				return
			with client, contextlib.suppress(OSError, struct.error):
				self.talk(client)

	def talk(self, client: socket.socket) -> None:
		stream = client.makefile("rb")
		if stream.read(10) != b"zINSTREAM\0":
			client.sendall(b"UNKNOWN COMMAND\0")
			return
		content = b""
		while length := struct.unpack("!L", stream.read(4))[0]:
			content += stream.read(length)
		self.asked.append(content)
		if self.answer is None:
			self.is_over.wait(30)
			return
		while self.answer is DRIP and not self.is_over.wait(0.05):
			client.sendall(b"s")
		client.sendall(self.answer(content) if callable(self.answer) else self.answer)

	def close(self) -> None:
		self.is_over.set()
		with contextlib.suppress(OSError):
			self.server.shutdown(socket.SHUT_RDWR)
		self.server.close()
		self.thread.join(5)


def vague_scanner(content: bytes) -> str:
	"""A scanner that does not answer True."""
	return "probably fine"
