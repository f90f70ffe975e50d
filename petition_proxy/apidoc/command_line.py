"""`bench --site SITE petition-openapi`."""

import click
from frappe.commands import pass_context

from petition_proxy.imports.command_line import site_of, user_path


@click.command("petition-openapi")
@click.option("--output", "-o", help="File to write; printed if none is named.")
@pass_context
def petition_openapi(context, output: str | None) -> None:
	"""Write the OpenAPI 3.1 description of the app's own endpoints."""
	from petition_proxy.apidoc.document import as_text, make_document

	with site_of(context):
		text = as_text(make_document())
	if not output:
		click.echo(text, nl=False)
		return
	try:
		user_path(output).write_text(text, encoding="utf-8")
	except OSError as error:
		raise click.ClickException(f"{output} cannot be written: {error.strerror}") from None
