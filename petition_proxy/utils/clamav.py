"""A ClamAV daemon as scanner of papers, switched on by its address in Petition Proxy Settings (clamd, INSTREAM)."""

import socket
import time

from petition_proxy.domain import scanning
from petition_proxy.utils.settings import get_setting

# For a whole file; an agent waits for the answer.
SECONDS = 20


def is_clean(content: bytes) -> bool:
	"""Whether the scanner of the site passes a file; a site without one passes all.

	Args:
		content: the whole file.

	Raises:
		petition_proxy.domain.scanning.ScannerError: the address is none, or the answer says neither clean nor found.
		OSError: it is not there, breaks off, or takes too long.
	"""
	address = (get_setting("scanner_address") or "").strip()
	return ask(address, content) if address else True


def ask(address: str, content: bytes, seconds: float | None = None) -> bool:
	"""Send a file to the scanner at an address.

	Args:
		address: as in the settings.
		content: the whole file.
		seconds: for everything together; SECONDS by default.

	Returns:
		True for clean, False where it found something. Errors as `is_clean`.
	"""
	seconds = seconds or SECONDS
	place, end = scanning.read_address(address), time.monotonic() + seconds
	with _connect(place, seconds) as scanner:
		for piece in (scanning.COMMAND, *scanning.frames(content)):
			scanner.settimeout(_left(end))
			scanner.sendall(piece)
		answer = b""
		while len(answer) < scanning.MOST_ANSWER and not answer.endswith(b"\0"):
			scanner.settimeout(_left(end))
			part = scanner.recv(scanning.MOST_ANSWER)
			if not part:
				break
			answer += part
	return scanning.read_answer(answer)


def _connect(place: str | tuple[str, int], seconds: float) -> socket.socket:
	if isinstance(place, tuple):
		return socket.create_connection(place, timeout=seconds)
	scanner = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
	scanner.settimeout(seconds)
	try:
		scanner.connect(place)
	except OSError:
		scanner.close()
		raise
	return scanner


def _left(end: float) -> float:
	left = end - time.monotonic()
	if left <= 0:
		raise TimeoutError("the scanner takes too long")
	return left
