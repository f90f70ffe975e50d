"""Indexes of the figures, seeds of reports by mail, and what earlier looks at identities were called in the record of access."""

import frappe

from petition_proxy.setup.indexes import ensure_indexes
from petition_proxy.setup.mail_reports import ensure_mail_reports
from petition_proxy.setup.settings import ensure_settings


def execute() -> None:
	ensure_settings()
	table = frappe.qb.DocType("Access Record")
	frappe.qb.update(table).set(table.act, "Look").where(table.act.isnull() | (table.act == "")).run()
	ensure_mail_reports()
	ensure_indexes()  # last: adding one commits
