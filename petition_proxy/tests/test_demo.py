"""The demo district in small: it holds together as if every case had gone through the controllers.

Built once per class inside the class's transaction, which the base rolls back.
"""

import random
from collections import defaultdict
from contextlib import redirect_stdout
from datetime import date, datetime, timedelta
from io import StringIO

import frappe
from frappe.boot import get_bootinfo
from frappe.utils import cint, getdate
from frappe.utils.password import check_password, decrypt

from petition_proxy.domain import lifecycle, opinions, privacy, progress, ratings, service
from petition_proxy.domain.alerts import next_fire_at
from petition_proxy.domain.completeness import blocking
from petition_proxy.domain.workdays import WorkCalendar
from petition_proxy.jobs.alert_rules import active_rules, alert_case
from petition_proxy.petition_proxy.doctype.case_file.facts import gaps_of
from petition_proxy.petition_proxy.doctype.opinion_letter import draft
from petition_proxy.petition_proxy.doctype.petition import effects
from petition_proxy.petition_proxy.doctype.petition_assignment.record import objection_due_at
from petition_proxy.petition_proxy.doctype.proxy_agent.proxy_agent import why_not_on_duty
from petition_proxy.petition_proxy.doctype.proxy_agreement.proxy_agreement import (
	AUTHORITY_FIELDS,
	why_not_authorised,
)
from petition_proxy.petition_proxy.doctype.responsibility_rule.lookup import set_first_tier
from petition_proxy.setup.demo import DemoRefusedError, make_demo_district, print_logins, timeline, words
from petition_proxy.setup.demo.logins import DEMO_PASSWORD, LOGINS, login_of
from petition_proxy.setup.demo.stories import LIN, YUAN
from petition_proxy.tests import factories as f
from petition_proxy.tests.base import AppTestCase
from petition_proxy.utils.identity import hash_of

DISTRICT = "500199000000"
SCALE = 0.02
LAST_DAY = date(2026, 6, 30)
STAMPS = tuple(
	dict.fromkeys(t.stamp for t in (*lifecycle.usual_path(lifecycle.REFUSED), *lifecycle.usual_path()))
)


class _DistrictCase(AppTestCase):
	"""A small district in the class's transaction."""

	today: date | None = None

	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		frappe.set_user("Administrator")
		cls.addClassCleanup(frappe.clear_document_cache, "Petition Proxy Settings", "Petition Proxy Settings")
		cls.counts = make_demo_district(scale=SCALE, today=cls.today, force=True, commit=False)

	def cases(self, **filters) -> list:
		return frappe.get_all(
			"Petition", filters={"district": DISTRICT, **filters}, fields=["*"], order_by="name"
		)


class TestDemoDistrict(_DistrictCase):
	today = LAST_DAY
	now = datetime(2026, 6, 30, 11, 30)

	def test_counts_follow_the_scale(self):
		villages = frappe.db.count("Region", {"district": DISTRICT, "level": "Village"})
		self.assertEqual(self.counts["Petition"], 100)
		self.assertEqual(self.counts["Proxy Agent"], round(1617 * SCALE))
		self.assertEqual(self.counts["Service Point"], villages)
		self.assertEqual(self.counts["Region"], 1 + 3 + villages)
		self.assertGreaterEqual(self.counts["Settlement"], 2 * villages)
		for unit_type, count in (
			("District Department", 60),
			("Petition Office", 1),
			("Town", 3),
			("Village", villages),
			("System Clerk Post", 1),
			("Platform Manager", 1),
		):
			found = frappe.db.count("Handling Unit", {"district": DISTRICT, "unit_type": unit_type})
			self.assertEqual(found, count, unit_type)

	def test_every_state_occurs(self):
		usual = {step.target for step in lifecycle.usual_path()} | {lifecycle.DRAFT, lifecycle.REFUSED}
		self.assertLessEqual(usual, {case.workflow_state for case in self.cases()})

	def test_tree_of_regions_is_whole(self):
		lft, rgt = frappe.db.get_value("Region", DISTRICT, ("lft", "rgt"))
		self.assertEqual(rgt - lft + 1, 2 * self.counts["Region"])
		for row in frappe.get_all("Region", filters={"district": DISTRICT}, fields=["*"], order_by="name"):
			above = frappe.db.get_value("Region", row.parent_region, ("lft", "rgt"), as_dict=True)
			self.assertTrue(above.lft < row.lft < row.rgt < above.rgt, row.name)

	def test_places_are_those_the_controllers_would_copy(self):
		for doctype in (
			"Petition",
			"Petitioner",
			"Proxy Agent",
			"Settlement",
			"Service Point",
			"Handling Unit",
		):
			names = frappe.get_all(
				doctype, filters={"district": DISTRICT}, pluck="name", order_by="name", limit=15
			)
			self.assertTrue(names, doctype)
			for name in names:
				doc = frappe.get_doc(doctype, name)
				before = (doc.village, doc.town, doc.district)
				doc.run_method("validate") if doctype != "Petition" else doc.set_place()
				self.assertEqual((doc.village, doc.town, doc.district), before, f"{doctype} {name}")

	def test_stamps_are_in_order_and_end_in_the_state(self):
		for case in self.cases():
			if case.outcome == "Settled on the Spot" and not case.assigned_at:
				self.assertEqual((case.replied_at, case.served_at), (case.closed_at, case.closed_at))
				continue
			taken = [(case[stamp], stamp) for stamp in STAMPS if case[stamp]]
			moments = [case.petitioned_at, *(moment for moment, _stamp in taken)]
			self.assertEqual(moments, sorted(moments), case.name)
			self.assertEqual(len(set(moments)), len(moments), case.name)
			self.assertLessEqual(moments[-1], self.now)
			expected = [t.stamp for t in _path_to(case.workflow_state)]
			self.assertEqual([stamp for _moment, stamp in taken], expected, case.name)

	def test_timeline_tells_the_same_as_the_stamps(self):
		events = defaultdict(list)
		for event in frappe.get_all("Petition Event", fields=["*"], order_by="happened_at, creation"):
			events[event.petition].append(event)
		for case in self.cases():
			first, *others = events[case.name]
			self.assertEqual((first.event, first.to_state), ("Create", lifecycle.DRAFT))
			self.assertEqual(first.happened_at, case.creation)
			path = _path_of(case)
			self.assertEqual(
				[(e.event, e.from_state, e.to_state, e.happened_at) for e in others],
				[(t.action, t.source, t.target, case[t.stamp]) for t in path],
				case.name,
			)

	def test_who_took_a_step_has_a_role_for_it(self):
		roles = defaultdict(set)
		for user, role in frappe.get_all(
			"Has Role",
			filters={"parenttype": "User"},
			fields=["parent", "role"],
			as_list=True,
			order_by="name",
		):
			roles[user].add(role)
		checked = 0
		for event in frappe.get_all(
			"Petition Event", filters={"event": ("!=", "Create")}, fields=["*"], order_by="name"
		):
			if event.actor == "Administrator":  # stands in for a vacant post
				continue
			step = lifecycle.find(event.from_state, event.to_state)
			self.assertTrue(roles[event.actor] & set(step.roles), f"{event.actor}: {event.event}")
			checked += 1
		self.assertGreater(checked, 300)

	def test_due_dates_are_those_the_controller_sets(self):
		for case in self.cases(workflow_state=("!=", lifecycle.DRAFT)):
			doc = frappe.get_doc("Petition", case.name)
			effects.start_notice_clock(doc, case.registered_at)
			if case.accepted_at:
				effects.start_reply_clocks(doc, case.accepted_at)
			for fieldname in (
				"notice_due_at",
				"notice_rule",
				"reply_due_at",
				"statutory_due_at",
				"statutory_rule",
				"reply_limit_days",
				"is_urgent",
			):
				self.assertEqual(doc.get(fieldname), case[fieldname], f"{case.name} {fieldname}")

	def test_queue_is_the_one_the_controller_sets(self):
		rules = active_rules()
		for case in self.cases():
			doc = frappe.get_doc("Petition", case.name)
			doc.set_queue()
			self.assertEqual(doc.queue_key, case.queue_key)
			self.assertEqual(doc.due_at, case.due_at)
			# the sweep at the end has reported what was due and moved on
			waits_for = next_fire_at(alert_case(case), rules, self.now) if case.due_at else None
			self.assertEqual(case.next_action_at, waits_for, case.name)

	def test_the_sweep_has_run(self):
		late = {case.name for case in self.cases() if case.due_at and case.due_at < self.now}
		self.assertTrue(late)
		warned = set(frappe.get_all("Alert", filters={"petition": ("in", list(late))}, pluck="petition"))
		self.assertEqual(warned, late)

	def test_agents_filed_on_duty_and_with_authority(self):
		proxied = self.cases(is_proxied=1)
		self.assertGreater(len(proxied), 40)
		for case in proxied:
			filed_on = getdate(case.registered_at or case.creation)
			agreement = frappe.db.get_value("Proxy Agreement", case.agreement, AUTHORITY_FIELDS, as_dict=True)
			self.assertIsNone(
				why_not_authorised(agreement, case.petitioner, case.agent, filed_on, "may_file")
			)
			agent = frappe.get_doc("Proxy Agent", case.agent)
			self.assertIsNone(why_not_on_duty(agent.as_dict(), filed_on))
			self.assertLessEqual(getdate(agent.on_duty_from), filed_on)
			self.assertEqual(agent.village, case.village)
		for case in self.cases(is_proxied=0):
			self.assertIsNone(case.agent)
			self.assertIsNone(case.agreement)

	def test_agreements_would_pass_submission(self):
		for name in frappe.get_all(
			"Proxy Agreement", filters={"district": DISTRICT}, pluck="name", order_by="name", limit=30
		):
			doc = frappe.get_doc("Proxy Agreement", name)
			self.assertEqual(doc.docstatus, 1)
			doc.validate()
			doc.before_submit()

	def test_states_carry_what_their_steps_ask_for(self):
		for case in self.cases():
			if case.assigned_at:
				self.assertEqual(
					frappe.db.get_value("Petition Assignment", case.assignment, ("petition", "to_unit")),
					(case.name, case.handling_unit),
				)
				tier = frappe.db.get_value("Handling Unit", case.handling_unit, "tier")
				self.assertNotEqual(tier, "Village")
				self.assertNotEqual(case.handling_unit, case.accused_unit)
			else:
				self.assertIsNone(case.handling_unit)
			if case.refused_at:
				self.assertTrue(case.refusal_reason and case.refusal_body)
			self.assertEqual(bool(case.accepted_at), bool(case.reply_class))
			self.assertEqual(bool(case.replied_at), bool(case.reply_text and case.outcome))
			self.assertEqual(bool(case.served_at), bool(case.service_method))

	def test_letters_are_those_the_controllers_would_sign(self):
		cases = {case.name: case for case in self.cases()}
		letters = frappe.get_all("Opinion Letter", filters={"petition": ("in", list(cases))}, pluck="name")
		self.assertGreater(len(letters), 15)
		for name in letters:
			letter = frappe.get_doc("Opinion Letter", name)
			case = cases[letter.petition]
			missing = set(opinions.missing_parts(letter.as_dict())) - {
				"Mediation or Reconciliation Agreement"
			}
			self.assertEqual(missing, set(), name)
			self.assertEqual(
				letter.overall_outcome, opinions.overall_outcome([i.result for i in letter.items])
			)
			self.assertEqual(
				(case.opinion_letter, case.outcome, case.reply_text),
				(letter.name, letter.overall_outcome, draft.reply_text(letter)),
			)
			unit = frappe.get_doc("Handling Unit", letter.unit)
			if unit.head:
				opinions.check_signer(letter.signed_by, unit.head, ())
				members = {unit.head, *(row.user for row in unit.members)}
				opinions.check_checker(letter.drafted_by, letter.checked_by, members)
			self.assertLessEqual(case.accepted_at.date(), letter.drafted_on)
			self.assertLessEqual(letter.drafted_on, letter.signed_on)
			self.assertLess(letter.signed_at, case.replied_at)
			number = frappe.db.get_value("Official Letter", letter.official_letter, "number")
			self.assertEqual(letter.letter_no, number)

	def test_letter_numbers_have_no_gaps(self):
		serials = defaultdict(list)
		rows = frappe.get_all("Official Letter", fields=["*"], order_by="issued_on asc, creation asc")
		for row in rows:
			if row.unit.startswith("500199-"):
				serials[(row.unit, row.kind, row.year)].append(row.serial)
		self.assertGreater(len(serials), 20)
		for key, found in serials.items():
			self.assertEqual(found, list(range(1, len(found) + 1)), key)
			self.assertEqual(
				cint(
					frappe.db.sql(
						"select `current` from tabSeries where name = %s", "|".join(map(str, key)) + "|"
					)[0][0]
				),
				found[-1],
			)

	def test_cases_lack_nothing_their_stage_should_have(self):
		cases = self.cases(workflow_state=("in", (lifecycle.SERVED, lifecycle.CLOSED, lifecycle.REFUSED)))
		self.assertGreater(len(cases), 10)
		for case in cases:
			gaps = blocking(gaps_of(frappe.get_doc("Petition", case.name)))
			self.assertLessEqual({gap.code for gap in gaps}, {"file", "retention"}, case.name)

	def test_receipts_prove_what_they_say(self):
		cases = self.cases(served_at=("is", "set"), assigned_at=("is", "set"))
		self.assertGreater(len(cases), 10)
		for case in cases:
			receipt = frappe.get_doc("Service Receipt", case.service_receipt)
			service.check_receipt(receipt.as_dict(), bool(case.agent), case.replied_at, self.now)
			self.assertEqual((receipt.method, receipt.served_at), (case.service_method, case.served_at))
			self.assertEqual(receipt.document, case.opinion_letter)

	def test_no_rating_before_service_nor_by_the_agent(self):
		cases = {case.name: case for case in self.cases()}
		rows = frappe.get_all("Evaluation", fields=["*"], order_by="name")
		self.assertGreater(len(rows), 20)
		for row in rows:
			case = cases[row.petition]
			self.assertTrue(ratings.Window(case.served_at, 30).is_open(row.entered_at), row.petition)
			self.assertLessEqual(row.entered_at, self.now)
			self.assertEqual(row.evaluation_key, f"{row.petition}|1|{row.rated_party}")
			self.assertEqual(bool(row.reasons), ratings.needs_reasons(row.rating))
			agent_user = case.agent and frappe.db.get_value("Proxy Agent", case.agent, "user")
			self.assertNotEqual(row.entered_by, agent_user)
			expected = {"Handling Unit": (case.handling_unit, None), "Proxy Agent": (None, case.agent)}
			if row.rated_party in expected:
				self.assertEqual((row.unit, row.agent), expected[row.rated_party])

	def test_assignments_stand_where_their_cases_stand(self):
		expected = {lifecycle.ASSIGNED: "Sent", lifecycle.REFUSED: "Ended"}
		expected[lifecycle.NOT_ACCEPTED_AGAIN] = "Ended"
		expected |= dict.fromkeys((lifecycle.RECEIVED, lifecycle.ACCEPTED, lifecycle.HANDLING), "Received")
		expected |= dict.fromkeys((lifecycle.REPLIED, lifecycle.SERVED, lifecycle.CLOSED), "Answered")
		sent = 0
		for case in self.cases(assigned_at=("is", "set")):
			row = frappe.get_doc("Petition Assignment", case.assignment)
			self.assertEqual(row.status, expected[case.workflow_state], case.name)
			self.assertEqual((row.sent_at, row.sent_by), (case.assigned_at, case.assigned_by))
			self.assertEqual(row.received_at, case.received_at)
			if row.received_at:
				due, rule = objection_due_at(row.received_at)
				self.assertEqual((row.objection_due_at, row.objection_rule), (due, rule))
			self.assertEqual(bool(row.reply_by), row.kind != "Forward")
			sent += 1
		self.assertEqual(sent, frappe.db.count("Petition Assignment", {"petition": ("like", "XF-500199-%")}))

	def test_first_tier_and_query_code_are_those_of_filing(self):
		tiers = set()
		for case in self.cases(registered_at=("is", "set")):
			self.assertRegex(case.query_code, "^([2-9A-HJ-NP-Z]{4}-){3}[2-9A-HJ-NP-Z]{4}$")
			doc = frappe.get_doc("Petition", case.name)
			set_first_tier(doc, case.registered_at)
			tier, since = doc.tier, doc.tier_since
			if case.assigned_at:
				unit_tier = frappe.db.get_value("Handling Unit", case.handling_unit, "tier")
				tier, since = (unit_tier, case.assigned_at) if unit_tier != tier else (tier, since)
			self.assertEqual((case.tier, case.tier_since), (tier, since), case.name)
			tiers.add(doc.tier)
		self.assertEqual(tiers, {"Village", "District"})

	def test_paper_sheets_are_numbered_and_their_delay_is_known(self):
		sheets = self.cases(channel="Paper Register")
		self.assertGreater(len(sheets), 5)
		self.assertEqual(len({(case.village, case.paper_no) for case in sheets}), len(sheets))
		for case in sheets:
			hours = int((case.entered_at - case.petitioned_at).total_seconds() // 3600)
			self.assertEqual((case.entry_delay_hours, case.entered_by), (hours, case.owner))
			self.assertEqual(case.written_by, frappe.db.get_value("Proxy Agent", case.agent, "agent_name"))
		self.assertTrue(any(case.entry_delay_hours > 12 for case in sheets))

	def test_every_node_has_its_notice_and_most_were_told_in_time(self):
		expected = sum(
			step.action in progress.NODE_OF_STEP for case in self.cases() for step in _path_of(case)
		)
		rows = frappe.get_all(
			"Progress Notice",
			filters={"petition": ("like", "XF-500199-%")},
			fields=["*"],
			order_by="name",
		)
		self.assertEqual(len(rows), expected)
		for row in rows:
			self.assertEqual(row.tell_by, progress.tell_by(row.happened_at, 2))
			self.assertEqual(row.status == progress.TO_TELL, not row.told_at)
			self.assertTrue(not row.told_at or row.happened_at <= row.told_at <= self.now, row.petition)
		told = [row for row in rows if row.status == progress.TOLD]
		self.assertGreater(sum(row.told_at <= row.tell_by for row in told), 0.8 * len(told))
		open_rows = [row for row in rows if row.status == progress.TO_TELL]
		self.assertTrue(any(row.tell_by < self.now for row in open_rows))
		self.assertTrue(open_rows)

	def test_village_settles_some_on_the_spot(self):
		settled = [case for case in self.cases() if case.closed_at and not case.assigned_at]
		self.assertTrue(settled)
		for case in settled:
			self.assertEqual((case.tier, case.outcome), ("Village", "Settled on the Spot"))
			self.assertTrue(case.is_oral_consent and case.reply_text)

	def test_a_day_gone_by_has_no_scenes_of_today(self):
		self.assertFalse(frappe.db.count("Quarterly Bulletin") + frappe.db.count("Coordination Meeting"))

	def test_numbers_go_on(self):
		village = self.cases()[0].village
		highest = frappe.get_all(
			"Petition",
			filters={"name": ("like", "XF-500199-2026-%")},
			pluck="name",
			order_by="name desc",
			limit=1,
		)[0]
		doc = frappe.get_doc(
			{
				"doctype": "Petition",
				"subject": "路灯不亮",
				"content": "路口的灯坏了。",
				"village": village,
				"petitioned_at": "2026-06-30 12:00:00",
			}
		).insert()
		self.assertEqual(doc.name, f"XF-500199-2026-{int(highest[-6:]) + 1:06d}")

	def test_numbers_have_no_gaps(self):
		by_year = defaultdict(list)
		for case in self.cases():
			by_year[case.name.rsplit("-", 1)[0]].append(int(case.name[-6:]))
		for series, numbers in by_year.items():
			self.assertEqual(sorted(numbers), list(range(1, len(numbers) + 1)), series)

	def test_identities_are_sealed_and_right(self):
		for row in frappe.get_all(
			"Petitioner", filters={"district": DISTRICT}, fields=["*"], order_by="name", limit=20
		):
			number = decrypt(row.sealed_id_number)
			self.assertTrue(privacy.is_valid_id_number(number))
			self.assertTrue(number.startswith("500199"))
			self.assertEqual(row.masked_id_number, privacy.mask_id_number(number))
			self.assertEqual(row.id_hash, hash_of(number))
			self.assertFalse(row.phone or row.id_number or row.address)
			if row.sealed_phone:
				self.assertEqual(row.phone_hash, hash_of(decrypt(row.sealed_phone)))

	def test_settings_name_the_district(self):
		settings = frappe.get_single("Petition Proxy Settings")
		self.assertEqual(settings.district, DISTRICT)
		unit_type = frappe.db.get_value("Handling Unit", settings.petition_office, "unit_type")
		self.assertEqual(unit_type, "Petition Office")

	def test_two_stories_are_told_to_their_end(self):
		for name, class_code in ((YUAN, "I"), (LIN, "G")):
			(case,) = self.cases(petitioner_name=name)
			self.assertEqual(case.workflow_state, lifecycle.CLOSED)
			self.assertTrue(case.is_proxied)
			self.assertTrue(case.reply_class.startswith(f"{class_code}-"))
			self.assertLessEqual(case.replied_at, case.reply_due_at)
			given = frappe.get_all(
				"Evaluation", filters={"petition": case.name}, fields=["rated_party", "rating"]
			)
			self.assertEqual(
				{(row.rated_party, row.rating) for row in given},
				{("Handling Unit", "Satisfied"), ("Proxy Agent", "Satisfied")},
			)
		self.assertEqual(case.filing_channel, "City Service System")
		self.assertEqual(frappe.db.get_value("Handling Unit", case.handling_unit, "unit_type"), "Town")
		self.assertIn("签约", case.reply_text)

	def test_second_district_is_refused(self):
		before = frappe.db.count("Petition")
		with self.assertRaises(DemoRefusedError):
			make_demo_district(scale=SCALE, force=True, commit=False)
		self.assertEqual(frappe.db.count("Petition"), before)


class TestDemoLogins(_DistrictCase):
	"""The documented people do real work in a district made today."""

	def test_table_names_one_login_per_role(self):
		printed = StringIO()
		with redirect_stdout(printed):
			print_logins()
		self.assertEqual({login.role for login in LOGINS}, set(lifecycle.ROLES))
		for login in LOGINS:
			(line,) = (row for row in printed.getvalue().splitlines() if row.startswith(f"{login.role} "))
			self.assertIn(login.user, line)
			self.assertIn(DEMO_PASSWORD, line)

	def test_logins_open_with_the_documented_password(self):
		for login in LOGINS:
			self.assertEqual(check_password(login.user, DEMO_PASSWORD), login.user)
			user = frappe.get_doc("User", login.user)
			self.assertEqual([row.role for row in user.roles], [login.role])
			self.assertEqual(user.language, "zh")
			kind = "Website User" if login.role in lifecycle.PORTAL_ROLES else "System User"
			self.assertEqual(user.user_type, kind)

	def test_desk_opens_for_staff(self):
		for login in LOGINS:
			if login.role not in lifecycle.PORTAL_ROLES:
				self.as_user(login.user)
				boot = get_bootinfo()
				self.assertEqual((boot.user["name"], boot.lang), (login.user, "zh"))

	def test_everybody_sees_cases(self):
		for login in LOGINS:
			self.as_user(login.user)
			if login.role == lifecycle.FINANCE:  # sees batches and payment lists, and no case
				self.assertTrue(frappe.has_permission("Reward Batch", "read"))
				continue
			self.assertTrue(frappe.get_list("Petition", limit=1, order_by="name"), login.role)

	def test_agent_sees_own_cases_only(self):
		user = login_of(lifecycle.AGENT).user
		self.as_user(user)
		own = frappe.db.get_value("Proxy Agent", {"user": user})
		seen = frappe.get_list("Petition", fields=["agent", "workflow_state"], order_by="name")
		self.assertEqual({row.agent for row in seen}, {own})
		self.assertGreater(len({row.workflow_state for row in seen}), 4)

	def test_department_takes_the_next_steps(self):
		self.as_user(login_of(lifecycle.DEPARTMENT).user)
		for state, target, values in (
			(lifecycle.ASSIGNED, lifecycle.RECEIVED, {}),
			(lifecycle.ACCEPTED, lifecycle.HANDLING, {}),
			(lifecycle.HANDLING, lifecycle.REPLIED, {"opinion_text": "已补发。"}),
		):
			doc = self.first_in(state)
			if target == lifecycle.REPLIED:
				f.sign_letter(doc, **values)
			doc.workflow_state = target
			doc.save()
			self.assertEqual(frappe.db.get_value("Petition", doc.name, "workflow_state"), target)

	def test_office_assigns(self):
		self.as_user(login_of(lifecycle.OFFICE).user)
		doc = self.first_in(lifecycle.REGISTERED)
		doc.handling_unit = frappe.db.get_value("Handling Unit", {"unit_name": "云江区水利局"})
		doc.workflow_state = lifecycle.ASSIGNED
		doc.save()
		self.assertEqual(doc.assigned_by, login_of(lifecycle.OFFICE).user)

	def test_petitioner_rates_the_served_case(self):
		self.as_user(login_of(lifecycle.PETITIONER).user)
		served = self.first_in(lifecycle.SERVED)
		rating = frappe.get_doc(
			{
				"doctype": "Evaluation",
				"petition": served.name,
				"rated_party": "Handling Unit",
				"rating": "Satisfied",
			}
		).insert()
		self.assertEqual(rating.channel, "Portal")

	def test_scenes_have_been_played(self):
		for doctype, status, count in (
			("Common Issue", "Answered", 1),
			("Early Notice", "Open", 1),
			("Video Reception", "Booked", 1),
			("Extension Request", "Approved", 1),
			("Review Request", "Served", 1),
			("Review Request", "Asked", 1),
			("Improvement Advice", "Answered", 1),
			("Settlement Statement", "Confirmed", 1),
			("Training Session", "Finished", 1),
			("Training Session", "Open", 1),
			("Agent Application", "New", 1),
			("Reward Run", "Finished", 1),
			("Quarterly Bulletin", "Issued", 1),
		):
			self.assertEqual(frappe.db.count(doctype, {"status": status}), count, f"{doctype} {status}")
		for doctype in ("Coordination Meeting", "Upward Report", "Case File", "Rule Acknowledgement"):
			self.assertEqual(frappe.db.count(doctype), 1, doctype)
		self.assertGreaterEqual(frappe.db.count("Supervision Order"), 1)
		self.assertGreaterEqual(frappe.db.count("Reward Entry"), 5)
		decisions = set(frappe.get_all("Petition Assignment", pluck="objection_decision", order_by="name"))
		self.assertLessEqual({"Upheld", "Rejected"}, decisions)
		self.assertEqual(set(self.decisions_on_repeats()), {"Merged", "Open"})
		collective = self.cases(is_collective=1)
		self.assertEqual([case.headcount for case in collective], [11])
		self.assertEqual(len(self.cases(workflow_state=lifecycle.ARCHIVED)), 1)
		self.assertEqual(len(self.cases(workflow_state=lifecycle.MERGED)), 1)

	def test_one_reward_batch_is_approved_and_one_waits(self):
		found = frappe.get_all("Reward Batch", pluck="status", order_by="name")
		self.assertLessEqual(set(found), {"Approved", "Draft"})
		self.assertTrue(found)

	def test_scenes_were_played_by_the_people_whose_they_are(self):
		(advice,) = frappe.get_all("Improvement Advice", fields=["issued_by", "feedback_by"])
		self.assertEqual(
			(advice.issued_by, advice.feedback_by),
			(login_of(lifecycle.OFFICE).user, login_of(lifecycle.DEPARTMENT).user),
		)
		self.assertEqual(frappe.session.user, "Administrator")

	def decisions_on_repeats(self):
		return frappe.get_all("Repeat Candidate", pluck="decision", order_by="name")

	def first_in(self, state: str):
		names = frappe.get_list(
			"Petition", filters={"workflow_state": state}, pluck="name", order_by="queue_key, name", limit=1
		)
		self.assertTrue(names, state)
		return frappe.get_doc("Petition", names[0])


class TestDemoCommandRules(AppTestCase):
	def test_same_seed_and_day_make_the_same_cases(self):
		made = []
		for _run in range(2):
			frappe.db.savepoint("demo_run")
			make_demo_district(seed=7, scale=SCALE, today=LAST_DAY, force=True, commit=False)
			made.append(
				frappe.get_all(
					"Petition",
					filters={"district": DISTRICT},
					fields=[
						"name",
						"subject",
						"content",
						"agent",
						"workflow_state",
						"queue_key",
						"replied_at",
					],
					order_by="name",
				)
			)
			frappe.db.rollback(save_point="demo_run")
		self.assertEqual(made[0], made[1])

	def test_site_with_petitions_is_refused(self):
		frappe.db.sql(
			"insert into `tabPetition` (name, creation, modified, subject, content) values ('X-1', now(), now(), 'a', 'b')"
		)
		with self.assertRaises(DemoRefusedError) as refused:
			make_demo_district(scale=SCALE, commit=False)
		self.assertIn("--force", str(refused.exception))
		self.assertFalse(frappe.db.exists("Region", DISTRICT))

	def test_impossible_scale_is_refused(self):
		for scale in (0, -1, 1.5):
			with self.assertRaises(frappe.ValidationError):
				make_demo_district(scale=scale, force=True, commit=False)
		self.assertFalse(frappe.db.exists("Region", DISTRICT))

	def test_every_template_can_be_filled(self):
		rng = random.Random(1)
		blanks = words.slots(
			rng,
			village="甲村",
			town="乙镇",
			spot="丙湾",
			unit="区水利局",
			name="丁",
			old="丁婆婆",
			subject="戊",
		)
		for matter in words.load("matters"):
			for digits in matter["issues"]:
				issue = words.draw_issue(rng, {**matter, "issues": [digits]})
				texts = (
					*words.petition_text(rng, matter, issue, blanks, is_proxied=True),
					words.reply_text(rng, matter, issue, blanks, is_proxied=True),
				)
				for text in texts:
					self.assertTrue(text)
					self.assertNotRegex(text, "[{}]")
				self.assertLessEqual(len(texts[0]), 140)
				self.assertIn(issue.outcome, matter["outcomes"])

	def test_late_paces_are_late_and_others_are_not(self):
		clerkship = timeline.Clerkship(random.Random(3), WorkCalendar(frozenset(), frozenset(), frozenset()))
		came_in, now = datetime(2026, 1, 5, 9, 0), datetime(2026, 12, 31)
		for delay, limit, earliest, latest in (
			(timeline.ON_TIME, 15, 0, 15),
			(timeline.ON_TIME, 30, 0, 30),
			(timeline.LATE_PROMISE, 15, 15, 60),
			(timeline.LATE_STATUTE, 15, 60, 100),
		):
			for _case in range(50):
				pace = timeline.Pace(limit, 60, 15, delay=delay)
				at = {step.stamp: moment for step, moment in clerkship.walk(came_in, now, pace)}
				days = (at["replied_at"].date() - at["accepted_at"].date()).days
				self.assertTrue(earliest <= days <= latest, f"{delay}: {days}")
				for moment in at.values():
					self.assertLessEqual(moment, now)

	def test_steps_after_filing_fall_into_office_hours(self):
		holiday = date(2026, 5, 1)
		calendar = WorkCalendar(frozenset({holiday}), frozenset(), frozenset({2026}))
		clerkship = timeline.Clerkship(random.Random(5), calendar)
		for day in range(0, 200, 5):
			came_in = datetime(2026, 1, 5, 9, 0) + timedelta(days=day)
			for step, moment in clerkship.walk(came_in, datetime(2026, 12, 31), timeline.Pace(15, 60, 15)):
				if step.action != "File":
					self.assertLess(moment.weekday(), 5)
					self.assertNotEqual(moment.date(), holiday)
					self.assertTrue(timeline.OFFICE_OPENS <= moment.time() <= timeline.OFFICE_CLOSES)


def _path_of(case) -> list[lifecycle.Transition]:
	"""The steps a case has taken; the village settles some without passing them on."""
	if case.closed_at and not case.assigned_at:
		return [*_path_to(lifecycle.REGISTERED), lifecycle.find(lifecycle.REGISTERED, lifecycle.CLOSED)]
	return _path_to(case.workflow_state)


def _path_to(state: str) -> list[lifecycle.Transition]:
	return list(lifecycle.usual_path(state))
