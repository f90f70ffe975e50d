"""One paper as a page that needs no network, and as PDF."""

import subprocess
from contextlib import contextmanager

import frappe
from frappe import _
from frappe.translate import print_language
from frappe.utils.caching import redis_cache
from frappe.utils.pdf import get_pdf
from frappe.www.printview import get_print_style, get_rendered_template

from petition_proxy.printing.paper import check_addressee

# Qt without the patches of wkhtmltopdf shrinks every page by this factor and takes no option against it.
UNPATCHED_ZOOM = 1.25

PAGE = """<!DOCTYPE html>
<html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title><style>{style}</style></head>
<body><div class="print-format-gutter"><div class="print-format">{body}</div></div></body></html>"""


def paper_html(
	doctype: str, name: str, print_format: str, lang: str | None = None, is_checked: bool = False
) -> str:
	"""A record in one of the app's formats, with every style inside the page.

	Args:
		doctype: type of the record.
		name: the record.
		print_format: its format.
		lang: language of the paper; the format's own by default.
		is_checked: the caller has checked that this paper is the session's user's own, who has no right on its record.

	Raises:
		frappe.PermissionError: the session's user may not read or print the record, or the paper would go to the unit
			complained about.
	"""
	doc = frappe.get_doc(doctype, name)
	if not is_checked:
		doc.check_permission("read")
		doc.check_permission("print")
	form = frappe.get_doc("Print Format", print_format)
	if form.doc_type != doctype:
		frappe.throw(_("{0} is no form for {1}.").format(_(print_format), _(doctype)))
	check_addressee(doc)
	lang = lang or form.default_print_language or frappe.local.lang
	with print_language(lang), _print_permissions(ignored=is_checked):
		body = get_rendered_template(doc, print_format=form, meta=doc.meta, no_letterhead=True)
		return page(name, body, lang, form)


@contextmanager
def _print_permissions(ignored: bool):
	"""Frappe asks the print permission of the record once more, unless told not to."""
	before = frappe.flags.ignore_print_permissions
	frappe.flags.ignore_print_permissions = ignored or before
	try:
		yield
	finally:
		frappe.flags.ignore_print_permissions = before


def page(title: str, body: str, lang: str, form=None) -> str:
	"""A page around a body, with every style inside it.

	Args:
		title: of the window.
		body: HTML.
		lang: language code.
		form: the Print Format, if there is one.
	"""
	style = get_print_style(print_format=form)
	return PAGE.format(lang=lang, title=frappe.utils.escape_html(title), style=style, body=body)


def paper_pdf(
	doctype: str, name: str, print_format: str, lang: str | None = None, is_checked: bool = False
) -> bytes:
	"""The same as PDF."""
	return to_pdf(paper_html(doctype, name, print_format, lang, is_checked))


def to_pdf(html: str) -> bytes:
	"""PDF of a page of this module, in the size it is written in."""
	if is_unpatched():
		html = html.replace("<style>", f"<style>body {{ zoom: {UNPATCHED_ZOOM}; }}\n", 1)
	return get_pdf(html)


@redis_cache(ttl=3600)
def is_unpatched() -> bool:
	"""Whether this server's wkhtmltopdf is one that shrinks pages."""
	shown = subprocess.run(["wkhtmltopdf", "--version"], capture_output=True, text=True, check=False).stdout
	return "patched qt" not in shown
