"""Filing a case away (归档): how long the file is kept, in which order its documents lie, and their pages.

Sources: Archives Law 2020 arts 13, 14 (complete files, handed over on time), 37 (electronic records equal paper). Retention terms
are rows of the site.
"""

from collections.abc import Iterable, Mapping, Sequence

TERMS: tuple[str, ...] = ("Permanent", "30 Years", "10 Years")
RULE_FIELDS: tuple[str, ...] = ("petition_kind", "outcome", "end_state")

# The order in which documents lie in a file: the mandate, the matter, the decision to take it up, the work, the answer, its
# service, what followed.
ORDER: tuple[str, ...] = (
	"Proxy Agreement",
	"Petition",
	"Paper",
	"Notice",
	"Petition Assignment",
	"Coordination Meeting",
	"Upward Report",
	"Supervision Order",
	"Extension",
	"Opinion Letter",
	"Service Receipt",
	"Review",
	"Evaluation",
	"Settlement Statement",
	"Withdrawal",
	"Closing Report",
	"Other",
)


def pick_retention(rules: Iterable[Mapping], case: Mapping) -> Mapping | None:
	"""The rule that says how long a file is kept: of those that fit, the one that names most; of equals, the longest term.

	Args:
		rules: rows with RULE_FIELDS (empty means any) and retention_term.
		case: values of the same fields.

	Returns:
		None if no rule fits.
	"""
	fitting = [r for r in rules if all(not r.get(f) or r.get(f) == case.get(f) for f in RULE_FIELDS)]
	if not fitting:
		return None
	return min(
		fitting,
		key=lambda r: (-sum(bool(r.get(f)) for f in RULE_FIELDS), TERMS.index(r["retention_term"])),
	)


def in_order(documents: Iterable[Mapping]) -> list[Mapping]:
	"""Documents as they lie in the file: by part, then by date.

	Args:
		documents: mappings with `part` (one of ORDER) and `document_date`.
	"""
	return sorted(documents, key=lambda d: (ORDER.index(d["part"]), str(d.get("document_date") or "")))


def total_pages(items: Sequence[Mapping]) -> int:
	"""Pages of all documents together."""
	return sum(int(item.get("pages") or 0) for item in items)
