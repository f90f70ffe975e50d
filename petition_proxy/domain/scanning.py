"""The virus scanner that listens on an address: how an address is written, and what its answers mean (clamd INSTREAM)."""

import re
import struct
from collections.abc import Iterator

from petition_proxy.domain.errors import DomainError
from petition_proxy.domain.errors import mark as _

COMMAND = b"zINSTREAM\0"
CHUNK = 64 * 1024
MOST_ANSWER = 1024
UNIX = "unix:"
_HOST = re.compile(r"\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+")


class ScannerError(DomainError):
	"""The scanner cannot be reached as written, or gave no answer that says the file is clean or not."""

	code = "scanner"


def read_address(text: str) -> str | tuple[str, int]:
	"""Where the scanner listens.

	Args:
		text: "host:port" or "unix:/path".

	Returns:
		(host, port), or the path of a socket.

	Raises:
		ScannerError: neither.
	"""
	text = text.strip()
	if text.startswith(UNIX + "/"):
		return text[len(UNIX) :]
	host, _colon, port = text.rpartition(":")
	if not _HOST.fullmatch(host) or not re.fullmatch(r"[0-9]{1,5}", port) or not 0 < int(port) < 65536:
		raise ScannerError(
			_("{address} is no address of a scanner. Write host:port, or unix: and the path of its socket."),
			address=text,
		)
	return host.strip("[]"), int(port)


def frames(content: bytes) -> Iterator[bytes]:
	"""The content as the scanner takes it: each piece with its length before it, and an empty one at the end."""
	for start in range(0, len(content), CHUNK):
		piece = content[start : start + CHUNK]
		yield struct.pack("!L", len(piece)) + piece
	yield struct.pack("!L", 0)


def read_answer(answer: bytes) -> bool:
	"""Did the scanner call the file clean?

	Args:
		answer: all that it sent.

	Returns:
		True for clean, False where it found something.

	Raises:
		ScannerError: anything else, a size limit of the scanner included.
	"""
	text = answer.rstrip(b"\0\r\n ").decode("utf-8", "replace")
	if text == "stream: OK":
		return True
	if re.fullmatch(r"stream: .+ FOUND", text):
		return False
	raise ScannerError(_("The scanner answered: {answer}"), answer=text[:120])
