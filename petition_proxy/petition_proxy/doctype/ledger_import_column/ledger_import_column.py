from frappe.model.document import Document


class LedgerImportColumn(Document):
	pass
