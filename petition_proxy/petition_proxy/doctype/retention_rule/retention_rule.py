from frappe.model.document import Document

from petition_proxy.petition_proxy.doctype.retention_rule.rules import clear_retention_rules


class RetentionRule(Document):
	"""How long files of a kind are kept; the row that names most wins, the row that names nothing is the default."""

	def on_update(self):
		clear_retention_rules()

	def after_delete(self):
		clear_retention_rules()
