"""Which column becomes which field: the labels people choose from, and the short form of the command line."""

import json
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from petition_proxy.domain.errors import mark as _
from petition_proxy.domain.ledger import ColumnMap, LedgerMappingError
from petition_proxy.domain.tables import cell_key

# The options of Ledger Import Column.target_field.
LABELS: Mapping[str, str] = MappingProxyType(
	{
		"external_no": "External Number",
		"subject": "Subject",
		"content": "Content",
		"petitioned_at": "Petitioned At",
		"reply_text": "Reply",
		"replied_at": "Replied At",
		"category": "Category",
		"petitioner_key": "Petitioner Key",
		"petitioner_name": "Petitioner Name",
		"phone": "Phone",
		"id_number": "ID Number",
		"village": "Village",
		"handling_unit": "Handling Unit",
	}
)
_FIELDS = {label.casefold(): field for field, label in LABELS.items()}


def make_map(pairs: Iterable[tuple[str, str]]) -> ColumnMap:
	"""Make a mapping from column headings and field labels (or field ids); a blank field leaves the column out.

	Raises:
		LedgerMappingError: an unknown field, a field or a column named twice, or a needed field left out.
	"""
	columns: dict[str, str] = {}
	for column, target in pairs:
		heading, label = cell_key(column), cell_key(target)
		if heading in columns:
			raise LedgerMappingError(
				_("Column {column} is mapped twice. Leave one of them out."), column=heading
			)
		columns[heading] = _FIELDS.get(label.casefold(), label)
	return ColumnMap(columns)


def parse_map(text: str) -> ColumnMap:
	"""Read the mapping of a command line: "column=Field;column=Field", or a JSON object of the same.

	Raises:
		LedgerMappingError: it cannot be read, or as `make_map`.
	"""
	if text.lstrip().startswith("{"):
		try:
			pairs = [(str(column), str(target or "")) for column, target in json.loads(text).items()]
		except ValueError as error:
			raise LedgerMappingError(
				_("The mapping is no valid JSON: {reason}. Correct it and try again."), reason=str(error)
			) from error
		return make_map(pairs)
	parts = [part.rpartition("=") for part in text.replace("\n", ";").split(";") if part.strip()]
	for column, _sign, target in parts:
		if not column.strip():
			raise LedgerMappingError(
				_('{part} names no column. Write the mapping as "column=Field;column=Field".'),
				part=repr(target),
			)
	return make_map((column, target) for column, _sign, target in parts)
