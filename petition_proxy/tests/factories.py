"""Makes the records tests act on: one small district with named people.

District 云江区: petition office (office@pp.test), department 住建委 (dept@pp.test, head deptowner@pp.test);
town 清溪镇 (town@pp.test) with villages 柳湾村 (village@pp.test, agent@pp.test) and 石桥村;
town 高山镇 (town2@pp.test) with village 云台村 (agent2@pp.test).
"""

import base64

import frappe
from frappe.utils import add_days, now_datetime, today

from petition_proxy.domain import lifecycle, opinions
from petition_proxy.permissions.scope import clear_scopes
from petition_proxy.petition_proxy.doctype.opinion_letter.draft import current_letter
from petition_proxy.petition_proxy.doctype.opinion_letter.reply import needs_letter

DISTRICT = "990199000000"
TOWN, TOWN_2 = "990199101000", "990199102000"
VILLAGE, VILLAGE_B, VILLAGE_2 = "990199101201", "990199101202", "990199102201"
OFFICE_UNIT, DEPT_UNIT, DEPT_UNIT_2 = "T-OFFICE", "T-DEPT", "T-DEPT2"
TOWN_UNIT, TOWN_UNIT_2, VILLAGE_UNIT = "T-TOWN", "T-TOWN2", "T-VILLAGE"
SIGNATURE = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

# Made first: Frappe gives the role to the first user of a site that lacks it, which would be one of ours.
MANAGER = "manager@pp.test"

USERS = {
	"agent@pp.test": (lifecycle.AGENT,),
	"agent2@pp.test": (lifecycle.AGENT,),
	"petitioner@pp.test": (lifecycle.PETITIONER,),
	"village@pp.test": (lifecycle.VILLAGE,),
	"town@pp.test": (lifecycle.TOWN,),
	"town2@pp.test": (lifecycle.TOWN,),
	"dept@pp.test": (lifecycle.DEPARTMENT,),
	"dept2@pp.test": (lifecycle.DEPARTMENT,),
	"head@pp.test": (lifecycle.HEAD,),
	"office@pp.test": (lifecycle.OFFICE,),
	"clerk@pp.test": (lifecycle.CLERK,),
	"leader@pp.test": (lifecycle.LEADER,),
	"auditor@pp.test": (lifecycle.AUDITOR,),
	"nobody@pp.test": (lifecycle.TOWN,),
}


def before_tests() -> None:
	"""Make the district once for a run: fourteen users take longer than all that follows."""
	make_district()
	frappe.db.commit()  # nosemgrep: the tests' common ground, each test rolls back to it


def make_district() -> None:
	"""Regions, units, users, agents and petitioner; insert if missing, so any test may call it."""
	for code, name, level, parent in (
		(DISTRICT, "云江区", "District", None),
		(TOWN, "清溪镇", "Town", DISTRICT),
		(TOWN_2, "高山镇", "Town", DISTRICT),
		(VILLAGE, "柳湾村", "Village", TOWN),
		(VILLAGE_B, "石桥村", "Village", TOWN),
		(VILLAGE_2, "云台村", "Village", TOWN_2),
	):
		insert_if_missing("Region", code, region_name=name, code=code, level=level, parent_region=parent)
	make_user(MANAGER, ("System Manager",))
	for user, roles in USERS.items():
		make_user(user, roles)
	make_unit(
		OFFICE_UNIT,
		"云江区信访办",
		"Petition Office",
		"District",
		DISTRICT,
		"office@pp.test",
		"clerk@pp.test",
	)
	make_unit(
		"T-GOV",
		"云江区政府",
		"District Government",
		"District",
		DISTRICT,
		None,
		"leader@pp.test",
		"auditor@pp.test",
	)
	make_unit(
		DEPT_UNIT, "云江区住建委", "District Department", "District", DISTRICT, "head@pp.test", "dept@pp.test"
	)
	make_unit(DEPT_UNIT_2, "云江区人社局", "District Department", "District", DISTRICT, None, "dept2@pp.test")
	make_unit(TOWN_UNIT, "清溪镇人民政府", "Town", "Town", TOWN, "town@pp.test")
	make_unit(TOWN_UNIT_2, "高山镇人民政府", "Town", "Town", TOWN_2, "town2@pp.test")
	make_unit(VILLAGE_UNIT, "柳湾村村委会", "Village", "Village", VILLAGE, "village@pp.test")
	settings = frappe.get_single("Petition Proxy Settings")
	settings.district, settings.petition_office = DISTRICT, OFFICE_UNIT
	settings.save()
	clear_scopes()


def insert_if_missing(doctype: str, name: str, **values):
	if frappe.db.exists(doctype, name):
		return frappe.get_doc(doctype, name)
	return frappe.get_doc({"doctype": doctype, **values}).insert()


def make_user(email: str, roles: tuple[str, ...]):
	if frappe.db.exists("User", email):
		return frappe.get_doc("User", email)
	user = frappe.get_doc(
		{
			"doctype": "User",
			"email": email,
			"first_name": email.split("@")[0],
			"send_welcome_email": 0,
			"roles": [{"role": role} for role in roles],
		}
	)
	user.flags.no_welcome_mail = True
	return user.insert()


def make_unit(code, name, unit_type, tier, region, head=None, *members):
	return insert_if_missing(
		"Handling Unit",
		code,
		unit_code=code,
		unit_name=name,
		unit_type=unit_type,
		tier=tier,
		region=region,
		is_active=1,
		head=head,
		members=[{"user": user} for user in members],
	)


def make_agent(user: str = "agent@pp.test", village: str = VILLAGE, **values):
	"""An agent on duty; the existing one of the same user if there is one."""
	if user and (name := frappe.db.get_value("Proxy Agent", {"user": user})):
		return frappe.get_doc("Proxy Agent", name)
	return frappe.get_doc(
		{
			"doctype": "Proxy Agent",
			"agent_name": values.pop("agent_name", "周大姐"),
			"user": user,
			"village": village,
			"agent_class": "Villager Group Head",
			"status": "On Duty",
			"certificate_valid_to": add_days(today(), 200),
			**values,
		}
	).insert()


def make_petitioner(name: str = "林婆婆", village: str = VILLAGE, **values):
	return frappe.get_doc(
		{"doctype": "Petitioner", "petitioner_name": name, "village": village, **values}
	).insert()


def make_agreement(petitioner: str, agent: str, submit: bool = True, **values):
	doc = frappe.get_doc(
		{
			"doctype": "Proxy Agreement",
			"petitioner": petitioner,
			"agent": agent,
			"matter": "缴费点撤走",
			"valid_from": add_days(today(), -10),
			"valid_to": add_days(today(), 100),
			"signed_on": add_days(today(), -10),
			"signature": SIGNATURE,
			**values,
		}
	).insert()
	if submit:
		doc.submit()
	return doc


def make_petition(state: str = lifecycle.DRAFT, proxied: bool = True, **values):
	"""A petition walked by Administrator to a state, through every step on the way.

	Args:
		state: where to stop.
		proxied: with agent and agreement.
		values: fields of the petition; reply_class, handling_unit etc. are filled when a step needs them.
	"""
	if "petitioner" not in values:
		values["petitioner"] = make_petitioner(village=values.get("village", VILLAGE)).name
	if proxied and "agent" not in values:
		agent = make_agent()
		values["agent"] = agent.name
	if proxied and "agreement" not in values:
		values["agreement"] = make_agreement(values["petitioner"], values["agent"]).name
	doc = frappe.get_doc(
		{
			"doctype": "Petition",
			"subject": "小区门口缴费点撤走",
			"content": "缴水电气费要坐车到很远的地方。",
			"village": VILLAGE,
			"filing_channel": "Petition Office Platform",
			**values,
		}
	).insert()
	for step in path_to(state):
		walk(doc, step)
	return doc


def path_to(state: str) -> list[lifecycle.Transition]:
	"""The steps from Draft to a state."""
	return list(lifecycle.usual_path(state))


def walk(doc, step: lifecycle.Transition | str) -> None:
	"""Take one step as the session's user, filling what it asks for."""
	if isinstance(step, str):
		step = next(t for t in lifecycle.TRANSITIONS if t.action == step and t.source == doc.workflow_state)
	prepare(doc, step)
	doc.save()


def prepare(doc, step: lifecycle.Transition) -> None:
	"""Fill what a step asks for and set its state; the caller saves."""
	if step.action == "Reply":
		sign_letter(doc)
	doc.update({f: v for f, v in needs(step.action).items() if not doc.get(f)})
	if step.action == "Serve" and not doc.service_proof:
		attach_proof(doc)
	if step.action == "Serve" and not doc.agent and doc.service_method == "By Agent":
		doc.service_method = "In Person"
	if step.action == "Withdraw" and not doc.withdrawal_proof:
		doc.withdrawal_proof = signed_paper(doc, "withdrawal_proof")
	if step.action == "Merge" and not doc.main_petition:
		doc.flags.server_values = {
			"main_petition": make_petition(lifecycle.REGISTERED, petitioner=doc.petitioner).name
		}
	doc.workflow_state = step.target


def attach_proof(doc) -> None:
	"""A photo attached as proof of service: the row alone, the tests need no file on the disk."""
	doc.service_proof = "/private/files/fingerprint.png"
	file = frappe.new_doc("File")
	file.update(
		{
			"name": frappe.generate_hash(length=10),
			"file_name": "fingerprint.png",
			"file_url": doc.service_proof,
			"is_private": 1,
			"attached_to_doctype": doc.doctype,
			"attached_to_name": doc.name,
			"attached_to_field": "service_proof",
		}
	)
	file.set_user_and_timestamp()
	file.db_insert()


def sign_letter(doc, **values):
	"""The signed opinion letter of a case that needs one, made and signed by Administrator; None where there is one already.

	Args:
		doc: a petition in handling; its reply and outcome, where given, go into the letter.
		values: fields of the letter; `results` gives the results of its request items.
	"""
	if not needs_letter(doc, now_datetime()) or current_letter(doc):
		return None
	user = frappe.session.user
	frappe.set_user("Administrator")
	try:
		reply = {**needs("Reply"), **{f: doc.get(f) for f in ("reply_text", "outcome") if doc.get(f)}}
		outcome = reply["outcome"] if reply["outcome"] in opinions.RESULTS else "Explained"
		results = values.pop("results", [outcome])
		letter = frappe.get_doc(
			{
				"doctype": "Opinion Letter",
				"petition": doc.name,
				"facts_found": "经查，反映情况属实。",
				"same_result_reason": "重新调查后，原处理仍然成立。",
				"legal_basis": "《信访工作条例》第三十二条",
				"opinion_text": reply["reply_text"],
				"mediation_paper": "/private/files/mediation.pdf" if "Mediated" in results else None,
				"items": [
					{"request_item": doc.request_text or doc.subject, "result": r, "reason": "见事实认定"}
					for r in results
				],
				**values,
			}
		).insert()
		letter.flags.checked = True
		letter.save()
		letter.submit()
		doc.reload()  # the letter is now on the case
	finally:
		frappe.set_user(user)
	return letter


def needs(action: str) -> dict:
	"""Values each step asks for."""
	return {
		"Assign": {"handling_unit": DEPT_UNIT},
		"Accept": {"reply_class": reply_class("G")},
		"Refuse": {"refusal_reason": "Outside Competence", "refusal_body": "云江区人民法院"},
		"Reply": {"reply_text": "已在社区服务站设缴费点。", "outcome": "Supported"},
		"Serve": {"service_method": "By Agent"},
		"Settle on the Spot": {"reply_text": "当场办好。", "is_oral_consent": 1},
		"Stop": {"refusal_reason": "Concluded by Re-review"},
		"Guide": {"procedure_route": "Arbitration", "refusal_body": "云江区劳动人事争议仲裁委员会"},
		"Return": {"step_reason": "送错单位"},
		"Reassign": {"step_reason": "送错单位"},
		"Rework": {"step_reason": "答复没有回应诉求"},
		"Reopen": {"step_reason": "出现新情况"},
		"Merge": {"step_reason": "同一人同一事"},
		"Undo Merge": {"step_reason": "不是同一件事"},
		"Withdraw": {"withdrawal_reason": "问题已解决"},
		"Archive": {"retention_term": "10 Years"},
	}.get(action, {})


def signed_paper(doc, fieldname: str) -> str:
	"""Address of a private picture that hangs on a record, as a phone or the desk sends it."""
	paper = {
		"doctype": "File",
		"file_name": "signed-paper.png",
		"is_private": 1,
		"content": base64.b64decode(SIGNATURE.partition(",")[2]),
		"attached_to_doctype": doc.doctype,
		"attached_to_name": doc.name,
		"attached_to_field": fieldname,
	}
	return frappe.get_doc(paper).insert(ignore_permissions=True).file_url


def reply_class(code: str) -> str:
	return frappe.get_all(
		"Reply Class",
		filters={"class_code": code, "valid_from": ("<=", now_datetime())},
		pluck="name",
		order_by="valid_from desc",
		limit=1,
	)[0]
