"""Whole cases through the REST API, from the petitioner's door to the archived file, as the people who do it.

One test per channel (clauses S10 to S14): A online by an agent, B on paper, C led by the petition office. On the way those
who have no business with the case try to get in, and requests arrive twice.
"""

import base64
import json
import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from browser_tests.base import run_on_site
from browser_tests.rest import Person, Refused, RestTestCase

TOWN, DISTRICT = "990199101000", "990199000000"
VILLAGE, VILLAGE_2 = "990199101201", "990199102201"
OFFICE, DEPT, DEPT_2, TOWN_UNIT, GOV = "T-OFFICE", "T-DEPT", "T-DEPT2", "T-TOWN", "T-GOV"
CITY_DEPT, CITY_GOV = "T-CITY-DEPT", "T-CITY-GOV"
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
SIGNATURE = f"data:image/png;base64,{PNG}"
# What acts leave behind: counted before and after a request that comes a second time or from the wrong person.
TRACES = ("Petition Event", "Petition Assignment", "Official Letter", "Progress Notice")


TOKENS: dict[str, str] = {}


def setUpModule():
	TOKENS.update(json.loads(json.loads(run_on_site("prepare_scenarios"))))


def api(name: str) -> str:
	return f"petition_proxy.api.{name}"


class ScenarioTestCase(RestTestCase):
	"""Helpers that say what a case shows to whom."""

	@classmethod
	def setUpClass(cls):
		cls.tokens = TOKENS

	def setUp(self):
		super().setUp()
		self.run_id = uuid.uuid4().hex[:8]
		self.beside: tuple[str, ...] = ()  # further records that the present act would leave
		self.seen: tuple = (None, {})
		self.office = self.person("office")

	def phone(self) -> str:
		return f"139{int(self.run_id, 16) % 10**8:08d}"

	def category(self) -> str:
		return self.office.names("Petition Category", category_name="房屋漏水")[0]

	def reply_class(self) -> str:
		return self.office.names("Reply Class", class_code="G", valid_to=["is", "not set"])[0]

	def make_account(self, petitioner: str) -> Person:
		user = f"walker-{self.run_id}@pp.test"
		return self.open_account(user, "Petitioner Portal User", "Petitioner", petitioner)

	def upload(self, person: Person, petition: str | None = None) -> str:
		"""A photo, sent as an attachment of a case or for one that is not there yet."""
		at = {"attached_to_doctype": "Petition", "attached_to_name": petition} if petition else {}
		content = base64.b64encode(base64.b64decode(PNG) + uuid.uuid4().bytes).decode()
		name = f"photo-{uuid.uuid4().hex[:6]}.png"
		file = person.insert("File", file_name=name, content=content, decode=1, is_private=1, **at)
		return file["file_url"]

	# what a case shows

	def state(self, name: str) -> str:
		return self.office.read("Petition", name)["workflow_state"]

	def events(self, name: str, *fields: str) -> list[tuple]:
		rows = self.office.rows(
			"Petition Event", ["event", *fields], "happened_at asc, creation asc", petition=name
		)
		return [tuple(row[f] for f in ("event", *fields)) for row in rows]

	def traces(self, name: str, *beside: str) -> dict[str, Any]:
		key = (name, beside, Person.writes)
		if self.seen[0] != key:  # nobody has sent anything since
			case = self.office.read("Petition", name)
			counts = {
				doctype: len(self.office.names(doctype, petition=name)) for doctype in (*TRACES, *beside)
			}
			self.seen = (key, {"state": case["workflow_state"], "modified": case["modified"], **counts})
		return self.seen[1]

	def missing(self, person: Person, name: str, is_blocking: bool = False) -> list[str]:
		gaps = person.call(api("closing.what_is_missing"), petition=name)
		return [gap["code"] for gap in gaps if gap["is_blocking"] or not is_blocking]

	def letters(self, name: str, **values: Any) -> list[dict]:
		fields = ["name", "kind", "number", "unit", "told_at", "told_how", "signer", "is_void"]
		return self.office.rows("Official Letter", fields, "creation asc", petition=name, **values)

	def assignment(self, name: str, unit: str) -> dict:
		return self.office.rows("Petition Assignment", ["*"], "creation desc", petition=name, to_unit=unit)[0]

	# what must hold at any moment

	def assert_shut(self, name: str, *people: str | Person) -> None:
		"""They neither open the case nor find it in a list, nor anything that stands beside it, nor act on it."""
		for who in people:
			person = self.person(who) if isinstance(who, str) else who
			for act in (
				lambda p: p.read("Petition", name),
				lambda p: p.change("Petition", name, content="改"),
				lambda p: p.call(api("closing.what_is_missing"), petition=name),
			):
				with self.assertRaises(Refused, msg=f"{person.user} gets at {name}") as caught:
					act(person)
				self.assertEqual(caught.exception.status, 403, f"{person.user}: {caught.exception}")
			self.assertEqual(person.names("Petition", name=name), [], person.user)
			self.assertEqual(person.names("Petition Event", petition=name), [], person.user)

	def assert_cannot(self, name: str, act: Callable, *args: Any, **kwargs: Any) -> None:
		"""The act is refused, by permission or by a sentence, and leaves no trace."""
		before = self.traces(name, *self.beside)
		with self.assertRaises(Refused) as caught:
			act(*args, **kwargs)
		self.assertLess(caught.exception.status, 500, caught.exception)
		self.assertEqual(self.traces(name, *self.beside), before)

	def assert_step_refused(self, person: Person, name: str, state: str, words: str, **values: Any) -> None:
		"""The step is refused with a sentence that holds these words."""
		before = self.traces(name, *self.beside)
		self.assert_refused(words, person.step, name, state, **values)
		self.assertEqual(self.traces(name, *self.beside), before)

	def once(self, name: str, act: Callable, *args: Any, **kwargs: Any) -> Any:
		"""The act succeeds; the same request a second time, refused or not, leaves no trace."""
		answer = act(*args, **kwargs)
		before = self.traces(name, *self.beside)
		try:
			act(*args, **kwargs)
		except Refused as refusal:
			self.assertLess(refusal.status, 500, refusal)
		after = self.traces(name, *self.beside)
		# a save that changes nothing may touch the row
		self.assertEqual({**after, "modified": None}, {**before, "modified": None}, "sent twice, done twice")
		return answer

	def assert_due(self, name: str, field: str, start: str, days: int) -> None:
		"""A clock ends with the last day of its limit, the day of the event not counted."""
		due = self.office.read("Petition", name)[field]
		wanted = datetime.fromisoformat(start).date() + timedelta(days=days)
		self.assertEqual(due, f"{wanted} 23:59:59", field)

	# what several channels do alike

	def answer_by_letter(self, name: str, writer: Person, checker: Person, head: Person, result: str) -> dict:
		"""Drafted by one, checked by another, signed by the head (R22 art. 32), and numbered."""
		self.beside = ("Opinion Letter",)
		letter = self.once(name, writer.call, api("opinions.begin_letter"), petition=name)
		draft = writer.read("Opinion Letter", letter)
		items = [{**draft["items"][0], "result": result, "reason": "见认定的事实"}]
		writer.change(
			"Opinion Letter",
			letter,
			facts_found="经现场查看，屋面防水层老化，渗漏属实。",
			legal_basis="《信访工作条例》第三十二条；《房屋使用安全管理办法》",
			opinion_text="由房管所在三十日内维修屋面。",
			items=items,
		)
		self.assert_cannot(name, writer.call, api("opinions.check_letter"), letter=letter)
		self.assert_cannot(name, head.call, api("opinions.sign_letter"), letter=letter)  # not checked yet
		self.once(name, checker.call, api("opinions.check_letter"), letter=letter)
		self.assert_cannot(name, writer.call, api("opinions.sign_letter"), letter=letter)
		self.assert_cannot(name, writer.step, name, "Replied")  # without the head's signature
		number = self.once(name, head.call, api("opinions.sign_letter"), letter=letter)
		signed = self.office.read("Opinion Letter", letter)
		self.assertEqual(
			[signed[f] for f in ("status", "letter_no", "drafted_by", "checked_by", "signed_by")],
			["Signed", number, writer.user, checker.user, head.user],
		)
		return signed

	def archive(self, name: str, keeper: Person) -> dict:
		"""The file is made, its pages are counted, nothing is missing, and it is closed for good."""
		self.beside = ("Case File",)
		file = self.once(name, keeper.call, api("closing.make_case_file"), petition=name)
		doc = keeper.read("Case File", file)
		items = [{**row, "pages": number} for number, row in enumerate(doc["items"], start=1)]
		keeper.change("Case File", file, items=items, execution="已按意见办理完毕。")
		self.assertEqual(self.missing(keeper, name), [])
		self.once(name, keeper.step, name, "Archived")
		case, doc = self.office.read("Petition", name), self.office.read("Case File", file)
		self.assertRegex(case["archive_no"], r"^DA-990199-\d{4}-\d{5}$")
		self.assertEqual(
			(doc["archive_no"], doc["archivist"], doc["retention_term"]),
			(case["archive_no"], keeper.user, case["retention_term"]),
		)
		self.assertEqual(doc["total_pages"], sum(range(1, len(items) + 1)))
		self.assertTrue(doc["archived_at"] and doc["report_no"])
		self.assert_cannot(name, keeper.change, "Case File", file, execution="改")
		self.assert_cannot(name, keeper.change, "Petition", name, reply_text="改")
		return doc

	def kinds(self, file: dict) -> list[str]:
		return [row["reference_doctype"] for row in file["items"]]


class TestChannelA(ScenarioTestCase):
	def test_online_case_from_the_kitchen_table_to_the_archive(self):
		agent, dept, checker = self.person("agent"), self.person("dept"), self.person("checker")
		head, village, town = self.person("head"), self.person("village"), self.person("town")
		outsiders = ("agent2", "town2", "village2", "petitioner", "dept2", "head2")

		# The agent files for a woman nobody knows yet; she signs on the phone.
		filed = {
			"subject": f"屋顶漏水无人修 {self.run_id}",
			"content": f"雨季以来三间屋漏水，找过房管所两次没有结果。{self.run_id}",
			"request_text": "请尽快修好屋面",
			"category": self.category(),
			"village": VILLAGE,
			"filing_channel": "Petition Office Platform",
			"intake_way": "Home Visit",
			"new_petitioner_name": "林秀英",
			"new_petitioner_phone": self.phone(),
			"agreement_signature": SIGNATURE,
			"powers_agreed": 1,
			"accused_unit": DEPT_2,
			"client_key": self.run_id,
			"workflow_state": "Draft",
		}
		self.assert_refused("Tick that", agent.insert, "Petition", **{**filed, "powers_agreed": 0})
		draft = agent.insert("Petition", **filed)
		name = draft["name"]
		with self.assertRaises(Refused):
			agent.insert("Petition", **filed)
		self.assertEqual(len(self.office.names("Petition", subject=filed["subject"])), 1)
		self.assertEqual(draft["workflow_state"], "Draft")
		self.assertTrue(draft["agent"] and draft["agreement"] and draft["petitioner"])
		self.assertFalse(draft.get("new_petitioner_phone"))
		agreement = self.office.read("Proxy Agreement", draft["agreement"])
		self.assertEqual(
			(agreement["docstatus"], agreement["petitioner"], agreement["agent"]),
			(1, draft["petitioner"], draft["agent"]),
		)
		self.once(name, agent.step, name, "Registered")
		case = self.office.read("Petition", name)
		self.assertRegex(name, r"^XF-990199-\d{4}-\d{6}$")
		self.assertEqual((case["channel"], case["tier"], case["proposed_unit"]), ("Online", "District", DEPT))
		self.assertIn("三定方案", case["proposal_reason"])
		self.assert_due(name, "notice_due_at", case["petitioned_at"], 15)
		self.assert_shut(name, *outsiders, "dept")

		# The office follows the proposal; nobody else gives the case out, not even to himself.
		self.assert_cannot(name, agent.step, name, "Assigned", handling_unit=DEPT)
		self.assert_cannot(name, self.office.step, name, "Assigned", handling_unit=DEPT_2)  # the accused
		self.assert_cannot(name, self.office.step, name, "Accepted", handling_unit=DEPT)  # skipped
		hints = self.office.call(api("routing.hints"), petition=name)
		self.once(name, self.office.step, name, "Assigned", handling_unit=hints["proposed_unit"])
		sent = self.assignment(name, DEPT)
		self.assertEqual(
			(sent["part"], sent["kind"], sent["from_unit"], sent["status"]),
			("Lead", "Assign", OFFICE, "Sent"),
		)
		self.assert_shut(name, *outsiders)

		# The department takes it up.
		self.assert_cannot(name, self.office.step, name, "Received")
		self.once(name, dept.step, name, "Received")
		self.assert_cannot(name, dept.step, name, "Accepted")  # no reply class
		self.once(name, dept.step, name, "Accepted", reply_class=hints["reply_class"])
		case = self.office.read("Petition", name)
		self.assertEqual((case["reply_limit_days"], case["procedure_route"]), (15, "Petition Procedure"))
		self.assert_due(name, "statutory_due_at", case["accepted_at"], 60)
		reply_due = case["reply_due_at"]
		self.once(name, dept.step, name, "Handling")

		# More time: asked by the officer, granted by the head, told to the petitioner.
		asked = {"petition": name, "days": 10, "reason": "需要请专业机构鉴定"}
		self.assert_cannot(name, agent.call, api("extensions.ask_extension"), **asked)
		self.beside = ("Extension Request",)
		request = self.once(name, dept.call, api("extensions.ask_extension"), **asked)
		decision = {"request": request, "is_approved": True}
		self.assert_cannot(name, dept.call, api("extensions.decide_extension"), **decision)
		self.assert_cannot(name, self.office.call, api("extensions.decide_extension"), **decision)
		self.once(name, head.call, api("extensions.decide_extension"), **decision)
		self.assert_due(name, "reply_due_at", reply_due, 10)
		self.assert_due(name, "statutory_due_at", case["accepted_at"], 70)
		self.assertEqual([n["kind"] for n in self.letters(name)], ["Acceptance Notice", "Extension Notice"])

		# The agent passes on what has happened, at each node.
		open_nodes = agent.call(api("progress.to_be_told"), petition=name)
		self.assertEqual(
			[row["node"] for row in open_nodes],
			["Registered", "Forwarded", "Received by Unit", "Accepted", "Extended"],
		)
		told = {"petition": name, "means": "Visit", "note": "上门逐项说明"}
		self.assert_cannot(name, self.person("agent2").call, api("progress.tell_petitioner"), **told)
		self.assertEqual(self.once(name, agent.call, api("progress.tell_petitioner"), **told), 5)
		for letter in self.letters(name):
			act = {"letter": letter["name"], "how": "By Agent"}
			self.once(name, dept.call, api("letters.record_told"), **act)

		# The answer.
		self.assert_cannot(name, dept.step, name, "Replied", reply_text="已答复", outcome="Supported")
		letter = self.answer_by_letter(name, dept, checker, head, "Supported")
		self.assertRegex(letter["letter_no"], r"^云住建.+〔\d{4}〕\d+号$")
		self.assertEqual((letter["remedy_body"], letter["remedy_body_2"]), ("云江区政府", "云州市住建委"))
		self.once(name, dept.step, name, "Replied")
		case = self.office.read("Petition", name)
		self.assertEqual((case["outcome"], case["opinion_letter"]), ("Supported", letter["name"]))
		self.assertIn("云江区政府", case["reply_text"])
		self.assertIsNone(case.get("due_at"))
		self.assertEqual(self.assignment(name, DEPT)["status"], "Answered")

		# The agent hands it over; she signs.
		receipt = {"method": "By Agent", "receiver_name": "林秀英", "place": "家中", "signature": SIGNATURE}
		unsigned = {k: v for k, v in receipt.items() if k != "signature"}
		serve = api("service.record_service")
		self.assert_cannot(name, self.person("agent2").call, serve, petition=name, receipt=receipt)
		self.assert_cannot(name, agent.call, serve, petition=name, receipt=unsigned)
		self.assert_cannot(name, dept.step, name, "Closed")  # nothing is closed before it is handed over
		self.beside = ("Service Receipt",)
		self.once(name, agent.call, serve, petition=name, receipt=receipt)
		case = self.office.read("Petition", name)
		self.assertEqual((case["workflow_state"], case["service_method"]), ("Served", "By Agent"))
		proof = self.office.read("Service Receipt", case["service_receipt"])
		self.assertEqual((proof["served_by"], proof["document"]), (agent.user, letter["name"]))

		# She rates both from her own account; nobody rates in her name.
		walker = self.make_account(case["petitioner"])
		self.assertEqual(walker.names("Petition"), [name])
		rating = {
			"petition": name,
			"rated_party": "Handling Unit",
			"rating": "Satisfied",
			"channel": "Portal",
		}
		for other in (agent, self.person("petitioner"), dept, town):
			self.assert_cannot(name, other.insert, "Evaluation", **rating)
		self.beside = ("Evaluation",)
		self.once(name, walker.insert, "Evaluation", **rating)
		self.once(name, walker.insert, "Evaluation", **{**rating, "rated_party": "Proxy Agent"})

		# Closed by the unit; she states freely that it is settled, the village writes it down, the town confirms.
		self.assertEqual(self.missing(dept, name), [])
		self.assert_cannot(name, agent.step, name, "Closed")
		self.once(name, dept.step, name, "Closed")
		words = {
			"petition": name,
			"stated_on": case["served_at"][:10],
			"statement": "问题已解决，不再就此事信访。",
			"is_voluntary": 1,
			"signature": SIGNATURE,
		}
		self.assert_cannot(name, agent.insert, "Settlement Statement", **words)
		statement = village.insert("Settlement Statement", **words)["name"]
		confirm = api("closing.confirm_statement")
		self.assert_cannot(name, agent.call, confirm, statement=statement)
		self.once(name, town.call, confirm, statement=statement)

		# The file.
		self.assert_shut(name, *outsiders)
		self.assert_cannot(name, agent.call, api("closing.make_case_file"), petition=name)
		self.assertEqual(self.missing(dept, name), ["file", "retention"])
		file = self.archive(name, dept)
		self.assertEqual(
			self.kinds(file),
			[
				"Proxy Agreement",
				"Petition",
				"Official Letter",
				"Petition Assignment",
				"Official Letter",
				"Opinion Letter",
				"Service Receipt",
				"Evaluation",
				"Evaluation",
				"Settlement Statement",
				"Official Letter",
			],
		)
		self.assertEqual(
			self.events(name, "actor"),
			[
				("Create", agent.user),
				("File", agent.user),
				("Assign", self.office.user),
				("Receive", dept.user),
				("Accept", dept.user),
				("Start Handling", dept.user),
				("Ask Extension", dept.user),
				("Approve Extension", head.user),
				("Tell Petitioner", agent.user),
				("Tell Petitioner", dept.user),
				("Tell Petitioner", dept.user),
				("Sign Letter", head.user),
				("Reply", dept.user),
				("Record Service", agent.user),
				("Serve", agent.user),
				("Close", dept.user),
				("Confirm Settlement", town.user),
				("Archive", dept.user),
			],
		)
		nodes = self.office.rows("Progress Notice", ["node", "status"], "happened_at asc", petition=name)
		self.assertEqual({row["status"] for row in nodes}, {"Told"})
		self.assert_shut(name, *outsiders)
		self.assertEqual(walker.read("Petition", name)["archive_no"], file["archive_no"])


class TestChannelB(ScenarioTestCase):
	def enter(self, number: str, subject: str, written_on: date, **values: Any) -> dict:
		"""The clerk keys in one sheet of the agent's bundle, with its photo; sent twice it is filed once."""
		clerk = self.person("clerk")
		sheet = {
			"client_key": f"{self.run_id}-{number}",
			"paper_no": f"{self.run_id}-{number}",
			"village": VILLAGE,
			"written_on": str(written_on),
			"petitioner_name": "何福贵",
			"petitioner_phone": self.phone(),
			"agent": self.office.names("Proxy Agent", user="agent@pp.test")[0],
			"subject": f"{subject} {self.run_id}",
			"content": f"{subject}，已经一个月没有人来看。",
			"request_text": "请派人处理",
			"category": self.category(),
			"paper_scan": self.upload(clerk),
			"powers_agreed": True,
			**values,
		}
		enter = api("paper.enter_paper")
		self.assert_refused("keyed in by", self.person("agent").call, enter, **sheet)
		first, second = clerk.call(enter, **sheet), clerk.call(enter, **sheet)
		self.assertEqual((first["is_new"], second["is_new"]), (True, False))
		self.assertEqual(first["name"], second["name"])
		other = {**sheet, "client_key": f"{self.run_id}-{number}-again"}
		self.assert_refused(f"entered already as {first['name']}", clerk.call, enter, **other)
		self.assertEqual(self.office.names("Petition", paper_no=sheet["paper_no"]), [first["name"]])

		case = self.office.read("Petition", first["name"])
		self.assertEqual(
			[
				case[f]
				for f in ("workflow_state", "channel", "tier", "written_by", "entered_by", "intake_way")
			],
			["Registered", "Paper Register", "Village", "周大姐", clerk.user, "Copied from Paper"],
		)
		self.assertEqual(case["petitioned_at"][:10], str(written_on))
		self.assertGreaterEqual(case["entry_delay_hours"], 4 * 24)
		self.assert_due(first["name"], "notice_due_at", str(written_on), 15)
		return case

	def test_sheet_that_the_village_settles_on_the_spot(self):
		village, agent = self.person("village"), self.person("agent")
		outsiders = ("agent2", "town2", "village2", "petitioner", "dept", "dept2")
		name = self.enter("1", "巷口路灯不亮", date.today() - timedelta(days=4))["name"]
		self.assert_shut(name, *outsiders)

		done = {"reply_text": "当天换了灯泡，何福贵在场。", "is_oral_consent": 1}
		for person in (agent, self.person("town"), self.person("clerk")):
			self.assert_cannot(name, person.step, name, "Closed", **done)
		self.assert_cannot(name, village.step, name, "Closed", reply_text=done["reply_text"])
		self.assert_cannot(name, village.step, name, "Closed", is_oral_consent=1)
		self.once(name, village.step, name, "Closed", **done)
		case = self.office.read("Petition", name)
		self.assertEqual((case["outcome"], case["service_method"]), ("Settled on the Spot", "In Person"))
		self.assertEqual(case["closed_at"], case["served_at"])

		self.beside = ("Evaluation",)
		rating = {
			"petition": name,
			"rated_party": "Proxy Agent",
			"rating": "Satisfied",
			"channel": "Call-back",
		}
		self.assert_cannot(name, agent.insert, "Evaluation", **rating)
		self.once(name, self.person("town").insert, "Evaluation", **rating)

		self.assert_cannot(name, village.call, api("closing.make_case_file"), petition=name)
		file = self.archive(name, self.office)
		self.assertEqual(
			self.kinds(file),
			["Proxy Agreement", "Petition", "Petition", "Evaluation", "Official Letter"],
		)
		self.assertEqual(
			self.events(name, "actor"),
			[
				("File", "clerk@pp.test"),
				("Settle on the Spot", village.user),
				("Archive", self.office.user),
			],
		)
		self.assert_shut(name, *outsiders)

	def test_sheet_handed_up_objected_to_answered_orally(self):
		village, town, agent = self.person("village"), self.person("town"), self.person("agent")
		dept, dept2 = self.person("dept"), self.person("dept2")
		outsiders = ("agent2", "town2", "village2", "petitioner")
		name = self.enter("2", "排水沟塌了", date.today() - timedelta(days=5))["name"]
		self.assert_shut(name, *outsiders, "dept", "dept2")

		# The village cannot mend it and says so.
		up = {"handling_unit": TOWN_UNIT, "assignment_note": "村里没有资金和资质"}
		self.assert_cannot(name, village.step, name, "Assigned", handling_unit=TOWN_UNIT)
		self.assert_cannot(name, agent.step, name, "Assigned", **up)
		self.once(name, village.step, name, "Assigned", **up)
		sent = self.assignment(name, TOWN_UNIT)
		self.assertEqual(
			(sent["kind"], sent["from_unit"], sent["reason"]), ("Hand Up", "T-VILLAGE", up["assignment_note"])
		)
		self.assertEqual(self.office.read("Petition", name)["tier"], "Town")
		self.assert_cannot(name, village.step, name, "Closed", reply_text="修好了", is_oral_consent=1)

		# The town passes it on to a department, which objects: not competent, another one is.
		self.once(name, town.step, name, "Received")
		on = {"petition": name, "unit": DEPT_2, "reason": "涉及劳务纠纷"}
		self.assert_cannot(name, village.call, api("assignments.reassign"), **on)
		self.once(name, town.call, api("assignments.reassign"), **on)
		self.assertEqual(self.assignment(name, TOWN_UNIT)["status"], "Replaced")
		mine = self.assignment(name, DEPT_2)["name"]
		self.assert_shut(name, *outsiders, "dept")
		objection = {"assignment": mine, "reason": "属房屋设施维修，不是劳务纠纷", "proposed_unit": DEPT}
		act = api("assignments.object_to_assignment")
		for person in (dept, town, agent):
			self.assert_cannot(name, person.call, act, **objection)
		self.assert_cannot(name, dept2.call, act, **{**objection, "reason": " "})
		self.once(name, dept2.call, act, **objection)
		row = self.assignment(name, DEPT_2)
		self.assertEqual((row["status"], row["objection_unit"]), ("Objected", DEPT))
		last, received = (datetime.fromisoformat(row[f]) for f in ("objection_due_at", "received_at"))
		self.assertGreaterEqual((last.date() - received.date()).days, 5)  # five working days
		self.assert_cannot(name, dept2.step, name, "Accepted", reply_class=self.reply_class())

		# The sender decides, nobody else.
		decision = {"assignment": mine, "is_upheld": True, "note": "异议成立", "new_unit": DEPT}
		for person in (dept2, dept, village, agent):
			self.assert_cannot(name, person.call, api("assignments.decide_objection"), **decision)
		self.once(name, town.call, api("assignments.decide_objection"), **decision)
		self.assertEqual(self.assignment(name, DEPT_2)["objection_decision"], "Upheld")
		self.assertEqual(self.assignment(name, DEPT)["from_unit"], TOWN_UNIT)
		self.assert_shut(name, *outsiders, "dept2")

		# Handled by the right one and answered by word of mouth, as the petitioner agrees.
		self.once(name, dept.step, name, "Received")
		self.once(name, dept.step, name, "Accepted", reply_class=self.reply_class())
		self.once(name, dept.step, name, "Handling")
		answer = {"reply_text": "排水沟已重砌，何福贵到场看过。", "outcome": "Supported"}
		self.assert_cannot(name, dept.step, name, "Replied", **answer)
		self.assert_cannot(name, town.step, name, "Replied", is_oral_consent=1, **answer)
		self.once(name, dept.step, name, "Replied", is_oral_consent=1, **answer)

		# Nobody at home at first; the village hands it over the next time.
		self.beside = ("Service Receipt",)
		attempt = {"petition": name, "method": "By Agent", "reason": "家中无人"}
		self.assert_cannot(name, dept2.call, api("service.record_failed_attempt"), **attempt)
		self.assertEqual(agent.call(api("service.record_failed_attempt"), **attempt), 1)
		self.assert_cannot(name, dept.step, name, "Closed")
		proof = {"method": "In Person", "receiver_name": "何福贵", "photo": self.upload(village, name)}
		self.assert_cannot(
			name, self.person("village2").call, api("service.record_service"), petition=name, receipt=proof
		)
		self.once(name, village.call, api("service.record_service"), petition=name, receipt=proof)
		self.once(name, agent.call, api("progress.tell_petitioner"), petition=name, means="Phone")
		(notice,) = self.letters(name)
		self.assertEqual((notice["kind"], notice["unit"]), ("Acceptance Notice", DEPT))
		self.once(name, dept.call, api("letters.record_told"), letter=notice["name"], how="In Person")
		self.assertEqual(self.missing(dept, name), [])
		self.once(name, dept.step, name, "Closed")
		file = self.archive(name, dept)
		self.assertEqual(
			self.kinds(file),
			[
				"Proxy Agreement",
				"Petition",
				"Petition",
				"Official Letter",
				*["Petition Assignment"] * 3,
				*["Service Receipt"] * 2,
				"Official Letter",
			],
		)
		self.assertEqual(
			self.events(name, "actor", "unit"),
			[
				("File", "clerk@pp.test", OFFICE),
				("Assign", village.user, "T-VILLAGE"),
				("Receive", town.user, TOWN_UNIT),
				("Reassign", town.user, TOWN_UNIT),
				("Receive", dept2.user, DEPT_2),
				("Object", dept2.user, DEPT_2),
				("Uphold Objection", town.user, TOWN_UNIT),
				("Reassign", town.user, TOWN_UNIT),
				("Receive", dept.user, DEPT),
				("Accept", dept.user, DEPT),
				("Start Handling", dept.user, DEPT),
				("Reply", dept.user, DEPT),
				("Failed Attempt", agent.user, None),
				("Record Service", village.user, "T-VILLAGE"),
				("Serve", village.user, "T-VILLAGE"),
				("Tell Petitioner", agent.user, None),
				("Tell Petitioner", dept.user, DEPT),
				("Close", dept.user, DEPT),
				("Archive", dept.user, DEPT),
			],
		)
		self.assert_shut(name, *outsiders, "dept2")


class TestChannelC(ScenarioTestCase):
	def test_shared_matter_led_by_the_office_to_the_end_of_the_reviews(self):
		dept, checker, head = self.person("dept"), self.person("checker"), self.person("head")
		dept2, town = self.person("dept2"), self.person("town")
		gov, city = self.person("gov"), self.person("citygov")
		outsiders = ("agent", "agent2", "town2", "village2", "petitioner")

		# A man comes to the petition office; two departments and the city are concerned.
		matter = {
			"subject": f"安置房质量与工资欠款 {self.run_id}",
			"content": f"安置房墙体开裂，施工工资拖欠一年，工号{self.run_id}。",
			"request_text": "请加固墙体并发放工资",
			"category": self.category(),
			"village": VILLAGE,
		}
		name = self.office.insert(
			"Petition",
			filing_channel="Visit",
			new_petitioner_name="张大山",
			new_petitioner_phone=self.phone(),
			concerned_units=[{"handling_unit": DEPT}, {"handling_unit": DEPT_2}],
			is_city_competence=1,
			**matter,
		)["name"]
		self.once(name, self.office.step, name, "Registered")
		case = self.office.read("Petition", name)
		self.assertEqual(
			(case["channel"], case["needs_coordination"], case["tier"]), ("Petition Office", 1, "District")
		)
		self.assertIn("city", case["coordination_reason"])
		self.assert_cannot(name, town.step, name, "Assigned", handling_unit=DEPT)
		self.assert_shut(name, *outsiders, "dept", "dept2", "citygov", "cityhead")

		# The office leads: a meeting, a lead, a helper, a report upward.
		meeting = {
			"petition": name,
			"held_at": f"{case['registered_at'][:19]}",
			"place": "区信访办三楼",
			"host_unit": OFFICE,
			"units": [{"handling_unit": DEPT}, {"handling_unit": DEPT_2, "task": "核查工资"}],
			"decisions": "由住建委牵头，人社局协办。",
		}
		self.beside = ("Coordination Meeting", "Upward Report")
		self.assert_cannot(name, dept.insert, "Coordination Meeting", **meeting)
		record = self.office.insert("Coordination Meeting", **meeting)["name"]
		wanted = str(date.today() + timedelta(days=20))
		self.once(
			name,
			self.office.step,
			name,
			"Assigned",
			handling_unit=DEPT,
			assignment_kind="Assign",
			reply_by=wanted,
		)
		self.assertEqual(self.assignment(name, DEPT)["reply_by"], f"{wanted} 23:59:59")
		part = {"petition": name, "unit": DEPT_2, "requirement": "核查拖欠工资"}
		self.assert_cannot(name, dept2.call, api("assignments.add_co_handler"), **part)
		mine = self.once(name, self.office.call, api("assignments.add_co_handler"), **part)
		report = {
			"petition": name,
			"city_body": CITY_DEPT,
			"sent_on": str(date.today()),
			"reference_no": f"云信报{self.run_id}",
			"summary": "安置房质量标准由市里解释",
		}
		self.assert_cannot(name, dept.insert, "Upward Report", **report)
		self.assert_cannot(name, self.office.insert, "Upward Report", **{**report, "city_body": DEPT_2})
		report = self.office.insert("Upward Report", **report)["name"]
		self.assertEqual(self.assignment(name, DEPT_2)["part"], "Co-handler")

		# Each does its part; the lead waits for the helper.
		self.assert_cannot(name, dept2.step, name, "Received")  # of the lead
		self.once(name, dept.step, name, "Received")
		self.once(name, dept.step, name, "Accepted", reply_class=self.reply_class())
		self.once(name, dept.step, name, "Handling")
		self.once(name, dept2.call, api("assignments.receive_co_handling"), assignment=mine)
		self.assert_cannot(name, dept2.call, api("opinions.begin_letter"), petition=name)
		letter = self.answer_by_letter(name, dept, checker, head, "Partly Supported")
		self.assert_step_refused(dept, name, "Replied", "云江区人社局")
		answer = {"assignment": mine, "answer": "已责令施工单位补发工资。"}
		self.assert_cannot(name, dept.call, api("assignments.answer_co_handling"), **answer)
		self.once(name, dept2.call, api("assignments.answer_co_handling"), **answer)
		self.once(name, dept.step, name, "Replied")
		came = {
			"answered_on": str(date.today()),
			"answer_text": "按现行标准加固。",
			"answer_no": f"市建复{self.run_id}",
		}
		self.once(name, self.office.change, "Upward Report", report, **came)
		self.assert_cannot(name, self.office.change, "Upward Report", report, answer_text="改")

		receipt = {"method": "In Person", "receiver_name": "张大山", "signature": SIGNATURE}
		self.beside = ("Service Receipt",)
		self.once(name, dept.call, api("service.record_service"), petition=name, receipt=receipt)
		self.once(name, dept.call, api("progress.tell_petitioner"), petition=name, means="In Person")
		for issued in self.letters(name, kind="Acceptance Notice"):
			self.once(name, dept.call, api("letters.record_told"), letter=issued["name"], how="In Person")
		self.once(name, dept.step, name, "Closed")

		# He does not accept it: review by the district, re-review by the city.
		walker = self.make_account(case["petitioner"])
		self.beside = ("Review Request",)
		first = self.review(name, walker, gov, "Review", "Changed", (dept, head, dept2, self.office))
		self.assertEqual((first["reviewing_unit"], first["original_letter"]), (GOV, letter["name"]))
		self.assertRegex(first["opinion_no"], r"〔\d{4}〕\d+号$")
		second = self.review(name, walker, city, "Re-review", "Upheld", (dept, head, gov, self.office))
		self.assertEqual((second["reviewing_unit"], second["previous_request"]), (CITY_GOV, first["name"]))
		self.assertEqual(self.office.read("Petition", name)["review_status"], "Concluded")
		self.assert_cannot(name, walker.call, api("reviews.ask_review"), petition=name, reasons="还是不服")
		self.assert_cannot(name, self.office.step, name, "Registered", step_reason="再办一次")

		file = self.archive(name, self.office)
		self.assertEqual(
			self.kinds(file),
			[
				"Petition",
				"Official Letter",
				*["Petition Assignment"] * 2,
				"Coordination Meeting",
				"Upward Report",
				"Opinion Letter",
				"Service Receipt",
				*["Review Request"] * 2,
				"Official Letter",
			],
		)
		self.assertIn(record, [row["reference_name"] for row in file["items"]])
		self.assertEqual(
			[event for (event,) in self.events(name)],
			[
				"Create",
				"File",
				"Coordination Meeting",
				"Assign",
				"Ask Co-handler",
				"Report Upward",
				"Receive",
				"Accept",
				"Start Handling",
				"Receive Co-handling",
				"Sign Letter",
				"Answer Lead",
				"Reply",
				"Answer from Above",
				"Record Service",
				"Serve",
				"Tell Petitioner",
				"Tell Petitioner",
				"Close",
				*["Ask Review", "Receive Review", "Decide Review", "Serve Review"],
				*["Ask Review", "Receive Review", "Hearing", "Decide Review", "Serve Review"],
				"Archive",
			],
		)
		self.assert_shut(name, *outsiders, "dept2", "citygov")

		# The same facts again: registered like any other, but nobody takes them up.
		again = walker.insert("Petition", filing_channel="Petitioner Portal", **matter)["name"]
		self.once(again, walker.step, again, "Registered")
		self.assertNotEqual(again, name)
		self.once(again, self.office.step, again, "Assigned", handling_unit=DEPT)
		self.once(again, dept.step, again, "Received")
		self.assert_step_refused(dept, again, "Accepted", name, reply_class=self.reply_class())
		self.assert_cannot(
			again, dept.change, "Petition", again, new_facts="有新情况"
		)  # for the office to say
		stop = {"refusal_reason": "Concluded by Re-review", "refusal_note": f"见 {name} 复核意见"}
		self.assert_cannot(again, town.step, again, "No Longer Accepted", **stop)
		self.once(again, dept.step, again, "No Longer Accepted", **stop)
		self.assertEqual(self.office.read("Petition", again)["refusal_article"], "第36条")
		(notice,) = self.letters(again)
		self.assertEqual(notice["kind"], "No Longer Accepted Notice")
		self.once(again, dept.call, api("letters.record_told"), letter=notice["name"], how="In Writing")
		file = self.archive(again, dept)
		self.assertEqual(
			self.kinds(file), ["Petition", "Official Letter", "Petition Assignment", "Official Letter"]
		)

	def review(
		self, name: str, walker: Person, body: Person, level: str, decision: str, others: tuple[Person, ...]
	) -> dict:
		"""Asked for by the petitioner, decided by the body above, handed over; the file stays open all the while."""
		ask = {"petition": name, "reasons": "答复没有说明标准"}
		for person in (others[0], self.person("petitioner"), self.person("agent")):
			self.assert_cannot(name, person.call, api("reviews.ask_review"), **ask)
		request = self.once(name, walker.call, api("reviews.ask_review"), **ask)
		row = self.office.read("Review Request", request)
		self.assertEqual((row["level"], row["status"], row["entered_by"]), (level, "Asked", walker.user))
		self.assertEqual(self.office.read("Petition", name)["review_status"], f"Under {level}")
		self.assert_step_refused(self.office, name, "Archived", "review is under way")
		for person in others:
			self.assert_cannot(name, person.call, api("reviews.receive_review"), request=request)
		self.once(name, body.call, api("reviews.receive_review"), request=request)
		row = self.office.read("Review Request", request)
		received = date.fromisoformat(row["received_at"][:10])
		days = 30
		if level == "Re-review":  # the days of a hearing are not counted (art. 36)
			heard = {
				"from_date": str(received + timedelta(days=3)),
				"to_date": str(received + timedelta(days=4)),
			}
			body.call(api("reviews.add_hearing"), request=request, note="听证", **heard)
			days = 32
		row = self.office.read("Review Request", request)
		self.assertEqual(row["due_at"], f"{received + timedelta(days=days)} 23:59:59")
		opinion = {
			"request": request,
			"decision": decision,
			"facts_found": "经查",
			"opinion_text": "按标准加固。",
		}
		for person in others:
			self.assert_cannot(name, person.call, api("reviews.decide_review"), **opinion)
		self.assert_cannot(name, body.call, api("reviews.decide_review"), **{**opinion, "facts_found": ""})
		self.once(name, body.call, api("reviews.decide_review"), **opinion)
		self.once(name, body.call, api("reviews.serve_review"), request=request, method="In Person")
		return self.office.read("Review Request", request)
