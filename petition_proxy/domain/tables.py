"""Reading of tables as offices keep them: CSV in several encodings, cells with stray whitespace."""

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from petition_proxy.domain.errors import DomainError
from petition_proxy.domain.errors import mark as _

# Key of cells beyond the width of the header row, the mark of broken quoting. Columns without a heading are
# left out.
SURPLUS = ""
HEADER_ROW = 1
# Begins a row of remarks, as templates have them. Two signs, since ledgers number their cases with one.
COMMENT = "##"

_INVISIBLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\u200b-\u200f\u2060\ufeff]")
_INLINE_SPACE = re.compile(r"[^\S\n]+")
_DELIMITERS = (",", "\t", ";")


class TableFileError(DomainError):
	"""A file cannot be read as a table."""

	code = "table_file"


@dataclass(frozen=True)
class TableRow:
	"""One row: its number as a spreadsheet shows it (the header is row 1) and its cells by heading."""

	number: int
	cells: Mapping[str, object]


@dataclass(frozen=True)
class Table:
	"""A table that has been read: headings, and the rows that are not blank."""

	header: tuple[str, ...]
	rows: tuple[TableRow, ...]


def cell_text(value: object) -> str:
	"""Return a cell as clean text: line breaks kept, other whitespace and invisible characters tidied.

	A whole number that a spreadsheet stores as 123.0 becomes "123".
	"""
	if value is None:
		return ""
	if isinstance(value, float) and value.is_integer():
		return str(int(value))
	if isinstance(value, date):
		return value.isoformat(" ") if isinstance(value, datetime) else value.isoformat()
	text = _INVISIBLE.sub("", str(value).replace("\r\n", "\n").replace("\r", "\n"))
	return "\n".join(_INLINE_SPACE.sub(" ", line).strip() for line in text.split("\n")).strip()


def cell_line(value: object) -> str:
	"""Return a cell as clean text on one line."""
	return " ".join(cell_text(value).split())


def cell_key(value: object) -> str:
	"""Return a number or heading on one line with full-width characters made plain."""
	return cell_line(unicodedata.normalize("NFKC", cell_text(value)))


def decode(data: bytes) -> str:
	"""Return the text of a file in UTF-8 (with or without BOM), UTF-16 with BOM, or GB 18030.

	Raises:
		TableFileError: it is none of these.
	"""
	if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
		encodings: tuple[str, ...] = ("utf-16",)
	else:
		encodings = ("utf-8-sig", "gb18030")
	for encoding in encodings:
		try:
			return data.decode(encoding)
		except UnicodeDecodeError:
			continue
	raise TableFileError(_("The file is neither UTF-8 nor GB 18030 text. Save it as CSV UTF-8."))


def read_csv(data: bytes | str) -> Table:
	"""Read a CSV file whose first row holds the headings.

	Args:
		data: content of the file; comma, tab or semicolon as separator.

	Raises:
		TableFileError: wrong encoding, broken quoting, no headings, or a heading that stands twice.
	"""
	text = decode(data) if isinstance(data, bytes) else data.removeprefix("\ufeff")
	first_line = text.lstrip().partition("\n")[0]
	delimiter = max(_DELIMITERS, key=first_line.count)
	try:
		return make_table(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
	except csv.Error as error:
		raise TableFileError(
			_("The file is not a readable CSV table: {reason}. Check the quotation marks."), reason=str(error)
		) from error


def make_table(lines: Iterable[Sequence[object]]) -> Table:
	"""Turn lines of cells, from CSV or a spreadsheet, into a table. The first line that is not blank is the
	header; lines of remarks are left out.

	Raises:
		TableFileError: no headings, or a heading that stands twice.
	"""
	numbered = ((number, list(line)) for number, line in enumerate(lines, start=HEADER_ROW))
	filled = ((number, line) for number, line in numbered if _is_data(line))
	_number, head = next(filled, (0, []))
	header = [cell_key(cell) for cell in head]
	if not any(header):
		raise TableFileError(_("The file is empty. Its first row must hold the column headings."))
	twice = sorted({heading for heading in header if heading and header.count(heading) > 1})
	if twice:
		raise TableFileError(
			_("Column heading {heading} stands more than once. Rename one of them."), heading=repr(twice[0])
		)
	return Table(tuple(filter(None, header)), tuple(_make_rows(header, filled)))


def _is_data(line: Sequence[object]) -> bool:
	first = next(filter(None, map(cell_text, line)), "")
	return bool(first) and not first.startswith(COMMENT)


def _make_rows(header: list[str], lines: Iterable[tuple[int, list[object]]]) -> Iterator[TableRow]:
	for number, line in lines:
		cells = {heading: line[i] if i < len(line) else "" for i, heading in enumerate(header) if heading}
		surplus = " ".join(filter(None, map(cell_line, line[len(header) :])))
		if surplus:
			cells[SURPLUS] = surplus
		yield TableRow(number, cells)
