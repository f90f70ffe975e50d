"""QR codes as PNG data, made from the matrix alone: no network, no image library."""

import base64
import struct
import zlib

import pyqrcode

QUIET_ZONE = 2


def qr_data_uri(text: str | None) -> str:
	"""A QR code as the source of an <img>, one pixel a module, to be scaled up without smoothing; "" for no text.

	Args:
		text: what the code says.
	"""
	if not text:
		return ""
	matrix = pyqrcode.create(text, error="M", encoding="utf-8").code
	return "data:image/png;base64," + base64.b64encode(to_png(_enlarge(matrix))).decode()


def _enlarge(matrix: list[list[int]], scale: int = 6) -> list[list[int]]:
	"""Add the quiet zone and draw each module as a square, since old engines smooth what they scale."""
	blank = [0] * (len(matrix) + 2 * QUIET_ZONE)
	side = [0] * QUIET_ZONE
	rows = [blank] * QUIET_ZONE + [[*side, *row, *side] for row in matrix] + [blank] * QUIET_ZONE
	return [[bit for bit in row for _i in range(scale)] for row in rows for _i in range(scale)]


def to_png(rows: list[list[int]]) -> bytes:
	"""A black and white PNG of rows of bits, 1 is black."""
	width, height = len(rows[0]), len(rows)

	def chunk(kind: bytes, data: bytes) -> bytes:
		return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

	lines = b"".join(b"\x00" + bytes(0 if bit else 255 for bit in row) for row in rows)
	header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
	return (
		b"\x89PNG\r\n\x1a\n"
		+ chunk(b"IHDR", header)
		+ chunk(b"IDAT", zlib.compress(lines))
		+ chunk(b"IEND", b"")
	)
