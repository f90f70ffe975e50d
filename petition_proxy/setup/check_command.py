"""`bench --site SITE petition-proxy-check`: what is still missing before go-live, for people and for scripts."""

import json

import click
import frappe
from frappe import _
from frappe.commands import get_site, pass_context

from petition_proxy.domain.readiness import MUST, SHOULD


@click.command("petition-proxy-check")
@click.option("--json", "as_json", is_flag=True, help="All checks as JSON, for a script.")
@click.option("--language", help="Language of the sentences, like zh; that of the site if left out.")
@pass_context
def petition_proxy_check(context, as_json: bool, language: str | None) -> None:
	"""List what is still missing before go-live. Ends with status 1 while something is missing that must be there."""
	# loaded here: bench reads this module for every command
	from petition_proxy.queries.readiness import get_findings, is_ready

	frappe.init(site=get_site(context))
	frappe.connect()
	try:
		frappe.local.lang = language or frappe.db.get_single_value("System Settings", "language") or "en"
		findings = get_findings()
		if as_json:
			click.echo(json.dumps(findings, ensure_ascii=False, indent=1))
		else:
			for line in report_lines(findings):
				click.echo(line)
		is_done = is_ready(findings)
	finally:
		frappe.destroy()
	if not is_done:
		raise SystemExit(1)


def report_lines(findings: list[dict]) -> list[str]:
	"""The checks as lines: what is missing, the worst first, with how to mend it, then the counts."""
	lines = []
	words = {MUST: _("Must", context="Setup Guide"), SHOULD: _("Should", context="Setup Guide")}
	for severity in (MUST, SHOULD):
		for found in findings:
			if not found["is_met"] and found["severity"] == severity:
				lines += [f"{words[severity]}: {found['sentence']}", f"  {found['mend']}"]
	met = sum(found["is_met"] for found in findings)
	must = sum(not f["is_met"] and f["severity"] == MUST for f in findings)
	lines.append(
		_("{0} of {1} checks are met; {2} must be mended, {3} should.").format(
			met, len(findings), must, len(findings) - met - must
		)
	)
	return lines
