"""One case with every record an act can be called on, and arguments for every open function of the API."""

import importlib
import inspect
import pkgutil
import typing
from collections.abc import Callable, Iterator

import frappe
from frappe.utils import add_days, now_datetime, today

import petition_proxy.api
from petition_proxy.domain import lifecycle
from petition_proxy.tests import agent_cases, answer_cases, around_cases
from petition_proxy.tests import factories as f
from petition_proxy.tests import print_cases as p

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>因故"


def api_functions() -> Iterator[tuple[str, Callable]]:
	"""Name ("module.function") and function of everything in `petition_proxy.api` that a client may call."""
	for info in pkgutil.iter_modules(petition_proxy.api.__path__):
		module = importlib.import_module(f"petition_proxy.api.{info.name}")
		for name, function in sorted(inspect.getmembers(module, inspect.isfunction)):
			if function.__module__ == module.__name__ and is_open(function):
				yield f"{info.name}.{name}", function


def is_open(function: Callable) -> bool:
	return function in frappe.whitelisted or inspect.unwrap(function) in frappe.whitelisted


class Ground:
	"""A case of 柳湾村 at the department, its neighbours, and every kind of record around them."""

	def __init__(self) -> None:
		f.make_district()
		self.case = p.make_full_petition(lifecycle.HANDLING)
		self.served = f.make_petition(lifecycle.SERVED, petitioner=self.case.petitioner)
		case, agent = self.case, frappe.get_doc("Proxy Agent", self.case.agent)
		self.category = around_cases.make_category("缴费难").name
		issue = around_cases.make_issue(category=self.category)
		other = around_cases.make_direct()
		official = frappe.get_all("Official Letter", {"petition": case.name}, pluck="name", order_by="name")
		letter = answer_cases.draft_letter(case.name)
		self.bulletin = p.make_bulletin(status="Draft", docstatus=0)
		entry = p.stored(
			"Reward Entry",
			petition=case.name,
			round=1,
			agent=agent.name,
			status="In Batch",
			tier="Closed",
			amount_fen=1000,
			town=f.TOWN,
			district=f.DISTRICT,
			reward_key=f"{case.name}|1|1|live",
		)
		batch = self.make_batch(entry, agent)
		member = frappe.new_doc("Petition Member", parent_doc=case, parentfield="members")
		member.update({"name": frappe.generate_hash(length=10), "member_name": "马大嫂", "idx": 1})
		member.db_insert()
		self.records = {
			"petition": case.name,
			"main": other.name,
			"assignment": case.assignment,
			"order": p.make_supervision(case).name,
			"advice": p.stored(
				"Improvement Advice",
				to_unit=f.DEPT_UNIT,
				district=f.DISTRICT,
				status="Issued",
				petition=case.name,
				kind="Improve Work",
				subject="改进缴费服务",
				finding="缴费点撤走后没有替代办法。",
				advice="请恢复缴费点。",
			).name,
			"issue": issue.name,
			"candidate": p.stored(
				"Repeat Candidate",
				petition=case.name,
				other_petition=other.name,
				district=f.DISTRICT,
				decision="Open",
			).name,
			"reception": around_cases.make_reception(case.petitioner, petition=case.name).name,
			"slot": around_cases.make_slot(48).name,
			"statement": p.make_settlement(case, status="Draft", confirmed_by=None).name,
			"batch": batch.name,
			"bulletin": self.bulletin.name,
			"consequence": p.stored(
				"Agent Consequence",
				agent=agent.name,
				town=f.TOWN,
				district=f.DISTRICT,
				status="Answered",
				step="Talk",
			).name,
			"application": p.stored(
				"Agent Application",
				applicant_name="马大嫂",
				status="New",
				agent_class="Community Volunteer",
				village=f.VILLAGE,
				town=f.TOWN,
				district=f.DISTRICT,
			).name,
			"session": agent_cases.make_session().name,
			"certificate": p.stored(
				"Agent Certificate", agent=agent.name, valid_to=add_days(today(), 90)
			).name,
			"agent": agent.name,
			"new_agent": agent.name,
			"agents": [agent.name],
			"petitions": [case.name],
			"document": p.stored("Rule Document", title="代理员守则", region=f.DISTRICT).name,
			"member": member.name,
			"entry": entry.name,
			"sign": batch.signs[0].name,
			"petitioner": case.petitioner,
			"successor": f.make_petitioner("林小妹").name,
			"agreement": case.agreement,
			"doctype": "Petitioner",
			"name": case.petitioner,
			"print_format": "Query Slip",
			"unit": f.DEPT_UNIT_2,
			"new_unit": f.DEPT_UNIT_2,
			"proposed_unit": f.DEPT_UNIT_2,
			"request": p.make_review(self.served, status="Asked", decision=None, decided_at=None).name,
			"letter": letter.name,
			"doc": {"doctype": "Petition", "name": case.name},
			"day": today(),
			"kind": "Acceptance Notice",
			"receipt": {"method": "In Person", "result": "Served"},
			"means": "Phone",
			"method": "In Person",
			"how": "In Person",
			"level": "Letter",
			"trigger": "Wrong Procedure",
			"grade": "Adopted",
			"adoption": "Adopted",
			"action": "Suspend",
			"decision": "Upheld",
			"village": f.VILLAGE,
			"written_on": today(),
			"paper_no": "A-1",
			"client_key": "k" * 20,
			"paid_on": today(),
			"from_date": today(),
			"to_date": today(),
			"workflow_state_field": "workflow_state",
			"states": "[]",
			"file_url": "/private/files/none.csv",
			"proof": "/private/files/none.png",
			"days": 5,
			"latitude": 29.5,
			"longitude": 106.5,
		}
		self.special = {
			("extensions", "request"): p.make_extension(case, status="Asked", decided_by=None).name,
			("letters", "letter"): official[0] if official else "X",
			("reviews", "petition"): self.served.name,
			("service", "petition"): self.served.name,
			("counts", "doctype"): "Petition",
			("printing", "doctype"): "Petition",
			("printing", "name"): case.name,
			("assignments", "kind"): "Assign",
			("members", "text"): "王小明 13800138001",
			("reviews", "reason"): "Not Competent",
			("supervision", "unit"): f.DEPT_UNIT,
			("rewards", "receipt"): "收条",
			("rewards", "decision"): "Cleared",
			("repeats", "decision"): "Not a Repeat",
		}

	def make_batch(self, entry, agent):
		"""A batch of one line, with a sign to decide on."""
		line = {
			"entry": entry.name,
			"petition": entry.petition,
			"round": 1,
			"agent": agent.name,
			"agent_name": agent.agent_name,
			"tier": entry.tier,
			"amount_fen": entry.amount_fen,
			"amount_yuan": "10.00",
			"earned_on": today(),
		}
		sign = {"petition": entry.petition, "entry": entry.name, "agent": agent.name, "sign": "Kin"}
		return p.make_reward_batch(
			self.case,
			agent,
			status="Draft",
			docstatus=0,
			period_kind="Quarter",
			period_no=3,
			checked_by=None,
			checked_at=None,
			lines=[line],
			signs=[{**sign, "decision": "Open"}],
		)

	def arguments(self, name: str, function: Callable, text: str = "因故办理，特此说明") -> dict:
		"""Values for every parameter that must be given, and for optional texts; records are those of this case."""
		module = name.split(".")[0]
		found = {}
		for word, parameter in inspect.signature(function).parameters.items():
			value = self.special.get((module, word), self.records.get(word))
			if value is None and parameter.default is not inspect.Parameter.empty:
				if str in _types(parameter) and word in TEXTS:
					found[word] = text
				continue
			found[word] = value if value is not None else _plain(parameter, text)
		return found


# Optional parameters that a person fills with words.
TEXTS = frozenset(
	{"note", "reason", "late_reason", "attendees", "place", "told_to", "agreement_note", "address_text"}
)


def _types(parameter: inspect.Parameter) -> tuple:
	return typing.get_args(parameter.annotation) or (parameter.annotation,)


def _plain(parameter: inspect.Parameter, text: str):
	kinds = _types(parameter)
	if bool in kinds:
		return True
	if int in kinds:
		return 1
	if float in kinds:
		return 1.0
	return text


def picture() -> dict[str, tuple]:
	"""How many rows each table of the app holds and when the latest was changed."""
	found = {}
	own = frappe.get_all(
		"DocType", {"module": "Petition Proxy", "issingle": 0}, pluck="name", order_by="name"
	)
	for doctype in (*own, "File", "Comment", "DocShare", "ToDo"):
		found[doctype] = frappe.db.sql(f"select count(*), max(modified) from `tab{doctype}`")[0]
	return found


def undo() -> None:
	"""Back to where the ground stood."""
	frappe.db.rollback(save_point="hostile")
	frappe.clear_messages()


def keep() -> None:
	frappe.db.savepoint("hostile")


def moment():
	return now_datetime()
