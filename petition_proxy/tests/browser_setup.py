"""Prepares a test site for the browser tests: the small district of `factories`, with people who can log in.

Run by the browser tests themselves: `bench --site SITE execute petition_proxy.tests.browser_setup.prepare`.
"""

import json
from datetime import timedelta

import frappe
from frappe.sessions import clear_sessions
from frappe.utils import now_datetime
from frappe.utils.password import set_encrypted_password, update_password

from petition_proxy.apidoc.document import make_document
from petition_proxy.domain import lifecycle
from petition_proxy.jobs.monthly_figures import compute_monthly_figures
from petition_proxy.permissions.scope import BEARER_USER
from petition_proxy.petition_proxy.doctype.petition_draft import acts
from petition_proxy.petition_proxy.doctype.proxy_agent.acts import change_status
from petition_proxy.petition_proxy.doctype.rating_link import acts as rating_links
from petition_proxy.queries.drafts import own_drafts
from petition_proxy.tests import factories as make
from petition_proxy.tests import hostile_cases, petitioner_cases, scenario_cases

# Opens invented people of a test site only; no code but the browser tests sets it.
PASSWORD = "qingxi-liuwan-2026"
CHINESE_USER = "leader@pp.test"
CHINESE_AGENT = "zh-agent@pp.test"
CHINESE_OFFICE = "zh-office@pp.test"
LATE_SUBJECT, SOON_SUBJECT, CALM_SUBJECT = "路灯坏了", "水管漏水", "修一条便民路"
SERVED_SUBJECT = "缴费点已恢复"
ASSIGNED_SUBJECT = "路口没有红绿灯"


def prepare(site_allows_tests: bool | None = None) -> None:
	"""Make people, passwords and a few cases; may run again and again.

	Args:
		site_allows_tests: for tests; the site's `allow_tests` setting by default.

	Raises:
		frappe.ValidationError: the site is no test site.
	"""
	allowed = frappe.conf.allow_tests if site_allows_tests is None else site_allows_tests
	if not allowed:
		frappe.throw("Browser tests write into the site. Set allow_tests in its site_config.json first.")
	frappe.db.set_single_value("System Settings", "setup_complete", 1)
	# Frappe throttles new users by the hour, and the demo district may just have made many.
	frappe.local.conf.throttle_user_limit = 1_000_000
	# Where nobody is System Manager yet, Frappe gives that role to the next new user, here an agent.
	make.make_user("manager@pp.test", ("System Manager",))
	make.make_district()
	for user in make.USERS:
		update_password(user, PASSWORD)
		frappe.db.set_value("User", user, "language", "zh" if user == CHINESE_USER else "en")
	make.make_agent("agent@pp.test")
	_make_chinese_agent()
	_make_portal_petitioner()
	_make_cases()
	# the steps are what the browser tests take; letter and proof of service have tests of their own
	for fieldname in ("require_opinion_letter", "require_service_proof"):
		frappe.db.set_single_value("Petition Proxy Settings", fieldname, 0)
	frappe.db.commit()  # nosemgrep: a command of its own, nothing else commits for it
	frappe.clear_cache()


def prepare_setup_guide() -> None:
	"""Whoever sets a district up: an officer who reads Chinese, and the manager of the site, who reads English."""
	for user, roles, language in (
		(CHINESE_OFFICE, (lifecycle.OFFICE,), "zh"),
		(make.MANAGER, ("System Manager",), "en"),
	):
		make.make_user(user, roles)
		update_password(user, PASSWORD)
		frappe.db.set_value("User", user, "language", language)
	frappe.db.commit()  # nosemgrep: a command of its own, nothing else commits for it
	frappe.clear_cache()


def regions_named(name: str) -> str:
	"""For the tests: codes of the regions of a name, as JSON."""
	return json.dumps(frappe.get_all("Region", {"region_name": name}, pluck="name", order_by="name asc"))


def petition_named(subject: str) -> str:
	"""For the tests: the latest petition with this subject, as JSON of the fields they look at.

	Args:
		subject: subject of the petition.
	"""
	rows = frappe.get_all(
		"Petition",
		filters={"subject": subject},
		fields=[
			"name",
			"workflow_state",
			"handling_unit",
			"agent",
			"agreement",
			"new_petitioner_phone",
			"masked_phone",
		],
		order_by="creation desc",
	)
	return json.dumps([dict(row) for row in rows])


def prepare_scenarios() -> str:
	"""For the tests that play whole cases: everybody of `prepare`, whoever else takes part, and the rules as a district
	has them; answers as `tokens` does.
	"""
	prepare()
	# the desk's own tests take the steps without papers
	for fieldname in ("require_opinion_letter", "require_service_proof"):
		frappe.db.set_single_value("Petition Proxy Settings", fieldname, 1)
	scenario_cases.make_people()
	for user in scenario_cases.USERS:
		frappe.db.set_value("User", user, "language", "en")
	return tokens()


def tokens() -> str:
	"""For the tests that go through REST: user id to "key:secret", made anew, as JSON."""
	if not frappe.conf.allow_tests:
		frappe.throw("Only a test site gives out tokens. Set allow_tests in its site_config.json first.")
	made = {}
	people = frappe.get_all(
		"User", filters={"name": ("like", "%@pp.test"), "enabled": 1}, pluck="name", order_by="name asc"
	)
	for user in people:
		key, secret = frappe.generate_hash(length=15), frappe.generate_hash(length=15)
		frappe.db.set_value("User", user, "api_key", key, update_modified=False)
		set_encrypted_password("User", user, secret, "api_secret")
		made[user] = f"{key}:{secret}"
	frappe.db.commit()  # nosemgrep: a command of its own, nothing else commits for it
	frappe.clear_cache()
	return json.dumps(made)


def move_to_last_quarter(petition: str) -> None:
	"""For the tests: a case that was closed today was closed in the last quarter."""
	scenario_cases.move_to_last_quarter(petition)
	frappe.db.commit()  # nosemgrep: a command of its own, nothing else commits for it


def make_public_staff_case() -> str:
	"""For the tests: name of a closed case whose agent is public staff, as JSON."""
	name = scenario_cases.make_public_staff_case()
	frappe.db.commit()  # nosemgrep: a command of its own, nothing else commits for it
	return json.dumps(name)


def make_village_case(subject: str) -> None:
	"""For the tests: a filed case that waits with the village."""
	make.make_petition(
		lifecycle.REGISTERED, proxied=False, subject=subject, filing_channel="City Service System"
	)
	frappe.db.commit()  # nosemgrep: a command of its own, nothing else commits for it


def make_agent_who_left() -> str:
	"""For the tests: name of an agent who was on duty and left, as JSON."""
	agent = make.make_agent(None, agent_name="搬家大姐")
	change_status([agent.name], "Leave", "搬家")
	frappe.db.commit()  # nosemgrep: a command of its own, nothing else commits for it
	return json.dumps(agent.name)


def make_proposed_case(subject: str) -> None:
	"""For the tests: a filed case for which a rule proposes the department."""
	rule = {"handling_unit": make.DEPT_UNIT, "region": make.TOWN, "reason": "三定方案"}
	if not frappe.db.exists("Responsibility Rule", rule):
		frappe.get_doc({"doctype": "Responsibility Rule", "valid_from": "2015-01-01", **rule}).insert()
	make.make_petition(lifecycle.REGISTERED, proxied=False, subject=subject)
	frappe.db.commit()  # nosemgrep: a command of its own, nothing else commits for it


def prepare_agent_work() -> None:
	"""For the tests of the agent's pages: the papers a district asks for, and a second agent."""
	prepare()
	for fieldname in ("require_opinion_letter", "require_service_proof"):
		frappe.db.set_single_value("Petition Proxy Settings", fieldname, 1)
	make.make_agent("agent2@pp.test", make.VILLAGE_2, agent_name="李大哥")
	frappe.db.commit()  # nosemgrep: a command of its own, nothing else commits for it
	frappe.clear_cache()


def make_agent_case(subject: str, state: str) -> str:
	"""For the tests: name of a case of agent@pp.test in a state, as JSON."""
	name = make.make_petition(state, subject=subject).name
	frappe.db.commit()  # nosemgrep: a command of its own, nothing else commits for it
	return json.dumps(name)


def agent_case_facts(case: str) -> str:
	"""For the tests: what stands in the database of a case, as JSON."""
	row = frappe.db.get_value("Petition", case, ("workflow_state", "service_attempts"), as_dict=True)
	receipts = frappe.get_all(
		"Service Receipt", {"petition": case}, ["signature", "photo"], order_by="creation desc"
	)
	first = receipts[0] if receipts else frappe._dict()
	return json.dumps(
		{
			"state": row.workflow_state,
			"attempts": row.service_attempts,
			"receipts": len(receipts),
			"signature": bool(first.get("signature")),
			"photo": first.get("photo") or "",
			"to_tell": frappe.db.count("Progress Notice", {"petition": case, "status": "To Tell"}),
			"tell_events": frappe.db.count("Petition Event", {"petition": case, "event": "Tell Petitioner"}),
		}
	)


def agent_work_counts(user: str) -> str:
	"""For the tests: what waits for an agent by the database, part by part, as JSON."""
	agent = frappe.db.get_value("Proxy Agent", {"user": user})
	cases = frappe.get_all("Petition", {"agent": agent}, ["name", "workflow_state"], order_by="name asc")
	open_nodes = frappe.db.count(
		"Progress Notice", {"petition": ("in", [row.name for row in cases]), "status": "To Tell"}
	)
	replied = sum(row.workflow_state == lifecycle.REPLIED for row in cases)
	return json.dumps({"tell": open_nodes, "deliver": replied})


def revoke_agreement(case: str) -> None:
	"""For the tests: the petitioner of a case takes the authority back today."""
	agreement = frappe.db.get_value("Petition", case, "agreement")
	frappe.db.set_value("Proxy Agreement", agreement, "revoked_on", frappe.utils.today())
	frappe.db.commit()  # nosemgrep: a command of its own, nothing else commits for it


def set_language(user: str, language: str) -> None:
	"""For the tests: the language of a person."""
	frappe.db.set_value("User", user, "language", language)
	frappe.db.commit()  # nosemgrep: a command of its own, nothing else commits for it
	frappe.clear_cache(user=user)


def forget_drafts() -> None:
	"""For the tests: no agent has a draft."""
	if not frappe.conf.allow_tests:
		frappe.throw("Only a test site forgets drafts. Set allow_tests in its site_config.json first.")
	frappe.db.delete("Petition Draft")
	frappe.db.commit()  # nosemgrep: a command of its own, nothing else commits for it


def drafts_of(user: str) -> str:
	"""For the tests: place, sentence and number of papers of an agent's open drafts, as JSON."""
	found = []
	for row in own_drafts(user):
		answers = acts.answers_of(row.name)
		found.append(
			{
				"address_text": answers.get("address_text"),
				"subject": answers.get("subject"),
				"papers": len(acts.papers_of(row.name)),
			}
		)
	return json.dumps(found)


def papers_of(petition: str) -> str:
	"""For the tests: the files that hang on a petition, as JSON."""
	rows = frappe.get_all(
		"File",
		filters={"attached_to_doctype": "Petition", "attached_to_name": petition},
		fields=["file_name", "file_url", "is_private", "attached_to_field"],
		order_by="creation asc",
	)
	return json.dumps([dict(row) for row in rows])


def end_sessions(user: str) -> None:
	"""For the tests: the sessions of a person end, as after a night."""
	clear_sessions(user=user, force=True)
	frappe.db.commit()  # nosemgrep: a command of its own, nothing else commits for it


def _make_chinese_agent() -> None:
	make.make_user(CHINESE_AGENT, (lifecycle.AGENT,))
	update_password(CHINESE_AGENT, PASSWORD)
	frappe.db.set_value("User", CHINESE_AGENT, "language", "zh")
	make.make_agent(CHINESE_AGENT, agent_name="吴大姐")


def _make_portal_petitioner() -> str:
	name = frappe.db.get_value("Petitioner", {"user": "petitioner@pp.test"}, "name", order_by="creation")
	return name or make.make_petitioner(user="petitioner@pp.test", phone="13800001234").name


def _make_cases() -> None:
	"""One late, one due soon, one with time, two waiting for receipt, one served and not rated yet."""
	petitioner = _make_portal_petitioner()
	now = now_datetime().replace(microsecond=0)
	end_of_day = {"hour": 23, "minute": 59, "second": 59}
	for subject, days in ((LATE_SUBJECT, -3), (SOON_SUBJECT, 1), (CALM_SUBJECT, 9)):
		if not frappe.db.exists("Petition", {"subject": subject}):
			due = (now + timedelta(days=days)).replace(**end_of_day)
			doc = make.make_petition(lifecycle.REGISTERED, subject=subject, petitioner=petitioner)
			key = lifecycle.queue_key(lifecycle.REGISTERED, True, due, doc.petitioned_at)
			doc.db_set({"notice_due_at": due, "due_at": due, "queue_key": key})
	frappe.db.delete("Evaluation", {"entered_by": "petitioner@pp.test"})
	if not frappe.db.exists("Petition", {"subject": SERVED_SUBJECT}):
		make.make_petition(lifecycle.SERVED, subject=SERVED_SUBJECT, petitioner=petitioner)
	waiting = frappe.db.count("Petition", {"subject": ASSIGNED_SUBJECT, "workflow_state": lifecycle.ASSIGNED})
	for _number in range(waiting, 2):
		make.make_petition(lifecycle.ASSIGNED, subject=ASSIGNED_SUBJECT, petitioner=petitioner)


def make_slips(*states: str) -> str:
	"""For the tests: a proxied case of a petitioner with a phone in each state, and what stands on its slip, as JSON.

	Args:
		states: states, in the order of the answer.
	"""
	slips = []
	for state in states:
		doc = petitioner_cases.make_case(state, subject=f"缴费点撤走 {frappe.generate_hash(length=6)}")
		slips.append({**petitioner_cases.slip(doc), "subject": doc.subject})
	petitioner_cases.forget_limits()
	frappe.db.commit()  # nosemgrep: a command of its own, nothing else commits for it
	return json.dumps(slips)


def make_rating_link(petition: str) -> str:
	"""For the tests: a rating link of a served case, as JSON."""
	token = rating_links.make(petition).partition("#")[2]
	frappe.db.commit()  # nosemgrep: a command of its own, nothing else commits for it
	return json.dumps(token)


def end_tickets() -> None:
	"""For the tests: the time of everybody who has a case open is over."""
	frappe.cache.delete_keys("petition_proxy_case")
	petitioner_cases.forget_limits()


def ratings_of(petition: str) -> str:
	"""For the tests: the ratings of a case and where it stands, as JSON."""
	rows = frappe.get_all(
		"Evaluation",
		filters={"petition": petition},
		fields=["rated_party", "rating", "standard_reasons", "reasons", "channel", "revision_count"],
		order_by="rated_party asc",
	)
	case = frappe.db.get_value(
		"Petition", petition, ["workflow_state", "review_status", "agreement"], as_dict=True
	)
	case.revoked_on = str(frappe.db.get_value("Proxy Agreement", case.agreement, "revoked_on") or "")
	case.papers = frappe.db.count("File", {"attached_to_name": petition, "owner": BEARER_USER})
	case.reviews = frappe.db.count("Review Request", {"petition": petition})
	return json.dumps({"ratings": [dict(row) for row in rows], **case})


def prepare_public_pages() -> None:
	"""For the tests: a notice and a told case that everybody sees, one of each that nobody sees, figures of the months."""
	prepare()
	category = frappe.get_all("Petition Category", {"is_restricted": 0}, pluck="name", order_by="name")[0]
	for title, shown in (("国庆期间代办点照常开放", 1), ("还没有定稿的公告", 0)):
		if not frappe.db.exists("Public Notice", {"title": title}):
			notice = {
				"title": title,
				"text": "<p>每天上午都有代理员。</p>",
				"published_from": frappe.utils.today(),
			}
			frappe.get_doc({"doctype": "Public Notice", "is_published": shown, **notice}).insert()
	for title, shown in (("村口路灯修好了", 1), ("还没有同意公开的事例", 0)):
		if not frappe.db.exists("Told Case", {"title": title}):
			told = {
				"asked": "路灯不亮，晚上看不见路。",
				"done": "三天内换了新灯。",
				"days_taken": 3,
				"category": category,
			}
			consent = {"has_consent": shown, "consented_on": frappe.utils.today() if shown else None}
			frappe.get_doc(
				{"doctype": "Told Case", "title": title, "is_published": shown, **told, **consent}
			).insert()
	frappe.db.set_single_value("Petition Proxy Settings", "show_monthly_figures", 1)
	compute_monthly_figures()
	frappe.db.commit()  # nosemgrep: a command of its own, nothing else commits for it
	frappe.clear_cache()


def prepare_contract() -> str:
	"""For the test of the API's description: a case with every record an act can be called on, and tokens of everybody, as JSON.

	Returns:
		tokens; records: argument to value; special: "module.argument" to value.
	"""
	prepare()
	ground = hostile_cases.Ground()
	petitioner_cases.forget_limits()
	frappe.db.commit()  # nosemgrep: a command of its own, nothing else commits for it
	found = {
		"tokens": json.loads(tokens()),
		"records": ground.records,
		"special": {".".join(key): value for key, value in ground.special.items()},
	}
	return json.dumps(found, default=str)


def picture() -> str:
	"""For the tests: how many rows each table of the app holds and when the latest was changed, as JSON."""
	return json.dumps(hostile_cases.picture(), default=str)


def describe_api() -> str:
	"""For the tests: the description of the API, made afresh, as JSON."""
	return json.dumps(make_document())
