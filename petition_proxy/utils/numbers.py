"""Numbers of a series for rows that are written set-wise."""

import frappe


def take_numbers(series: str, count: int, digits: int) -> list[str]:
	"""Draw the next numbers of a series, as `make_autoname` would one by one.

	The series' row stays locked until the end of the transaction, and a rollback gives the numbers back.

	Args:
		series: start of the name, as kept in Frappe's Series table.
		count: how many.
		digits: width of the number.

	Returns:
		Full names, in order.
	"""
	table = frappe.qb.DocType("Series")
	rows = frappe.qb.from_(table).select(table.current).where(table.name == series).for_update().run()
	last = rows[0][0] or 0 if rows else 0
	if rows:
		frappe.qb.update(table).set(table.current, last + count).where(table.name == series).run()
	else:
		frappe.qb.into(table).columns("name", "current").insert(series, count).run()
	return [f"{series}{number:0{digits}d}" for number in range(last + 1, last + count + 1)]
