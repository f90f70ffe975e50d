"""Scenes of the demo district that are played by the app itself: each act by the person whose it is, through the controllers.

They happen at the present moment, after the year of cases has been written; a district made for another day has none.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as day_time

import frappe
from frappe.utils import add_days, add_to_date, getdate, now_datetime

from petition_proxy.domain import lifecycle
from petition_proxy.jobs.reward_settlement import settle_rewards
from petition_proxy.petition_proxy.doctype.case_file import acts as case_files
from petition_proxy.petition_proxy.doctype.common_issue import acts as common_issues
from petition_proxy.petition_proxy.doctype.extension_request import acts as extensions
from petition_proxy.petition_proxy.doctype.improvement_advice import improvement_advice
from petition_proxy.petition_proxy.doctype.opinion_letter import acts as letters
from petition_proxy.petition_proxy.doctype.petition import repeat_acts
from petition_proxy.petition_proxy.doctype.petition_assignment import acts as assignments
from petition_proxy.petition_proxy.doctype.review_request import acts as reviews
from petition_proxy.petition_proxy.doctype.reward_batch import acts as rewards
from petition_proxy.petition_proxy.doctype.rule_document import acknowledge
from petition_proxy.petition_proxy.doctype.supervision_order import acts as supervision
from petition_proxy.petition_proxy.doctype.training_session import acts as training
from petition_proxy.petition_proxy.doctype.video_reception import acts as receptions
from petition_proxy.setup.demo import words
from petition_proxy.setup.demo.cases import OFFICE_POST
from petition_proxy.setup.demo.logins import login_of
from petition_proxy.setup.demo.places import District, Unit, Village
from petition_proxy.setup.demo.stories import YUAN

CITY_OFFICE, WATER, ROADS = "市信访办公室", "区水利局", "区交通运输委员会"
AGENT_USER, VILLAGE_USER, TOWN_USER = (
	login_of(role).user for role in (lifecycle.AGENT, lifecycle.VILLAGE, lifecycle.TOWN)
)
DEPARTMENT_USER, HEAD_USER, OFFICE_USER = (
	login_of(role).user for role in (lifecycle.DEPARTMENT, lifecycle.HEAD, lifecycle.OFFICE)
)
CLERK_USER, PETITIONER_USER = (login_of(role).user for role in (lifecycle.CLERK, lifecycle.PETITIONER))
LANGUAGE = "zh"
GRANDMOTHERS = ("石婆婆", "谭婆婆", "向婆婆")
PAY_POINT = (
	"小区附近的水电气缴费点撤走以后,我们这些不会用手机的老人每个月要坐车到商圈去排队,建议在社区设一个代缴点。"
)


@dataclass
class Stage:
	"""What the scenes play with.

	Args:
		district: places and units.
		home: the village of the documented logins.
		now: the present moment.
	"""

	district: District
	home: Village
	now: datetime

	@property
	def department(self) -> Unit:
		return self.district.by_name[login_of(lifecycle.DEPARTMENT).unit]

	@property
	def town_unit(self) -> Unit:
		towns = (unit for unit in self.district.units.values() if unit.unit_type == "Town")
		return next(unit for unit in towns if unit.town == self.home.town)

	@property
	def office(self) -> Unit:
		return self.district.by_name[OFFICE_POST]

	@property
	def village_unit(self) -> Unit:
		return self.district.village_units[self.home.code]


def play_scenes(district: District, home: Village) -> None:
	"""Play all scenes, one after the other.

	Args:
		district: as written, with its people.
		home: the village of the documented logins.
	"""
	stage = Stage(district, home, now_datetime())
	user, language = frappe.session.user, frappe.local.lang
	frappe.local.lang = LANGUAGE  # of the people of the district: what they write down is kept in it
	try:
		for scene in SCENES:
			scene(stage)
	finally:
		frappe.local.lang = language
		frappe.set_user(user)


@contextmanager
def acting(user: str) -> Iterator[None]:
	"""What stands inside is done by this person."""
	before = frappe.session.user
	frappe.set_user(user)
	try:
		yield
	finally:
		frappe.set_user(before)


def _insert(user: str, doctype: str, **values):
	with acting(user):
		return frappe.get_doc({"doctype": doctype, **values}).insert()


def _step(user: str, petition: str, target: str, **values):
	"""One step of the path, on a fresh copy of the case."""
	with acting(user):
		doc = frappe.get_doc("Petition", petition)
		doc.update(values)
		doc.workflow_state = target
		doc.save()
	return doc


def _reply_class(code: str) -> str:
	return frappe.get_all(
		"Reply Class",
		filters={"class_code": code, "valid_from": ("<=", now_datetime())},
		pluck="name",
		order_by="valid_from desc",
		limit=1,
	)[0]


def _agreements(stage: Stage) -> list[frappe._dict]:
	"""Living agreements of the documented agent, with their petitioners."""
	agent = frappe.db.get_value("Proxy Agent", {"user": AGENT_USER})
	return frappe.get_all(
		"Proxy Agreement",
		filters={
			"agent": agent,
			"docstatus": 1,
			"valid_to": (">", add_days(getdate(), 30)),
			"petitioner_name": ("!=", login_of(lifecycle.PETITIONER).full_name),
		},
		fields=["name", "agent", "petitioner"],
		order_by="signed_on desc, name asc",
		limit=4,
	)


def _file(stage: Stage, subject: str, content: str, request: str, which: int = 0, **values):
	"""Filed by the documented agent for somebody who has signed an agreement."""
	agreements = _agreements(stage)
	agreement = agreements[which % len(agreements)]
	doc = _insert(
		AGENT_USER,
		"Petition",
		**{
			"subject": subject,
			"content": content,
			"request_text": request,
			"village": stage.home.code,
			"petitioner": agreement.petitioner,
			"agent": agreement.agent,
			"agreement": agreement.name,
			"petition_kind": "Appeal and Request",
			"purpose": "Seek Solution",
			"filing_channel": "Petition Office Platform",
			"intake_way": "Home Visit",
			"agent_opinion": "情况属实,建议尽快到现场核实。",
			**values,
		},
	)
	return _step(AGENT_USER, doc.name, lifecycle.REGISTERED)


def _assign(petition: str, unit: Unit, note: str = "请依法按程序办理,并与代理员联系。") -> None:
	_step(
		OFFICE_USER,
		petition,
		lifecycle.ASSIGNED,
		handling_unit=unit.code,
		assignment_note=note,
		assignment_kind="Assign",
	)


def _to_handling(petition: str, unit: Unit, user: str) -> None:
	_assign(petition, unit)
	_step(user, petition, lifecycle.RECEIVED)
	_step(user, petition, lifecycle.ACCEPTED, reply_class=_reply_class("I"))
	_step(user, petition, lifecycle.HANDLING)


# Between the units
# -----------------
def collective_case(stage: Stage) -> None:
	"""Eleven households under one retaining wall, three of them speaking for all."""
	people = (("石建国", 1), ("向世明", 1), ("谭光荣", 1), ("冉启福", 0), ("秦大明", 0), ("马德友", 0))
	case = _file(
		stage,
		f"{stage.home.name}十一户村民反映屋后堡坎开裂的问题",
		"屋后堡坎今年雨季后开裂外倾,下方住着十一户人,每逢下雨都不敢睡觉。村民推选三人代表大家反映。",
		"请派专业人员鉴定,雨季前加固。",
		which=1,
		is_collective=1,
		headcount=11,
		members=[{"member_name": name, "is_representative": speaks} for name, speaks in people],
	)
	_assign(case.name, stage.town_unit)


def repeated_case(stage: Stage) -> None:
	"""One matter three times: the second petition is merged into the first, the third waits for a decision."""
	words_of_it = (
		"门前排水沟被施工的渣土堵死,一下雨水就漫进堂屋。",
		"请清理渣土,疏通排水沟。",
	)
	first = _file(stage, "反映门前排水沟堵塞、雨水进屋的问题", *words_of_it, which=2)
	again = _file(stage, "再次反映门前排水沟堵塞、雨水进屋的问题", *words_of_it, which=2)
	_file(stage, "催问门前排水沟堵塞、雨水进屋的问题", *words_of_it, which=2)
	with acting(OFFICE_USER):
		repeat_acts.merge(again.name, first.name, "同一人就同一事重复反映,并入首次信访事项一并办理。")


def coordinated_case(stage: Stage) -> None:
	"""A lead and a co-handler, a meeting and its record, a report to the city, more time for the lead."""
	case = _file(
		stage,
		"反映公路改线占用耕地且截断灌溉渠的问题",
		"公路改线占用村里耕地并截断了灌溉渠,补偿没有谈好,下半年庄稼也没有水浇。涉及规划、水利两个部门。",
		"请核清占地面积和补偿,恢复灌溉渠。",
	)
	_to_handling(case.name, stage.department, DEPARTMENT_USER)
	water = stage.district.by_name[WATER]
	with acting(OFFICE_USER):
		name = assignments.add_co_handler(
			case.name, water.code, "请就灌溉渠恢复方案提出书面意见。", str(add_days(getdate(), 20))
		)
	with acting(water.worker):
		assignments.receive_co_handling(name)
		assignments.answer_co_handling(name, "经现场勘察,可沿新路外侧改建渠道186米,列入本年度小型水利项目。")
	_insert(
		OFFICE_USER,
		"Coordination Meeting",
		petition=case.name,
		held_at=add_to_date(stage.now, minutes=-5),
		place="区信访办公室二楼会议室",
		host_unit=stage.office.code,
		host_name=login_of(lifecycle.OFFICE).full_name,
		recorder="李明",
		units=[{"handling_unit": unit.code} for unit in (stage.department, water, stage.town_unit)],
		discussion="各单位通报了现场核实情况,就占地补偿口径和渠道改建方案交换了意见。",
		decisions="一、占地面积以复测结果为准;二、渠道由水利局列入年度项目改建;三、由规划和自然资源局统一答复。",
		next_steps="规划和自然资源局牵头,三十日内答复信访人。",
	)
	_insert(
		OFFICE_USER,
		"Upward Report",
		petition=case.name,
		city_body=stage.district.by_name[CITY_OFFICE].code,
		sent_on=getdate(),
		answer_wanted_by=add_days(getdate(), 15),
		summary="公路改线系市级项目,占地补偿标准需市级主管部门明确,现将有关情况上报。",
	)
	with acting(DEPARTMENT_USER):
		request = extensions.ask_extension(
			case.name, 30, "占地面积需委托测绘机构复测,并待市级部门明确补偿标准。"
		)
	with acting(HEAD_USER):
		extensions.decide_extension(request, True, "情况属实,同意延长。")


def objections(stage: Stage) -> None:
	"""The department says that two cases are not its own: once it is right, once it is not."""
	roads = stage.district.by_name[ROADS]
	for is_upheld, subject, text, note in (
		(
			True,
			"反映村道护栏损坏的问题",
			"进村公路临崖一段护栏被撞坏两个月没有修复。",
			"公路养护由交通部门负责,异议成立。",
		),
		(
			False,
			"反映宅基地四至登记有误的问题",
			"宅基地证上的四至与实际不符,影响翻修。",
			"宅基地登记档案由你局保管,仍由你局办理。",
		),
	):
		case = _file(stage, subject, text, "请核实处理。", which=3)
		_assign(case.name, stage.department)
		with acting(DEPARTMENT_USER):
			name = frappe.db.get_value("Petition", case.name, "assignment")
			assignments.object_to(name, "经研究,该事项不属于本单位职责范围。", roads.code)
		with acting(OFFICE_USER):
			assignments.decide_objection(name, is_upheld, note, roads.code if is_upheld else None)


def guided_case(stage: Stage) -> None:
	"""A dispute with an employer goes to arbitration."""
	case = _file(
		stage,
		"反映与原用人单位经济补偿争议的问题",
		"被单位辞退后未支付经济补偿,双方对工作年限有争议。",
		"请帮助要回经济补偿。",
		which=3,
	)
	_step(
		OFFICE_USER,
		case.name,
		lifecycle.GUIDED,
		procedure_route="Arbitration",
		refusal_body="云江区劳动人事争议仲裁委员会",
	)


def supervised_cases(stage: Stage) -> None:
	"""Late cases are chased: one order is graded, one replied to, one waits for its reply."""
	late = frappe.get_all(
		"Petition",
		filters={
			"district": stage.district.code,
			"workflow_state": ("in", (lifecycle.HANDLING, lifecycle.ACCEPTED, lifecycle.RECEIVED)),
			"due_at": ("<", stage.now),
			"is_supervised": 0,
			"accused_unit": ("is", "not set"),
			"handling_unit": ("!=", stage.office.code),
		},
		fields=["name", "handling_unit"],
		order_by="due_at asc, name asc",
		limit=3,
	)
	for number, case in enumerate(late):
		unit = stage.district.units[case.handling_unit]
		with acting(OFFICE_USER):
			order = supervision.issue_order(
				case.name,
				"Letter" if number == 0 else "Reminder",
				"Late Without Reason",
				"请说明逾期原因,尽快办结并书面答复信访人。",
			)
		if number == 2 or unit.worker == "Administrator":
			continue
		with acting(unit.worker):
			supervision.reply_to_order(
				order, "因现场情况复杂未能按期办结,现已明确专人办理,五个工作日内答复信访人。"
			)
		if number == 0:
			with acting(OFFICE_USER):
				supervision.grade_order(order, "Adopted", "已说明原因并明确了办理时限。")


def improvement(stage: Stage) -> None:
	"""The office advises, the advised unit answers."""
	unit = stage.department
	advice = _insert(
		OFFICE_USER,
		"Improvement Advice",
		kind="Improve Work",
		subject="关于规范征地附着物登记的建议",
		to_unit=unit.code,
		reply_by=add_days(getdate(), 30),
		finding="近一年反映征地补偿的信访事项中,多数因附着物漏登、银行账号登记有误引起。",
		advice="建议登记时由户主、村组干部和登记人员三方签字,登记结果在村务公开栏公示七日。",
	)
	with acting(OFFICE_USER):
		improvement_advice.issue_advice(advice.name)
	with acting(DEPARTMENT_USER):
		improvement_advice.answer_advice(advice.name, "Adopted", "已印发通知,自下月起实行三方签字和公示。")


def reviewed_case(stage: Stage) -> None:
	"""The petitioner who can log in asks for a review, which is upheld, and then for the re-review."""
	case = frappe.get_all(
		"Petition",
		filters={
			"petitioner_name": login_of(lifecycle.PETITIONER).full_name,
			"workflow_state": lifecycle.SERVED,
		},
		fields=["name", "handling_unit"],
		order_by="served_at desc",
		limit=1,
	)[0]
	with acting(PETITIONER_USER):
		request = reviews.ask_review(
			case.name, "答复说已维修,但渠道还是漏水,请重新核查。", "Territory Parent"
		)
	reviewer = stage.district.units[frappe.db.get_value("Review Request", request, "reviewing_unit")]
	with acting(reviewer.head if reviewer.worker == "Administrator" else reviewer.worker):
		reviews.receive_review(request)
		reviews.decide_review(
			request,
			"Upheld",
			"经查,渠道已维修186米并通水,剩余路段已列入下一批维修计划。",
			"原处理意见事实清楚、依据充分,决定予以维持。如不服本意见,可自收到之日起三十日内请求上一级机关复核。",
			f"云府复查〔{stage.now.year}〕3号",
			"蒋正国",
		)
		reviews.serve_review(request, "In Person")
	with acting(PETITIONER_USER):
		reviews.ask_review(case.name, "对复查意见不服,剩余路段什么时候修没有说清楚。", "Territory Parent")


def letter_in_draft(stage: Stage) -> None:
	"""A draft of an opinion letter that the writer has checked by nobody yet."""
	case = frappe.get_all(
		"Petition",
		filters={
			"handling_unit": stage.department.code,
			"workflow_state": lifecycle.HANDLING,
			"opinion_letter": ("is", "not set"),
			"petition_kind": "Appeal and Request",
		},
		pluck="name",
		order_by="creation desc, name asc",
		limit=1,
	)
	if case:
		with acting(DEPARTMENT_USER):
			letters.begin(case[0])


# Around the cases
# ----------------
def common_issue(stage: Stage) -> None:
	"""The grandmothers who cannot pay their bills nearby, answered together."""
	town = stage.town_unit
	names = []
	for name in GRANDMOTHERS:
		petitioner = _insert(
			OFFICE_USER,
			"Petitioner",
			petitioner_name=name,
			sex="Female",
			village=stage.home.code,
			special_need="Over 70",
		)
		case = _insert(
			OFFICE_USER,
			"Petition",
			subject=f"{name}建议在社区设水电气代缴点",
			content=PAY_POINT,
			request_text="在社区设一个水电气代缴点。",
			village=stage.home.code,
			petitioner=petitioner.name,
			petition_kind="Suggestion",
			purpose="Suggest",
			filing_channel="Visit",
		)
		_step(OFFICE_USER, case.name, lifecycle.REGISTERED)
		_assign(case.name, town)
		_step(TOWN_USER, case.name, lifecycle.RECEIVED)
		_step(TOWN_USER, case.name, lifecycle.ACCEPTED, reply_class=_reply_class("G"))
		names.append(case.name)
	issue = _insert(
		TOWN_USER,
		"Common Issue",
		issue_name="老年人水电气缴费难",
		category=frappe.db.get_value("Petition Category", {"path": "民政/社会服务"}),
		region=stage.home.town,
		responsible_unit=town.code,
		description=PAY_POINT,
		plan="摸清不会网上缴费的老年人底数,与专业缴费公司商谈设点。",
		solution_text="已与专业缴费公司签约,在便民服务站设代缴点,每周二、周五上门收费,行动不便的老人可电话预约入户,不收手续费。",
		outcome="Supported",
	)
	with acting(TOWN_USER):
		common_issues.add_cases(issue.name, names)
		common_issues.answer_all(issue.name)


def early_notice(stage: Stage) -> None:
	_insert(
		VILLAGE_USER,
		"Early Notice",
		matter="部分村民对公路改线补偿不满,相约到区里反映",
		signal_kind="Collective Visit",
		source="Village",
		people_count=15,
		region=stage.home.code,
		urgency="Urgent",
		description="村干部入户走访时了解到,有十余名村民相约下周到区里集体反映。",
		unmet_demand="补偿面积重新丈量,补偿款尽快到户。",
		guidance_given="已向村民说明可由代理员网上反映,并约定由镇里上门听取意见。",
		responsible_unit=stage.town_unit.code,
	)


def video_reception(stage: Stage) -> None:
	"""Three slots of the office; one is booked by the agent for a petitioner."""
	day = stage.now.date() + timedelta(days=3)
	slots = [
		_insert(
			OFFICE_USER,
			"Reception Slot",
			unit=stage.office.code,
			level="District",
			host=OFFICE_USER,
			room="视频接访一室",
			starts_at=datetime.combine(day, day_time(hour, 0)),
			ends_at=datetime.combine(day, day_time(hour, 40)),
		).name
		for hour in (9, 10, 14)
	]
	agreement = _agreements(stage)[0]
	reception = _insert(
		AGENT_USER,
		"Video Reception",
		petitioner=agreement.petitioner,
		agent=agreement.agent,
		agreement=agreement.name,
		level="District",
		matter="老人出行不便,希望通过视频向区里当面说明占地补偿的情况。",
	)
	with acting(AGENT_USER):
		receptions.book(reception.name, slots[1])


# The end of a case
# -----------------
def settled_and_filed(stage: Stage) -> None:
	"""The first story to its very end: the settlement statement, the file and its list, filed away."""
	case = frappe.db.get_value("Petition", {"petitioner_name": YUAN, "district": stage.district.code})
	statement = _insert(
		VILLAGE_USER,
		"Settlement Statement",
		petition=case,
		stated_on=getdate(),
		statement="补偿款已经到账,附着物也补登了,我对处理结果满意,不再就此事信访。",
		is_voluntary=1,
		signature=words.signatures()[0],
	)
	with acting(TOWN_USER):
		case_files.confirm_statement(statement.name)
	with acting(DEPARTMENT_USER):
		name = case_files.make_case_file(case)
		file = frappe.get_doc("Case File", name)
		for row in file.items:
			row.pages = row.pages or (4 if row.reference_doctype == "Opinion Letter" else 1)
		file.execution = "补偿款已拨付到户,信访人签字确认。"
		file.retention_term = file.retention_term or "10 Years"
		file.save()
	_step(DEPARTMENT_USER, case, lifecycle.ARCHIVED)


# Agents
# ------
def agents_at_work(stage: Stage) -> None:
	"""Rules and who has read them, a training that is over and one to come, an application."""
	document = _insert(
		OFFICE_USER,
		"Rule Document",
		title="网上信访代理员工作守则",
		version="第二版",
		must_acknowledge=1,
		effective_from=add_days(getdate(), -30),
		text="一、热情接待,如实记录。二、全程免费,不收任何费用。三、保守秘密,不泄露信访人信息。四、及时告知,件件有回音。",
	)
	with acting(AGENT_USER):
		acknowledge.acknowledge(document.name)
	waiting = frappe.get_all(
		"Proxy Agent",
		filters={"town": stage.home.town, "status": "In Training"},
		pluck="name",
		order_by="name asc",
		limit=3,
	)
	trained = waiting or frappe.get_all(
		"Proxy Agent",
		filters={"town": stage.home.town, "status": "On Duty", "user": ("!=", AGENT_USER)},
		pluck="name",
		order_by="name asc",
		limit=3,
	)
	began = datetime.combine(stage.now.date() - timedelta(days=1), day_time(9, 0))
	held = _training(stage, "网上信访系统操作", "Computer Skills", began)
	with acting(TOWN_USER):
		held.reload()
		for at, agent in enumerate(trained):
			held.append("attendees", {"agent": agent, "attended": 1, "score": 88 - 3 * at})
		held.save()
		training.finish(held.name)
	coming = _training(
		stage,
		"群众工作方法与政策解答",
		"Mass Work Methods",
		datetime.combine(stage.now.date() + timedelta(days=9), day_time(14, 0)),
	)
	with acting(TOWN_USER):
		training.open_sign_up(coming.name)
	with acting(AGENT_USER):
		training.sign_up(coming.name)
	_insert(
		VILLAGE_USER,
		"Agent Application",
		applicant_name="龚秀英",
		sex="Female",
		village=stage.home.code,
		agent_class="Warm-hearted Citizen",
		phone=f"{words.MOBILE_PREFIX}00000021",
		id_number=words.id_number(random.Random(1), date(1968, 4, 2), "Female", set()),
		statement="退休教师,熟悉电脑,愿意为邻里跑腿。",
		consents=1,
	)


def _training(stage: Stage, topic: str, kind: str, starts_at: datetime):
	return _insert(
		TOWN_USER,
		"Training Session",
		topic=topic,
		training_kind=kind,
		teacher="田静",
		region=stage.home.town,
		place=f"{stage.town_unit.short_name}三楼会议室",
		seats=40,
		starts_at=starts_at,
		ends_at=starts_at + timedelta(hours=3),
		hours=3,
		gives_certificate=1,
	)


# Money and standing
# ------------------
def rewards_and_bulletin(stage: Stage) -> None:
	"""A settlement of rewards, one batch approved and one that waits for its check, the bulletin of the last quarter."""
	run = frappe.get_doc({"doctype": "Reward Run", "run_on": getdate()}).insert()
	frappe.db.set_value("Reward Run", run.name, "docstatus", 1)
	settle_rewards(run.name, commit=False)
	year, quarter = _last_quarter(getdate())
	period = {"period_kind": "Quarter", "year": year, "period_no": quarter}
	due = frappe.get_all(
		"Reward Entry",
		filters={"status": "Due", "district": stage.district.code},
		fields=["town"],
		group_by="town",
		order_by="town asc",
	)
	towns = sorted({row.town for row in due}, key=lambda town: (town != stage.home.town, town))
	for number, town in enumerate(towns[:2]):
		batch = _insert(CLERK_USER, "Reward Batch", town=town, **period)
		if number or town != stage.home.town:
			continue
		with acting(TOWN_USER):
			for sign in batch.signs:
				rewards.decide_sign(batch.name, sign.name, "Cleared", "已抽查,确系不同事项。")
			rewards.check_batch(batch.name)
		with acting(OFFICE_USER):
			rewards.approve(batch.name)
	bulletin = _insert(
		OFFICE_USER,
		"Quarterly Bulletin",
		district=stage.district.code,
		year=year,
		quarter=str(quarter),
		document_no=f"云信通〔{stage.now.year}〕{quarter}号",
		summary="本季度全区代理工作平稳推进,多数事项按期受理、按期答复。",
		problems="部分村(社区)整季无代理件,少数单位答复超过承诺时限。",
		demands="各镇街要加强代理员培训,各部门要严格执行办理时限。",
	)
	with acting(OFFICE_USER):
		bulletin.reload()
		bulletin.submit()


def _last_quarter(day) -> tuple[int, int]:
	number = (day.month - 1) // 3
	return (day.year, number) if number else (day.year - 1, 4)


SCENES = (
	collective_case,
	repeated_case,
	coordinated_case,
	objections,
	guided_case,
	supervised_cases,
	improvement,
	reviewed_case,
	letter_in_draft,
	common_issue,
	early_notice,
	video_reception,
	settled_and_filed,
	agents_at_work,
	rewards_and_bulletin,
)
