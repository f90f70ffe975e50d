"""What a file is by its content, and which kinds of paper a case may hold.

A name says nothing: a page with a script in it calls itself "photo.jpg". The first bytes are asked instead, and the
ending of the name has to agree with them, because a browser goes by the ending.
"""

import io
import zipfile

from petition_proxy.domain.errors import DomainError
from petition_proxy.domain.errors import mark as _

# kind, endings of the name
ENDINGS: dict[str, tuple[str, ...]] = {
	"pdf": ("pdf",),
	"png": ("png",),
	"jpeg": ("jpg", "jpeg", "jfif"),
	"gif": ("gif",),
	"webp": ("webp",),
	"tiff": ("tif", "tiff"),
	"bmp": ("bmp",),
	"heic": ("heic", "heif"),
	"video": ("mp4", "m4v", "mov", "3gp", "m4a"),
	"mp3": ("mp3",),
	"amr": ("amr",),
	"wav": ("wav",),
	"office": ("doc", "xls", "ppt", "wps", "et"),
	"word": ("docx",),
	"sheet": ("xlsx",),
	"ofd": ("ofd",),
	"text": ("txt", "csv", "tsv"),
}
ALLOWED: tuple[str, ...] = tuple(ending for endings in ENDINGS.values() for ending in endings)

_STARTS: tuple[tuple[bytes, str], ...] = (
	(b"%PDF-", "pdf"),
	(b"\x89PNG\r\n\x1a\n", "png"),
	(b"\xff\xd8\xff", "jpeg"),
	(b"GIF87a", "gif"),
	(b"GIF89a", "gif"),
	(b"II*\x00", "tiff"),
	(b"MM\x00*", "tiff"),
	(b"#!AMR", "amr"),
	(b"ID3", "mp3"),
	(b"\xff\xfb", "mp3"),
	(b"\xff\xf3", "mp3"),
	(b"\xff\xf2", "mp3"),
	(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "office"),
)
_RIFF = {b"WEBP": "webp", b"WAVE": "wav"}
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"hevc", b"mif1", b"msf1")
# Parts that only one kind of package has.
_PACKAGES = (("word/document.xml", "word"), ("xl/workbook.xml", "sheet"), ("OFD.xml", "ofd"))
_MACROS = "vbaproject.bin"
_CONTROLS = frozenset(map(chr, range(32))) - frozenset("\t\n\f\r")


class PaperError(DomainError):
	"""The file is none that a case may hold."""


def kind_of(content: bytes) -> str | None:
	"""The kind of a file by its content.

	Args:
		content: the whole file.

	Returns:
		One of `ENDINGS`, or None for everything else: markup, programs, archives, office files with macros, and text
		that no Chinese office program writes.
	"""
	for start, kind in _STARTS:
		if content.startswith(start):
			return kind
	if content[:4] == b"RIFF":
		return _RIFF.get(content[8:12])
	if content[:2] == b"BM" and len(content) > 26 and content[6:10] == b"\x00\x00\x00\x00":
		return "bmp"
	if content[4:8] == b"ftyp":
		return "heic" if content[8:12] in _HEIC_BRANDS else "video"
	if content[:2] == b"PK":
		return _package(content)
	return "text" if _is_plain_text(content) else None


def _package(content: bytes) -> str | None:
	try:
		with zipfile.ZipFile(io.BytesIO(content)) as package:
			names = package.namelist()
	except (zipfile.BadZipFile, ValueError):
		return None
	if any(name.lower().endswith(_MACROS) for name in names):
		return None
	return next((kind for part, kind in _PACKAGES if part in names), None)


def _is_plain_text(content: bytes) -> bool:
	for encoding in ("utf-8-sig", "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "gb18030"):
		try:
			text = content.decode(encoding)
		except UnicodeDecodeError:
			continue
		return not _CONTROLS.intersection(text) and not text.lstrip().startswith("<")
	return False


def check_paper(file_name: str, content: bytes, most_bytes: int) -> None:
	"""Is this a file that a case may hold?

	Args:
		file_name: its name, with the ending a browser will go by.
		content: the whole file.
		most_bytes: size that it must not exceed.

	Raises:
		PaperError: empty, too large, of a kind that is not taken, or named as something it is not.
	"""
	if not content:
		raise PaperError(_("{name} is empty. Choose the file again."), name=file_name)
	if len(content) > most_bytes:
		raise PaperError(
			_("{name} is larger than {limit} MB. Scan it with fewer dots, or split it."),
			name=file_name,
			limit=most_bytes // 1024**2,
		)
	kind, ending = kind_of(content), file_name.rpartition(".")[2].lower()
	if kind is None:
		raise PaperError(
			_(
				"{name} cannot be taken. A case holds pictures, recordings, PDF, Word, Excel, OFD and plain text."
			),
			name=file_name,
		)
	if ending not in ENDINGS[kind]:
		raise PaperError(
			_("{name} is not what its name says. Give it the ending {endings}."),
			name=file_name,
			endings=" / ".join(f".{one}" for one in ENDINGS[kind]),
		)
