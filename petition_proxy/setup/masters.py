"""Master records every district starts with. Inserted if missing; what a site changed stays as it is."""

import json
from pathlib import Path

import frappe
from frappe.utils.nestedset import rebuild_tree

from petition_proxy.setup.calendars import ensure_calendars

# Frappe imports every JSON file that stands directly in `fixtures/` at each migrate, over what the site changed;
# seeds stand one folder deeper, out of its reach.
FIXTURES = Path(__file__).parents[1] / "fixtures" / "seeds"


def ensure_masters() -> None:
	"""Reply classes, statutory limits, alert and supervision rules, starter categories, work calendars."""
	for row in read_fixture("reply_classes"):
		insert_if_missing("Reply Class", {"class_code": row["class_code"]}, row)
	for row in read_fixture("statutory_limits"):
		insert_if_missing(
			"Statutory Limit", {"limit_code": row["limit_code"], "valid_from": row["valid_from"]}, row
		)
	for row in read_fixture("alert_rules"):
		insert_if_missing("Alert Rule", {"rule_code": row["rule_code"]}, row)
	for row in read_fixture("retention_rules"):
		insert_if_missing("Retention Rule", {"rule_name": row["rule_name"]}, row)
	for row in read_fixture("supervision_rules"):
		insert_if_missing("Supervision Rule", {"rule_code": row["rule_code"]}, row)
	for row in read_fixture("reward_tariffs"):
		insert_if_missing("Reward Tariff", {"tier": row["tier"]}, row)
	for row in read_fixture("standing_rules"):
		insert_if_missing("Standing Rule", {"rule_code": row["rule_code"]}, row)
	ensure_notice_templates()
	ensure_categories()
	ensure_calendars()


def ensure_notice_templates() -> None:
	"""A text per event, channel and language."""
	for row in read_fixture("notice_templates"):
		key = {field: row[field] for field in ("event", "channel", "language")}
		insert_if_missing("Notice Template", key, row)


def read_fixture(name: str) -> list[dict]:
	"""Rows of fixtures/seeds/<name>.json."""
	return json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))


def insert_if_missing(doctype: str, key: dict, values: dict) -> None:
	if not frappe.db.exists(doctype, key):
		frappe.get_doc({"doctype": doctype, **values}).insert(ignore_permissions=True)


def ensure_categories() -> None:
	"""The starter list, only on a site that has no categories: an imported list is not mixed with it."""
	if frappe.db.count("Petition Category"):
		return
	paths, codes, restricted = [], {}, set()
	for row in read_fixture("petition_categories"):
		first = (row["category_name"],)
		codes[first] = row["code"]
		paths.append(first)
		paths += [(*first, child) for child in row["children"]]
		if row["is_restricted"]:
			restricted |= {first, *((*first, child) for child in row["children"])}
	insert_category_paths(paths, codes, restricted)


def insert_category_paths(
	paths: list[tuple[str, ...]], codes: dict | None = None, restricted=frozenset()
) -> int:
	"""Insert category paths that are not there yet, in two statements and one tree rebuild.

	Args:
		paths: tuples of names from the first level down, parents before children.
		codes: path to code.
		restricted: paths hidden from village level.

	Returns:
		How many were inserted.
	"""
	known = dict(frappe.get_all("Petition Category", fields=["path", "name"], as_list=True, order_by="path"))
	now, user = frappe.utils.now(), frappe.session.user
	rows = []
	for path in paths:
		text = "/".join(path)
		if text in known:
			continue
		known[text] = frappe.generate_hash(length=10)
		parent = known.get("/".join(path[:-1])) if len(path) > 1 else None
		is_group = int(any(other[: len(path)] == path and len(other) > len(path) for other in paths))
		rows.append(
			(
				*(known[text], now, now, user, user, 0, 0),
				*(
					path[-1],
					parent,
					is_group,
					text,
					len(path),
					(codes or {}).get(path),
					int(path in restricted),
				),
			)
		)
	if not rows:
		return 0
	frappe.db.bulk_insert(
		"Petition Category",
		[
			*("name", "creation", "modified", "owner", "modified_by", "docstatus", "idx"),
			*(
				"category_name",
				"parent_petition_category",
				"is_group",
				"path",
				"level_no",
				"code",
				"is_restricted",
			),
		],
		rows,
	)
	category = frappe.qb.DocType("Petition Category")
	parents = {row[8] for row in rows if row[8]}
	if parents:
		frappe.qb.update(category).set(category.is_group, 1).where(category.name.isin(sorted(parents))).run()
	rebuild_tree("Petition Category")
	return len(rows)
