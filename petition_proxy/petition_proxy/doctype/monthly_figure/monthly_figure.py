from frappe.model.document import Document


class MonthlyFigure(Document):
	"""One indicator of one month and place, counted by jobs/monthly_figures.py for the public page."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		computed_at: DF.Datetime | None
		counted: DF.Int
		indicator: DF.Data
		month: DF.Date
		region: DF.Link
		total: DF.Int

	# end: auto-generated types
	pass
