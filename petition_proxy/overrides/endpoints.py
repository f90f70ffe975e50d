"""Functions of Frappe that answer about any record named to them, replaced by ones that ask for the right first."""

import json
from typing import Any

import frappe
from bs4 import BeautifulSoup
from frappe import _, realtime
from frappe.desk.search import get_link_title as frappe_get_link_title
from frappe.utils import print_format as frappe_print_format
from frappe.www import printview

from petition_proxy.permissions.doors import has_row_access
from petition_proxy.utils.client_values import ClientValueError

# What a browser or a drawing program fetches by itself
FETCHING_TAGS = (
	"iframe",
	"frame",
	"object",
	"embed",
	"script",
	"link",
	"base",
	"meta",
	"img",
	"video",
	"audio",
	"source",
	"svg",
	"input",
)
FETCHING_ATTRIBUTES = ("src", "srcset", "background", "data", "poster", "href", "xlink:href", "action")


@frappe.whitelist()
def get_link_title(doctype: str, docname: str) -> str | None:
	"""Title of a linked record; its name where the reader may not see it.

	Args:
		doctype: record type.
		docname: name of the record.

	Returns:
		The title, or the name.
	"""
	if has_row_access(doctype) and not (
		frappe.db.exists(doctype, docname) and frappe.has_permission(doctype, "read", docname)
	):
		return docname
	return frappe_get_link_title(doctype, docname)


@frappe.whitelist()
def can_subscribe_doctype(doctype: str) -> bool:
	"""Live updates of a whole list: none for guarded records, for they tell of every record to everybody in the room.

	Args:
		doctype: record type.

	Returns:
		True.

	Raises:
		frappe.PermissionError: records with row access, or no right to read the record type.
	"""
	if has_row_access(doctype):
		raise frappe.PermissionError
	return realtime.can_subscribe_doctype(doctype)


@frappe.whitelist()
def get_html_and_style(
	doc: str,
	name: str | None = None,
	print_format: str | None = None,
	no_letterhead: Any = None,
	letterhead: str | None = None,
	trigger_print: Any = False,
	style: str | None = None,
	settings: str | None = None,
) -> dict[str, str | None]:
	"""A paper of a stored record: of guarded DocTypes, what a client has put together is never drawn.

	Args:
		doc: record type with a name, or the record as JSON.
		name: name of the record.
		print_format: format to draw it with.
		no_letterhead: leave the letter head out.
		letterhead: letter head by its name.
		trigger_print: open the browser's print window.
		style: style by its name.
		settings: print settings as JSON.

	Returns:
		`html` and `style`.

	Raises:
		frappe.DoesNotExistError: nothing is stored under that name.
	"""
	doc, name = _stored(doc, name)
	return printview.get_html_and_style(
		doc, name, print_format, no_letterhead, letterhead, trigger_print, style, settings
	)


@frappe.whitelist()
def get_rendered_raw_commands(
	doc: str, name: str | None = None, print_format: str | None = None
) -> dict[str, Any]:
	"""As `get_html_and_style`, for printers that take commands.

	Args:
		doc: record type with a name, or the record as JSON.
		name: name of the record.
		print_format: format to draw it with.

	Returns:
		`raw_commands`.

	Raises:
		frappe.DoesNotExistError: nothing is stored under that name.
	"""
	doc, name = _stored(doc, name)
	return printview.get_rendered_raw_commands(doc, name, print_format)


def _stored(doc: str, name: str | None) -> tuple[str, str | None]:
	"""DocType and name of the record meant, if it is a guarded one; what came in otherwise."""
	if isinstance(name, str):
		return doc, name
	try:
		sent = json.loads(doc)
		doctype = sent["doctype"]
	except (ValueError, TypeError, KeyError):
		raise ClientValueError(_("Which record is meant is missing here. Load the form again.")) from None
	if not isinstance(doctype, str) or not has_row_access(doctype):
		return doc, name
	stored = str(sent.get("name") or "")
	if not stored or not frappe.db.exists(doctype, stored):
		frappe.throw(_("Save the record before it is printed."), frappe.DoesNotExistError)
	return doctype, stored


@frappe.whitelist()
def report_to_pdf(html: str, orientation: str = "Landscape") -> None:
	"""A report's page as PDF, without anything that the drawing would fetch.

	Args:
		html: the page.
		orientation: "Landscape" or "Portrait".

	Sends:
		application/pdf: the page.

	Raises:
		ClientValueError: another orientation.
	"""
	if orientation not in ("Landscape", "Portrait"):
		raise ClientValueError(_("A page is laid out as Landscape or Portrait."))
	frappe_print_format.report_to_pdf(without_fetches(html), orientation)


def without_fetches(html: str) -> str:
	"""Markup that makes nobody call another address: pictures as data and the site's own styles stay.

	Args:
		html: what a client sent.
	"""
	soup = BeautifulSoup(html, "html.parser")
	for tag in soup.find_all(FETCHING_TAGS):
		address = str(tag.get("src") or tag.get("href") or "")
		is_style = tag.name == "link" and _is_own_asset(address)
		is_data = tag.name == "img" and address.startswith("data:image/") and not tag.get("srcset")
		if not (is_style or is_data):
			tag.decompose()
	for tag in soup.find_all(True):
		for attribute in list(tag.attrs):
			value = str(tag.attrs[attribute])
			is_kept = tag.name in ("img", "link") or attribute not in FETCHING_ATTRIBUTES
			if not is_kept or (attribute == "style" and _is_fetching_style(value)):
				del tag.attrs[attribute]
		if tag.name == "style" and _is_fetching_style(tag.get_text()):
			tag.string = ""
	return str(soup)


def _is_own_asset(address: str) -> bool:
	own = frappe.utils.get_url().rstrip("/")
	path = address.removeprefix(own)
	return path.startswith("/assets/") and ".." not in path


def _is_fetching_style(text: str) -> bool:
	text = text.lower()
	# a backslash writes any letter in another way
	return "url(" in text or "@import" in text or "image-set" in text or "\\" in text
