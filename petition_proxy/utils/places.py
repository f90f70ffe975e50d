"""District, town and village of a record, copied from its region so that lists filter on plain indexed columns."""

import frappe
from frappe import _
from frappe.model.document import Document

from petition_proxy.domain.sphere import read_position
from petition_proxy.utils.errors import domain_errors


class PlaceError(frappe.ValidationError):
	"""The region is missing or of the wrong level."""


def get_place(region: str) -> frappe._dict:
	"""District, town, village (12-digit codes, None above the region's level) and level of a region.

	Raises:
		PlaceError: no such region.
	"""
	row = frappe.get_cached_value("Region", region, ("name", "level", "district", "town"))
	if not row:
		frappe.throw(_("There is no region {0}. Choose one from the list.").format(region), PlaceError)
	name, level, district, town = row
	return frappe._dict(
		level=level,
		district=name if level == "District" else district,
		town=name if level == "Town" else town,
		village=name if level == "Village" else None,
	)


def set_place_from_village(doc: Document) -> None:
	"""Copy town and district of `doc.village`.

	Raises:
		PlaceError: the region chosen is not a village or community.
	"""
	if not doc.village:
		doc.town = doc.district = None
		return
	place = get_place(doc.village)
	if place.level != "Village":
		frappe.throw(
			_("{0} is not a village or community. Choose one below the town.").format(doc.village), PlaceError
		)
	doc.town, doc.district = place.town, place.district


def set_place_from_region(doc: Document) -> None:
	"""Copy district, town and village of `doc.region`, as far down as it reaches."""
	place = get_place(doc.region)
	doc.district, doc.town, doc.village = place.district, place.town, place.village


def validate_position(doc: Document) -> None:
	"""Refuse coordinates that are no place on Earth; empty ones are fine.

	Raises:
		PlaceError: latitude and longitude mixed up, or one of them missing.
	"""
	if bool(doc.latitude) != bool(doc.longitude):
		frappe.throw(_("Give both latitude and longitude, or leave both empty."), PlaceError)
	with domain_errors(PlaceError):
		read_position(doc.latitude or None, doc.longitude or None)
