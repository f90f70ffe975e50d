"""Whether a re-review has ended the matter of a petition (art. 36): asked before a unit accepts it."""

import frappe
from frappe.query_builder import DocType
from frappe.utils import cint

from petition_proxy.domain import reviews
from petition_proxy.domain.reviews import Matter
from petition_proxy.utils.rows import read_row

DEFAULT_LIKENESS = 60
FIELDS = ("name", "category", "subject", "content", "main_petition")


def concluded_case_of(doc) -> str | None:
	"""The case of the same petitioner and the same facts that a re-review has ended.

	The same petitioner is the same record or the same ID number; agents never count.

	Args:
		doc: the petition to be accepted.

	Returns:
		Its name, or None.
	"""
	request, petition = DocType("Review Request"), DocType("Petition")
	named = [doc.name, *([doc.main_petition] if doc.main_petition else [])]
	rows = (
		frappe.qb.from_(request)
		.join(petition)
		.on(petition.name == request.petition)
		.select(*(petition[f] for f in FIELDS))
		.distinct()
		.where(request.petitioner.isin(_same_people(doc)) | request.petition.isin(named))
		.where((request.level == reviews.RE_REVIEW) & request.status.isin(reviews.ENDED_STATUSES))
		.where(request.decision != reviews.REVOKED)
		.orderby(petition.name)
		.run(as_dict=True)
	)
	settings = frappe.get_cached_doc("Petition Proxy Settings")
	threshold = (cint(settings.concluded_likeness) or DEFAULT_LIKENESS) / 100
	new = _matter(doc)
	return next((row.name for row in rows if reviews.is_same_matter(new, _matter(row), threshold)), None)


def _same_people(doc) -> list[str]:
	petitioner = doc.petitioner
	if not petitioner:
		return [""]
	known = doc.flags.petitioner_row or read_row("Petitioner", petitioner, ("id_hash",)) or {}
	id_hash = known.get("id_hash")
	if not id_hash:
		return [petitioner]
	others = frappe.get_all("Petitioner", filters={"id_hash": id_hash}, pluck="name", order_by="name")
	return sorted({petitioner, *others})


def _matter(row) -> Matter:
	return Matter(row.name, row.category, f"{row.subject or ''} {row.content or ''}", row.main_petition)
