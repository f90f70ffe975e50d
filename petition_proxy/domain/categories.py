"""Reading of a catalogue of petition content (信访事项内容分类) in up to three levels."""

from collections.abc import Iterable, Mapping

from petition_proxy.domain.errors import DomainError
from petition_proxy.domain.errors import mark as _
from petition_proxy.domain.tables import TableRow, cell_key, read_csv

Path = tuple[str, ...]

LEVELS = 3
PATH_SEPARATOR = "/"

LEVEL_HEADINGS = (
	("level_1", "level 1", "first level", "一级分类", "一级", "一级标签", "一级类别"),
	("level_2", "level 2", "second level", "二级分类", "二级", "二级标签", "二级类别"),
	("level_3", "level 3", "third level", "三级分类", "三级", "三级标签", "三级类别"),
)


class CategoryTableError(DomainError):
	"""A catalogue cannot be read."""

	code = "category_table"


def find_columns(header: Iterable[str]) -> tuple[str | None, ...]:
	"""Return the heading of each level, None for a lower level that the file does not have.

	Raises:
		CategoryTableError: the first level is missing, or the third is there without the second.
	"""
	by_key = {cell_key(heading).casefold(): heading for heading in header}
	columns = tuple(next((by_key[n] for n in names if n in by_key), None) for names in LEVEL_HEADINGS)
	if columns[0] is None or (columns[1] is None and columns[2] is not None):
		raise CategoryTableError(
			_("The columns of the category levels were not found. Name them level_1, level_2 and level_3.")
		)
	return columns


def parse_rows(rows: Iterable[TableRow], columns: tuple[str | None, ...]) -> list[Path]:
	"""Return every category of the rows as a path, each once, parents before their children.

	A name that stands under two parents gives two paths. Blank lower levels are allowed.

	Args:
		rows: numbered rows of the catalogue.
		columns: heading of each level, as `find_columns` returns it.

	Raises:
		CategoryTableError: a row has a category without its parent, or a name with the path separator "/".
	"""
	seen: dict[Path, None] = {}
	for row in rows:
		path = _read_path(row.number, row.cells, columns)
		for depth in range(1, len(path) + 1):
			seen.setdefault(path[:depth])
	return list(seen)


def _read_path(number: int, cells: Mapping[str, object], columns: tuple[str | None, ...]) -> Path:
	names = [cell_key(cells.get(column)) if column is not None else "" for column in columns]
	while names and not names[-1]:
		names.pop()
	for level, name in enumerate(names, start=1):
		if not name:
			raise CategoryTableError(
				_("Row {row}: {name} has no category of level {level} above it. Fill in that cell."),
				row=number,
				name=repr(names[-1]),
				level=level,
			)
		if PATH_SEPARATOR in name:
			raise CategoryTableError(
				_('Row {row}: the name {name} contains "/". Write it without.'),
				row=number,
				name=repr(name),
			)
	return tuple(names)


def read_categories(data: bytes | str) -> list[Path]:
	"""Read a catalogue from CSV with a heading for each level, in English or Chinese.

	Args:
		data: content of the file.

	Returns:
		Paths of one to three names, each once, parents before children, else in the order of the file.

	Raises:
		CategoryTableError: levels not found, or a row that names a category without its parent.
		petition_proxy.domain.tables.TableFileError: the file is no readable table.
	"""
	table = read_csv(data)
	return parse_rows(table.rows, find_columns(table.header))
