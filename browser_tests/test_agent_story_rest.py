"""A newcomer's first year through the REST API: recruited, trained, certified, filing, rewarded, read about in the bulletin.

The same site may be used again and again: each run brings a person of its own.
"""

import json
import time
from datetime import date, datetime, timedelta

from browser_tests.base import run_on_site
from browser_tests.rest import Person, Refused
from browser_tests.test_scenarios_rest import (
	DEPT,
	DISTRICT,
	SIGNATURE,
	TOWN,
	VILLAGE,
	ScenarioTestCase,
	api,
	setUpModule,
)

__all__ = ["setUpModule"]
ACCEPT = "frappe.website.doctype.web_form.web_form.accept"
PATIENCE = 60  # seconds for a job to be worked off


def id_number(seed: int) -> str:
	"""An invented ID number with its check digit."""
	born = date(1960, 1, 1) + timedelta(days=seed % 14_000)
	digits = f"990199{born:%Y%m%d}{seed // 14_000 % 1000:03d}"
	return digits + "10X98765432"[sum(int(c) * 2 ** (17 - i) for i, c in enumerate(digits)) % 11]


class TestAgentStory(ScenarioTestCase):
	def setUp(self):
		super().setUp()
		self.clerk, self.town, self.village = (self.person(n) for n in ("clerk", "town", "village"))
		self.dept, self.finance, self.allround = (self.person(n) for n in ("dept", "finance", "allround"))

	def test_newcomer_from_the_application_to_the_bulletin(self):
		agent_no = self.recruit()
		agent = self.open_account(
			f"newcomer-{self.run_id}@pp.test", "Petition Proxy Agent", "Proxy Agent", agent_no
		)
		self.train(agent, agent_no)
		name = self.file_case(agent)
		self.play_case(name, agent)
		run_on_site("move_to_last_quarter", name)
		self.earn(name, agent_no)
		self.pay(name, agent, agent_no)
		self.read_about(name, agent_no)

	# recruited

	def recruit(self) -> str:
		"""By the web form without login; the village takes the person in, the town checks."""
		guest = Person("Guest", "")
		form = {
			"applicant_name": f"新大姐{self.run_id[:4]}",
			"village": VILLAGE,
			"agent_class": "Community Volunteer",
			"phone": self.phone(),
			"id_number": id_number(int(self.run_id, 16)),
			"statement": "想帮邻居跑腿。",
			"consents": 1,
		}
		send = {"web_form": "apply-as-agent", "data": json.dumps(form)}
		application = guest.call(ACCEPT, **send)["name"]
		with self.assertRaises(Refused):
			guest.read("Agent Application", application)
		act = api("agents.take_in_application")
		for other in ("agent", "village2", "town2", "dept"):
			with self.assertRaises(Refused, msg=other):
				self.person(other).call(act, application=application)
		# whether somebody is public staff is not for the village to say
		self.assert_refused(
			"clerk or the town", self.village.call, act, application=application, is_public_staff=True
		)
		agent_no = self.village.call(act, application=application)
		self.assert_refused("has been decided", self.town.call, act, application=application)
		self.assertEqual(self.status(agent_no), "Applied")
		check = {"agents": [agent_no], "action": "Check"}
		for other in (self.village, self.person("town2"), self.person("agent")):
			with self.assertRaises(Refused, msg=other.user):
				other.call(api("agents.change_agent_status"), **check)
		self.town.call(api("agents.change_agent_status"), **check)
		self.assertEqual(self.status(agent_no), "Checked")
		return agent_no

	def status(self, agent_no: str) -> str:
		return self.office.read("Proxy Agent", agent_no)["status"]

	# trained

	def train(self, agent: Person, agent_no: str) -> None:
		"""A seat, a test, a certificate, and only then duty; before that the person files nothing."""
		self.assert_refused("not on duty", agent.insert, "Petition", **self.petition())
		change = api("agents.change_agent_status")
		self.town.call(change, agents=[agent_no], action="Start Training")
		duty = {"agents": [agent_no], "action": "Put on Duty"}
		self.assert_refused("no training certificate", self.town.call, change, **duty)
		with self.assertRaises(Refused):
			agent.call(change, **duty)

		opens = datetime.now().replace(microsecond=0) + timedelta(days=2)
		training = self.town.insert(
			"Training Session",
			topic=f"信访代理入门 {self.run_id}",
			training_kind="Rules and Procedure",
			teacher="司法所所长",
			region=TOWN,
			place="镇政府二楼",
			seats=1,
			hours=2,
			starts_at=str(opens),
			ends_at=str(opens + timedelta(hours=2)),
		)
		session = training["name"]
		seat, finish = {"session": session}, api("agents.finish_training")
		self.assert_refused("sign-up is open", agent.call, api("agents.sign_up"), **seat)
		self.town.call(api("agents.open_sign_up"), **seat)
		self.assertEqual(agent.call(api("agents.sign_up"), **seat), 0)
		self.assert_refused("a seat already", agent.call, api("agents.sign_up"), **seat)
		self.assert_refused("seats are taken", self.person("agent").call, api("agents.sign_up"), **seat)
		self.assert_refused("not begun", self.town.call, finish, **seat)

		# held earlier than planned
		began = opens - timedelta(days=4)
		rows = self.town.read("Training Session", session)["attendees"]
		for score in (40, 92):  # corrected before the results are closed
			held = [{**row, "attended": 1, "score": score} for row in rows]
			training = self.town.change(
				"Training Session",
				session,
				starts_at=str(began),
				ends_at=str(began + timedelta(hours=2)),
				attendees=held,
			)
			self.assertEqual(training["attendees"][0]["passed"], int(score == 92))
		with self.assertRaises(Refused):
			agent.call(finish, **seat)
		self.assertEqual(self.town.call(finish, **seat), 1)
		self.assert_refused("already", self.town.call, finish, **seat)
		(paper,) = self.office.rows("Agent Certificate", ["name", "certificate_no"], agent=agent_no)
		row = self.office.read("Training Session", session)["attendees"][0]
		self.assertEqual(row["certificate_no"], paper["certificate_no"])

		# certified, but not on duty before the act
		self.assert_refused("not on duty", agent.insert, "Petition", **self.petition())
		self.assertEqual(self.town.call(api("agents.put_passed_on_duty"), **seat), 1)
		self.assertEqual(self.status(agent_no), "On Duty")

	# at work

	def petition(self) -> dict:
		return {
			"subject": f"巷道积水 {self.run_id}",
			"content": f"门前巷道一下雨就积水，出不了门。{self.run_id}",
			"request_text": "请疏通排水",
			"category": self.category(),
			"village": VILLAGE,
			"filing_channel": "Petition Office Platform",
			"intake_way": "Home Visit",
			"new_petitioner_name": "许阿公",
			"new_petitioner_phone": self.phone(),
			"agreement_signature": SIGNATURE,
			"powers_agreed": 1,
			"client_key": self.run_id,
			"workflow_state": "Draft",
		}

	def file_case(self, agent: Person) -> str:
		self.assertEqual(self.office.names("Petition", subject=self.petition()["subject"]), [])
		name = agent.insert("Petition", **self.petition())["name"]
		agent.step(name, "Registered")
		return name

	def play_case(self, name: str, agent: Person) -> None:
		dept, head = self.dept, self.person("head")
		self.office.step(name, "Assigned", handling_unit=DEPT)
		dept.step(name, "Received")
		dept.step(name, "Accepted", reply_class=self.reply_class())
		dept.step(name, "Handling")
		for letter in self.letters(name):
			dept.call(api("letters.record_told"), letter=letter["name"], how="In Person")
		self.answer_by_letter(name, dept, self.person("checker"), head, "Supported")
		dept.step(name, "Replied")
		receipt = {"method": "By Agent", "receiver_name": "许阿公", "place": "家中", "signature": SIGNATURE}
		agent.call(api("service.record_service"), petition=name, receipt=receipt)
		agent.call(api("progress.tell_petitioner"), petition=name, means="Visit", note="上门说明")
		case = self.office.read("Petition", name)
		walker = self.make_account(case["petitioner"])
		rating = {"petition": name, "rating": "Satisfied", "channel": "Portal"}
		self.assert_cannot(name, agent.insert, "Evaluation", rated_party="Proxy Agent", **rating)
		for party in ("Handling Unit", "Proxy Agent"):
			walker.insert("Evaluation", rated_party=party, **rating)
		dept.step(name, "Closed")
		words = {
			"petition": name,
			"stated_on": case["served_at"][:10],
			"statement": "问题已解决，不再就此事信访。",
			"is_voluntary": 1,
			"signature": SIGNATURE,
		}
		self.assert_cannot(name, agent.insert, "Settlement Statement", **words)
		statement = self.village.insert("Settlement Statement", **words)["name"]
		self.town.call(api("closing.confirm_statement"), statement=statement)

	def quarter(self, name: str) -> tuple[int, int]:
		"""Year and number of the quarter in which a case was closed."""
		closed = date.fromisoformat(self.office.read("Petition", name)["closed_at"][:10])
		return closed.year, (closed.month + 2) // 3

	# rewarded

	def run_rewards(self) -> dict:
		for person in (self.clerk, self.town, self.finance):
			with self.assertRaises(Refused, msg=person.user):
				person.insert("Reward Run")
		run = self.office.insert("Reward Run")["name"]
		self.office.change("Reward Run", run, docstatus=1)
		until = time.monotonic() + PATIENCE
		while (row := self.office.read("Reward Run", run))["status"] in ("Queued", "Running"):
			self.assertLess(time.monotonic(), until, "no worker took the run")
			time.sleep(0.5)
		self.assertEqual((row["status"], row["failed"]), ("Finished", 0), row)
		return row

	def earn(self, name: str, agent_no: str) -> None:
		staff_case = json.loads(json.loads(run_on_site("make_public_staff_case")))
		self.run_rewards()
		fields = ["name", "agent", "tier", "amount_fen", "status"]
		lines = self.office.rows("Reward Entry", fields, petition=name)
		self.assertEqual(
			[tuple(row[f] for f in fields[1:]) for row in lines],
			[(agent_no, "Satisfied and Settled", 2000, "Due")],
		)
		self.assertEqual(self.office.names("Reward Entry", petition=staff_case), [])
		self.assertEqual(self.run_rewards()["added"], 0)
		self.assertEqual(self.office.rows("Reward Entry", fields, petition=name), lines)

	def pay(self, name: str, agent: Person, agent_no: str) -> None:
		"""Made, checked, approved, paid by four people; whoever has all the roles is still one of them."""
		year, quarter = self.quarter(name)
		batch = {"town": TOWN, "period_kind": "Quarter", "year": year, "period_no": quarter}
		for person in (agent, self.town, self.office, self.finance):
			with self.assertRaises(Refused, msg=person.user):
				person.insert("Reward Batch", **batch)
		doc = self.clerk.insert("Reward Batch", **batch)
		self.assertEqual([r["amount_fen"] for r in doc["lines"] if r["petition"] == name], [2000])
		self.assertEqual([r["total_fen"] for r in doc["payments"] if r["agent"] == agent_no], [2000])
		key, today = {"batch": doc["name"]}, doc["made_at"][:10]  # of the site
		check, approve = api("rewards.check_batch"), api("rewards.approve_batch")
		pay, refill = api("rewards.record_payment"), api("rewards.refill_batch")
		paid = {**key, "agent": agent_no, "paid_on": today, "receipt": f"ZZ{self.run_id}"}

		self.assert_refused("Only the town checks", self.clerk.call, check, **key)
		self.assert_refused("now", self.office.call, approve, **key)
		self.allround.call(refill, **key)
		self.assert_refused("four people", self.allround.call, check, **key)
		self.clerk.call(refill, **key)
		self.allround.call(check, **key)
		self.assert_refused("four people", self.allround.call, approve, **key)
		self.office.call(api("rewards.send_back_batch"), reason="请镇里另行核对", **key)
		for person in (agent, self.person("town2"), self.dept, self.finance):
			self.assert_shut_act(person, check, key)
		self.town.call(check, **key)
		self.assert_refused("now", self.town.call, check, **key)
		self.assert_refused("Only the petition office approves", self.town.call, approve, **key)
		self.assert_shut_act(agent, approve, key)
		self.assert_shut_act(self.clerk, approve, key)
		self.assertEqual(self.finance.names("Reward Batch", name=doc["name"]), [])  # nothing to pay yet
		self.office.call(approve, **key)
		self.assert_refused("now", self.office.call, approve, **key)
		for person in (self.office, self.clerk, self.town):
			self.assert_refused("Only finance pays", person.call, pay, **paid)
		self.assert_shut_act(agent, pay, paid)
		self.finance.call(pay, **paid)
		self.assert_refused("now", self.finance.call, pay, **paid)
		done = self.office.read("Reward Batch", doc["name"])
		self.assertEqual(
			[done[f] for f in ("status", "made_by", "checked_by", "approved_by", "paid_by")],
			["Paid", self.clerk.user, self.town.user, self.office.user, self.finance.user],
		)
		(line,) = self.office.rows("Reward Entry", ["status", "paid_on", "batch"], petition=name)
		self.assertEqual(tuple(line.values()), ("Paid", today, doc["name"]))

		# the agent reads the own line, and nobody else's
		self.assertEqual(
			[tuple(r.values()) for r in agent.rows("Reward Entry", ["petition", "amount_fen", "status"])],
			[(name, 2000, "Paid")],
		)
		self.assertEqual(self.person("agent2").names("Reward Entry", petition=name), [])
		self.assertEqual(agent.rows("Reward Entry", ["name"], petition=["!=", name]), [])

		sheet = f"/api/method/{api('rewards.download_payment_list')}?batch={doc['name']}"
		self.assertTrue(self.finance.fetch("GET", sheet).startswith(b"PK"))
		with self.assertRaises(Refused):
			agent.fetch("GET", sheet)

	def assert_shut_act(self, person: Person, act: str, arguments: dict) -> None:
		with self.assertRaises(Refused, msg=f"{person.user}: {act}") as caught:
			person.call(act, **arguments)
		self.assertEqual(caught.exception.status, 403, caught.exception)

	# read about

	def read_about(self, name: str, agent_no: str) -> None:
		year, quarter = self.quarter(name)
		key = {"district": DISTRICT, "year": year, "quarter": str(quarter)}
		for old in self.office.names("Quarterly Bulletin", docstatus=1, **key):  # of an earlier run
			self.office.call("frappe.client.cancel", doctype="Quarterly Bulletin", name=old)
		with self.assertRaises(Refused):
			self.town.insert("Quarterly Bulletin", **key)
		running = {"year": year + quarter // 4, "quarter": str(quarter % 4 + 1)}
		self.assert_refused("future", self.office.insert, "Quarterly Bulletin", **{**key, **running})
		bulletin = self.office.insert("Quarterly Bulletin", **key)["name"]
		self.assertEqual(self.town.names("Quarterly Bulletin", name=bulletin), [])
		self.office.change("Quarterly Bulletin", bulletin, docstatus=1)
		issued = self.town.read("Quarterly Bulletin", bulletin)
		self.assertEqual((issued["status"], issued["signed_by"]), ("Issued", self.office.user))
		tables = self.office.ask(
			"GET", f"/api/method/{api('bulletins.get_bulletin_tables')}?bulletin={bulletin}"
		)["message"]
		self.assertTrue(tables["is_unchanged"])
		(row,) = self.office.rows(
			"Bulletin Figure", ["level", "figures"], bulletin=bulletin, scope_id=agent_no
		)
		figures = json.loads(row["figures"])
		self.assertEqual((row["level"], figures["Agent Satisfaction"]), ("Agent", [1, 1]), figures)
		self.assert_refused("issued", self.office.call, api("bulletins.recount_bulletin"), bulletin=bulletin)

		span = {"from_date": issued["period_from"], "to_date": issued["issued_at"][:10]}
		card = self.office.call(
			"frappe.desk.query_report.run", report_name="Agent Scorecard", filters=json.dumps(span)
		)
		rows = [r for r in card["result"] if isinstance(r, dict) and r.get("agent") == agent_no]
		self.assertEqual([(r["filed"], r["agent_satisfaction"]) for r in rows], [("1", "100.0%")], rows)
