"""Frappe's own log of exports and prints, without what was in them.

Frappe keeps the page of a printed report whole and the values of filters as they were typed: names of petitioners, for whoever
administers the site. Who took what stands in Access Record.
"""

import frappe
from frappe.core.doctype.access_log.access_log import AccessLog

from petition_proxy.utils.export_rules import MODULE, describe_filters, is_ours


class DiscreetAccessLog(AccessLog):
	def db_insert(self, *args, **kwargs):
		self.leave_out_content()
		super().db_insert(*args, **kwargs)

	def deferred_insert(self, *args, **kwargs):
		self.leave_out_content()
		super().deferred_insert(*args, **kwargs)

	def leave_out_content(self):
		self.page = None
		doctype = (
			self.export_from if self.export_from and frappe.db.exists("DocType", self.export_from) else None
		)
		if doctype and is_ours(doctype):
			self.filters = describe_filters(self.filters, doctype) or None
		elif self.report_name and self.is_our_report():
			self.filters = describe_filters(self.filters) or None

	def is_our_report(self) -> bool:
		return frappe.db.get_value("Report", self.report_name, "module") == MODULE
