"""Makers for the tests of the agent's own pages: pages as a phone opens them, pictures as it sends them."""

import io
from contextlib import contextmanager

import frappe
from frappe.utils import set_request
from frappe.website.serve import get_response
from PIL import Image
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from petition_proxy.utils.portal import add_headers

KEY = "0123456789abcdef0123456789abcdef"


def open_page(path: str, **query: str):
	"""The response of one of our pages to the session's user, headers and status as the browser gets them."""
	set_request(method="GET", path=path, query_string=query)
	frappe.local.form_dict = frappe._dict(query)
	frappe.local.flags.pop("portal_status", None)
	frappe.local.flags.pop("redirect_location", None)
	response = get_response(path)
	if response.status_code == 500:
		raise AssertionError(frappe.get_traceback() or f"{path} failed")
	add_headers(response, frappe.local.request)
	return response


def page_text(path: str, **query: str) -> str:
	return open_page(path, **query).get_data(as_text=True)


def picture(color: str = "white", size: tuple[int, int] = (60, 40)) -> bytes:
	out = io.BytesIO()
	Image.new("RGB", size, color).save(out, "JPEG")
	return out.getvalue()


@contextmanager
def sent_files(**files: tuple[str, bytes]):
	"""Act as in a request that carries these files."""
	before = getattr(frappe.local, "request", None)
	data = {name: (io.BytesIO(content), file_name) for name, (file_name, content) in files.items()}
	frappe.local.request = Request(EnvironBuilder(method="POST", data=data).get_environ())
	try:
		yield
	finally:
		frappe.local.request = before


def revoke(agreement: str) -> None:
	"""The petitioner takes the authority back today."""
	frappe.db.set_value("Proxy Agreement", agreement, "revoked_on", frappe.utils.today())
