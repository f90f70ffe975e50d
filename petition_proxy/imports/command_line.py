"""`bench --site SITE import-petition-categories`, `import-petition-ledger` and `import-agents`."""

import os
import time
from contextlib import contextmanager
from pathlib import Path

import click
import frappe
from frappe.commands import get_site, pass_context

from petition_proxy.domain.errors import DomainError
from petition_proxy.imports.agent_import import import_agents
from petition_proxy.imports.category_import import import_categories
from petition_proxy.imports.ledger_columns import parse_map
from petition_proxy.imports.ledger_import import ImportResult, check_defaults, propose_mapping, run_import
from petition_proxy.imports.tables import read_table
from petition_proxy.petition_proxy.doctype.ledger_import.ledger_import import record_import, write_result

SHOWN = 20


def user_path(path: str) -> Path:
	"""A path as its writer meant it: bench changes the folder, the shell's PWD still names the one it was called in."""
	return Path(os.environ.get("PWD") or ".") / Path(path).expanduser()


def read_user_file(path: str) -> bytes:
	"""Content of a file named on the command line.

	Raises:
		click.ClickException: it cannot be read.
	"""
	try:
		return user_path(path).read_bytes()
	except OSError as error:
		raise click.ClickException(f"{path} cannot be read: {error.strerror}") from None


@contextmanager
def site_of(context):
	"""Connect to the command's site as Administrator; errors of input end the command with a message."""
	frappe.init(site=get_site(context))
	frappe.connect()
	try:
		yield
	except (frappe.ValidationError, DomainError) as error:
		frappe.db.rollback()
		raise click.ClickException(str(error)) from None
	finally:
		frappe.destroy()


@click.command("import-petition-categories")
@click.argument("file")
@pass_context
def import_petition_categories(context, file: str) -> None:
	"""Add the categories of FILE (CSV or XLSX with level_1, level_2, level_3); what is there stays."""
	data = read_user_file(file)
	with site_of(context):
		result = import_categories(data)
		frappe.db.commit()  # nosemgrep: the command's one transaction ends here
		click.echo(f"{sum(result.places):,} categories read, {result.added:,} added.")
		for title, counts in (("Different names", result.names), ("Places in the tree", result.places)):
			click.echo(f"{title} by level: {' / '.join(map(str, counts))}")


@click.command("import-petition-ledger")
@click.argument("file")
@click.option(
	"--source", required=True, help="Name of the old ledger. The same name again adds nothing twice."
)
@click.option(
	"--map",
	"mapping",
	help='"column=Field;column=Field", or a JSON file; guessed from the headings if left out.',
)
@click.option("--dry-run", is_flag=True, help="Check everything, write nothing.")
@click.option("--rejects", help="CSV file for the rejected rows and their reasons.")
@click.option("--village", help="Code of the village for rows that name none.")
@click.option("--unit", help="Code of the handling unit for rows that name none.")
@pass_context
def import_petition_ledger(context, file, source, mapping, dry_run, rejects, village, unit) -> None:
	"""Take over the old ledger FILE (CSV or XLSX) as petitions that keep their dates."""
	data = read_user_file(file)
	with site_of(context):
		started = time.monotonic()
		columns = _read_map(mapping) if mapping else propose_mapping(read_table(data))
		check_defaults(source.strip(), columns, village, unit)
		batch = None
		if not dry_run:
			batch = record_import(Path(file).name, data, source, columns, village, unit)
		try:
			result = run_import(
				data,
				source,
				columns,
				default_village=village,
				default_unit=unit,
				dry_run=dry_run,
				import_batch=batch.name if batch else None,
				on_progress=_show_progress,
			)
		except frappe.ValidationError:
			frappe.db.rollback()
			raise
		if batch:
			write_result(batch, result)
			frappe.db.commit()  # nosemgrep: the command's last transaction ends here
		_report(result, batch, rejects, time.monotonic() - started)


def _read_map(text: str):
	return parse_map(read_user_file(text).decode("utf-8-sig") if text.lower().endswith(".json") else text)


def _show_progress(done: int, total: int) -> None:
	click.echo(f"\r{done:,} of {total:,}", nl=False, err=True)


def _report(result: ImportResult, batch, rejects: str | None, seconds: float) -> None:
	click.echo(err=True)
	click.echo(f"{result.summary()} ({seconds:.1f} s)")
	for title, remarks in (("Rejected", result.rejected), ("Warning", result.warnings)):
		for remark in remarks[:SHOWN]:
			click.echo(
				f"  {title}: row {remark.row_number}, number {remark.external_no or '-'}: {remark.text}"
			)
		if len(remarks) > SHOWN:
			click.echo(f"  ... and {len(remarks) - SHOWN} more")
	if rejects:
		_write_file(rejects, result.rejects_csv())
	if batch:
		click.echo(f"Recorded as Ledger Import {batch.name}.")


@click.command("import-agents")
@click.argument("file")
@click.option("--dry-run", is_flag=True, help="Check everything, write nothing.")
@click.option("--rejects", help="CSV file for the rejected rows and their reasons.")
@pass_context
def import_agents_command(context, file, dry_run, rejects) -> None:
	"""Add and update agents from the roster FILE (CSV or XLSX); the same file again changes nothing."""
	data = read_user_file(file)
	with site_of(context):
		started = time.monotonic()
		result = import_agents(data, dry_run=dry_run)
		if not dry_run:
			frappe.db.commit()  # nosemgrep: the command's one transaction ends here
		click.echo(f"{result.summary()} ({time.monotonic() - started:.1f} s)")
		if result.ignored_columns:
			click.echo(f"Columns not used: {', '.join(result.ignored_columns)}")
		for remark in result.rejected[:SHOWN]:
			click.echo(f"  Rejected: row {remark.row_number}, {remark.agent_name}: {remark.text}")
		if len(result.rejected) > SHOWN:
			click.echo(f"  ... and {len(result.rejected) - SHOWN} more")
		if rejects:
			_write_file(rejects, result.rejects_csv())


def _write_file(name: str, content: bytes) -> None:
	path = user_path(name)
	try:
		path.write_bytes(content)
	except OSError as error:
		raise click.ClickException(f"{path} cannot be written: {error.strerror}") from None
	click.echo(f"Rejected rows: {path}")
