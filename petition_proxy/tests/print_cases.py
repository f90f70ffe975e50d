"""Records for the tests of papers: cases with every field a form shows, and readers of their PDF."""

import io
import re
import unicodedata

import frappe
from frappe.translate import print_language
from frappe.utils import add_days, now_datetime, today
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


def pages_of(html: str, make_pdf=get_pdf) -> list[str]:
	"""Text of the pages of a page's PDF, blanks removed."""
	return pages_of_pdf(make_pdf(html))


def pages_of_pdf(pdf: bytes) -> list[str]:
	return [plain_text(page.extract_text()) for page in PdfReader(io.BytesIO(pdf)).pages]


# Fonts draw some characters and the radicals they come from with one glyph; a PDF may read back as either.
RADICALS = str.maketrans("⼾⻅⻓⻔⻋⺠⻚⻛⻢⻰⻥⻩⻬⻝⻆⻄", "户见长门车民页风马龙鱼黄齐食角西")


def plain_text(text: str) -> str:
	"""Text read back from a PDF, without blanks, radicals made characters."""
	text = re.sub(r"\s+", "", text).translate(RADICALS)
	return re.sub("[\u2f00-\u2fdf]", lambda found: unicodedata.normalize("NFKC", found[0]), text)


def stored(doctype: str, **values):
	"""A row as its own acts leave it, without walking through them: papers only read it."""
	doc = frappe.get_doc({"doctype": doctype, **values})
	for df in doc.meta.get_table_fields():
		for at, row in enumerate(doc.get(df.fieldname), start=1):
			row.update({"name": frappe.generate_hash(length=10), "idx": at})
	doc.name = doc.name or frappe.generate_hash(length=10)
	for df in doc.meta.get_table_fields():
		for row in doc.get(df.fieldname):
			row.parent = doc.name
			row.db_insert()
	doc.db_insert()
	return frappe.get_doc(doctype, doc.name)


def make_extension(petition, **values):
	return stored(
		"Extension Request",
		**{
			"petition": petition.name,
			"round": 1,
			"unit": factories.DEPT_UNIT,
			"status": "Approved",
			"asked_days": 30,
			"asked_by": "dept@pp.test",
			"asked_at": now_datetime(),
			"reason": "涉及供水、供电、燃气三家单位，需要协调网点用房。",
			"original_due_at": petition.statutory_due_at,
			"new_due_at": add_days(petition.statutory_due_at, 30),
			"decided_by": "head@pp.test",
			"decided_at": now_datetime(),
			"decision_note": "情况属实，同意延期。",
			**values,
		},
	)


def make_supervision(petition, **values):
	return stored(
		"Supervision Order",
		**{
			"petition": petition.name,
			"round": 1,
			"unit": factories.DEPT_UNIT,
			"level": "Letter",
			"trigger": "Late Without Reason",
			"status": "Issued",
			"issued_by_unit": factories.OFFICE_UNIT,
			"issued_by": "office@pp.test",
			"issued_at": now_datetime(),
			"due_at": add_days(now_datetime(), 10),
			"earlier_orders": 1,
			"requirement": "请核实缴费点撤走原因，提出便民办法，书面答复信访人。",
			**values,
		},
	)


def make_review(petition, level: str = "Review", **values):
	return stored(
		"Review Request",
		**{
			"petition": petition.name,
			"round": 1,
			"level": level,
			"status": "Decided",
			"petitioner": petition.petitioner,
			"petitioner_name": petition.petitioner_name,
			"respondent_unit": factories.DEPT_UNIT,
			"reviewing_unit": "T-GOV",
			"original_no": "云住建信复〔2026〕3号",
			"asked_at": now_datetime(),
			"received_at": now_datetime(),
			"reasons": "答复说已设缴费点，但每周只开半天。",
			"facts_found": "经查，缴费点每周三上午开放，不能满足需要。",
			"decision": "Changed",
			"opinion_text": "缴费点开放时间改为每周三天，由住建委于一个月内落实。",
			"signer": "王区长",
			"decided_at": now_datetime(),
			**values,
		},
	)


def make_settlement(petition, **values):
	return stored(
		"Settlement Statement",
		**{
			"petition": petition.name,
			"round": 1,
			"petitioner_name": petition.petitioner_name,
			"status": "Confirmed",
			"stated_on": today(),
			"statement": "缴费点已经恢复，我满意，不再反映。",
			"is_voluntary": 1,
			"confirmed_by": "town@pp.test",
			"confirmed_at": now_datetime(),
			**values,
		},
	)


def make_case_file(petition, **values):
	return stored(
		"Case File",
		**{
			"petition": petition.name,
			"round": 1,
			"subject": petition.subject,
			"archive_no": "DA-990199-2026-00001",
			"retention_term": "10 Years",
			"result_summary": "已在社区服务站设缴费点。",
			"execution": "缴费点已于本月开放，信访人确认。",
			"timeline": "",
			"archivist": "office@pp.test",
			"archived_at": now_datetime(),
			"total_pages": 9,
			"items": [
				{"document_title": title, "document_date": today(), "pages": pages, "medium": "Both"}
				for title, pages in (
					("代理委托书", 2),
					("代理登记表", 1),
					("受理告知书", 1),
					("处理意见书", 4),
					("送达回证", 1),
				)
			],
			**values,
		},
	)


def make_video_reception(petition, **values):
	return stored(
		"Video Reception",
		**{
			"petitioner": petition.petitioner,
			"petitioner_name": petition.petitioner_name,
			"status": "Held",
			"level": "District",
			"agent": petition.agent,
			"petition": petition.name,
			"village": petition.village,
			"matter": "缴费点撤走后老人缴费困难，希望当面反映。",
			"starts_at": now_datetime(),
			"ends_at": now_datetime(),
			"room": "二楼视频接访室",
			"unit": factories.OFFICE_UNIT,
			"host": "leader@pp.test",
			"booked_by": "village@pp.test",
			"attendees": "住建委、清溪镇",
			"result": "住建委答应一个月内恢复缴费点。",
			**values,
		},
	)


def make_training(agent, **values):
	return stored(
		"Training Session",
		**{
			"name": "TS-2026-00001",
			"topic": "网上信访系统操作",
			"training_kind": "Computer Skills",
			"teacher": "陈老师",
			"region": factories.TOWN,
			"place": "镇政府三楼",
			"status": "Finished",
			"starts_at": now_datetime(),
			"ends_at": now_datetime(),
			"hours": 4,
			"pass_mark": 60,
			"validity_months": 24,
			"attendees": [
				{
					"agent": agent.name,
					"agent_name": agent.agent_name,
					"attended": 1,
					"score": 88,
					"passed": 1,
					"certificate_no": "PX-990199-2026-00001",
					"valid_until": add_days(today(), 700),
				}
			],
			**values,
		},
	)


def make_reward_batch(petition, agent, **values):
	line = {
		"petition": petition.name,
		"agent": agent.name,
		"agent_name": agent.agent_name,
		"tier": "Satisfied and Settled",
		"amount_fen": 2000,
		"amount_yuan": "20.00",
		"earned_on": today(),
	}
	payment = {
		"agent": agent.name,
		"agent_name": agent.agent_name,
		"masked_bank_account": "6222****1234",
		"line_count": 1,
		"total_fen": 2000,
		"total_yuan": "20.00",
	}
	return stored(
		"Reward Batch",
		**{
			"name": "JL-990199-2026-00001",
			"town": factories.TOWN,
			"district": factories.DISTRICT,
			"year": 2026,
			"status": "Approved",
			"docstatus": 1,
			"period_from": today(),
			"period_to": today(),
			"total_fen": 2000,
			"total_yuan": "20.00",
			"lines": [line],
			"payments": [payment],
			"made_by": "town@pp.test",
			"made_at": now_datetime(),
			"checked_by": "office@pp.test",
			"checked_at": now_datetime(),
			**values,
		},
	)


def make_bulletin(**values):
	bulletin = stored(
		"Quarterly Bulletin",
		**{
			"district": factories.DISTRICT,
			"year": 2026,
			"quarter": "3",
			"document_no": "云信通〔2026〕3号",
			"status": "Issued",
			"docstatus": 1,
			"period_from": "2026-07-01",
			"period_to": "2026-09-30",
			"cut_off": now_datetime(),
			"summary": "本季度全区登记代理信访事项128件。",
			"problems": "部分村代理员不在岗。",
			"demands": "各镇街要加强培训。",
			"zero_villages": "云台村、石桥村",
			"signed_by": "office@pp.test",
			"issued_at": now_datetime(),
			**values,
		},
	)
	stored(
		"Bulletin Figure",
		bulletin=bulletin.name,
		kind="Figure",
		period="2026-3",
		level="Town",
		scope_id=factories.TOWN,
		scope_name="清溪镇",
		figures='{"Filed": [49, null], "On-time Reply": [48, 49], "Timely Acceptance": [0, 0]}',
	)
	return bulletin
