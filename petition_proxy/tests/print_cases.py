"""Records for the tests of papers: cases with every field a form shows, and readers of their PDF."""

import io
import re

import frappe
from frappe.translate import print_language
from frappe.utils import add_days, today
from frappe.utils.pdf import get_pdf
from pypdf import PdfReader

from petition_proxy.domain import lifecycle
from petition_proxy.tests import factories

ID_NUMBER = "11010519491231002X"
PHONE = "13812345678"
ADDRESS = "清溪镇柳湾村3组12号"
FACTS = (
	"柳湾村小区门口的水电气缴费点于今年九月撤走，居民缴费须乘车到十公里外的镇上办理。"
	"村里七十岁以上的老人有四十多户，行动不便，也不会使用手机缴费，多次因欠费被停水停电。"
)


def make_full_petitioner(**values):
	return factories.make_petitioner(
		"林婆婆",
		sex="Female",
		birth_date="1949-12-31",
		occupation="农民",
		special_need="Over 70",
		id_type="Resident ID",
		id_number=ID_NUMBER,
		phone=PHONE,
		address=ADDRESS,
		**values,
	)


def make_full_petition(state: str = lifecycle.DRAFT, **values):
	"""A petition with every field of the register form, walked to a state."""
	values.setdefault("petitioner", make_full_petitioner().name)
	return factories.make_petition(
		state,
		content=FACTS,
		request_text="恢复缴费点，或者安排每月一次上门代收。",
		purpose="Seek Solution",
		intake_way="Home Visit",
		evidence_list="缴费单两张、照片三张",
		earlier_petitions="去年十月向镇政府口头反映过，没有书面答复。",
		agent_opinion="情况属实，建议协调供水、供电、燃气公司。",
		**values,
	)


def set_contacts() -> None:
	"""Phone and address of the units, as letters name them."""
	for unit, phone, address in (
		(factories.OFFICE_UNIT, "023-68000001", "云江区人民路1号"),
		(factories.DEPT_UNIT, "023-68000002", "云江区建设路8号"),
	):
		frappe.db.set_value("Handling Unit", unit, {"phone": phone, "address": address})


def printed_html(doctype: str, name: str, print_format: str, lang: str = "zh") -> str:
	"""What Frappe's own print page sends for a format, without the stylesheet it fetches from the server."""
	with print_language(lang):
		html = frappe.get_print(doctype, name, print_format)
	return re.sub(r"<link[^>]*rel=[\"']stylesheet[\"'][^>]*>", "", html)


def printed_pages(doctype: str, name: str, print_format: str, lang: str = "zh") -> list[str]:
	"""Text of the pages of the PDF, blanks removed."""
	pdf = get_pdf(printed_html(doctype, name, print_format, lang))
	return [re.sub(r"\s+", "", page.extract_text()) for page in PdfReader(io.BytesIO(pdf)).pages]


def make_term() -> dict:
	return {"valid_from": add_days(today(), -10), "valid_to": add_days(today(), 100)}
