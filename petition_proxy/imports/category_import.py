"""Loading a catalogue of petition content (three levels) into the category tree. Adds what is missing, removes nothing."""

from dataclasses import dataclass

import frappe
from frappe import _

from petition_proxy.domain.categories import LEVELS, PATH_SEPARATOR, Path, find_columns, parse_rows
from petition_proxy.imports.tables import read_attached, read_table
from petition_proxy.setup.masters import insert_category_paths
from petition_proxy.utils.errors import domain_errors

DATA_LENGTH = 140


class CategoryFileError(frappe.ValidationError):
	"""The file is no category list; nothing has been added."""


@dataclass(frozen=True)
class CategoryImport:
	"""What a catalogue brought.

	Args:
		names: different names on each level of the file.
		places: places in the tree on each level; more than names where one stands under two parents.
		added: categories that were new.
	"""

	names: tuple[int, ...]
	places: tuple[int, ...]
	added: int


def import_categories(data: bytes | str) -> CategoryImport:
	"""Add the categories of a catalogue that are not there yet; what is there stays as it is.

	Below a restricted category everything is restricted, so that reports and accusations stay hidden from village
	level.

	Args:
		data: content of a CSV or XLSX file with the columns level_1, level_2, level_3 (or 一级分类 ...).

	Raises:
		CategoryFileError: the file cannot be read, a row names a category without its parent, or a name is too
			long.
	"""
	with domain_errors(CategoryFileError):
		table = read_table(data)
		paths = parse_rows(table.rows, find_columns(table.header))
	validate_lengths(paths)
	levels = [[path for path in paths if len(path) == level] for level in range(1, LEVELS + 1)]
	return CategoryImport(
		names=tuple(len({path[-1] for path in level}) for level in levels),
		places=tuple(len(level) for level in levels),
		added=insert_category_paths(paths, restricted=_restricted(paths)),
	)


def validate_lengths(paths: list[Path]) -> None:
	"""A path that its column cannot hold would be refused in the middle of the import.

	Raises:
		CategoryFileError: name or path too long.
	"""
	meta = frappe.get_meta("Petition Category")
	name_length, path_length = (meta.get_field(f).length or DATA_LENGTH for f in ("category_name", "path"))
	for path in paths:
		text = PATH_SEPARATOR.join(path)
		if len(path[-1]) > name_length or len(text) > path_length:
			frappe.throw(
				_("{0} is too long for a category. Shorten it in the file.").format(text), CategoryFileError
			)


def _restricted(paths: list[Path]) -> set[Path]:
	rows = frappe.get_all(
		"Petition Category", filters={"is_restricted": 1}, pluck="path", order_by="path asc"
	)
	above = {tuple(text.split(PATH_SEPARATOR)) for text in rows}
	return {path for path in paths if any(path[:depth] in above for depth in range(1, len(path) + 1))}


@frappe.whitelist(methods=["POST"])
def import_attached_categories(file_url: str) -> dict[str, int]:
	"""Load an uploaded catalogue; asks the right to write Petition Categories.

	Args:
		file_url: address of the uploaded CSV or XLSX file.

	Returns:
		added: how many were new; total: how many the file holds.

	Raises:
		frappe.PermissionError: the user may not write categories, or not read the file.
		CategoryFileError: the file cannot be read as a catalogue.
	"""
	frappe.has_permission("Petition Category", "write", throw=True)
	result = import_categories(read_attached(file_url))
	return {"added": result.added, "total": sum(result.places)}
