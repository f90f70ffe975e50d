"""What goes on between the units and with the petitioner in the demo cases: tiers, paper sheets, assignments, nodes told.

Written set-wise, as the steps of the path would have written it.
"""

import random
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from petition_proxy.domain import lifecycle, progress, routing
from petition_proxy.domain.lifecycle import Transition
from petition_proxy.domain.workdays import MissingYearError
from petition_proxy.setup.demo.cases import (
	PETITION_OFFICE,
	Case,
	Rulebook,
	actor_of,
	assigner_of,
	sender_of,
)
from petition_proxy.setup.demo.places import District
from petition_proxy.setup.demo.writer import Writer
from petition_proxy.utils.series import reserve

QUERY_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
PROGRESS_DAYS = 2
# One case in so many that goes from the office to a department is forwarded, without a day for the reply.
FORWARDED_ONE_IN = 5
# One node in so many of the cases under way has not been told yet although its days are over.
OVERDUE_ONE_IN, UNREACHABLE_ONE_IN = 12, 60
RULES_SINCE_DAYS = 800
REASONS = {
	"T": "属镇街属地管理事项",
	"D": "属本部门主管事项",
}


class Flow:
	"""Collects the rows around the cases.

	Args:
		rng: source of chance, apart from the one that draws the cases.
		writer: has the cases' rows.
		district: places and units.
		rules: the site's rule rows.
	"""

	def __init__(self, rng: random.Random, writer: Writer, district: District, rules: Rulebook) -> None:
		self.rng = rng
		self.writer = writer
		self.district = district
		self.rules = rules
		self.rows = {row["name"]: row for row in writer.rows["Petition"]}
		self.sheets: dict[str, int] = defaultdict(int)

	def write(self, cases: list[Case], matters: list[dict]) -> None:
		rules = self.write_rules(matters)
		for case in cases:
			self.set_channel(case)
			if "registered_at" in case.at:
				self.set_place_on_path(case, rules)
				self.write_notices(case)
		self.write_assignments([case for case in cases if "assigned_at" in case.at])

	# rules

	def write_rules(self, matters: list[dict]) -> dict[str, tuple[str, str]]:
		"""A rule for each category that one department of the district is in charge of.

		Returns:
			Category to rule and unit.
		"""
		since = (self.writer.now - timedelta(days=RULES_SINCE_DAYS)).date()
		made: dict[str, tuple[str, str]] = {}
		for matter in matters:
			category = self.rules.categories.get(matter["category"])
			if not category or not matter["units"]:
				continue
			unit = self.district.by_name[matter["units"][0]]
			name = self.writer.add(
				"Responsibility Rule",
				f"{self.rng.getrandbits(40):010x}",
				title=f"{matter['category']} · {unit.name}",
				category=category,
				handling_unit=unit.code,
				valid_from=since,
				reason=REASONS["D"],
				default_reply_class=matter["class"],
			)
			made[category] = (name, unit.code)
		return made

	# the case itself

	def set_channel(self, case: Case) -> None:
		"""Keyed in from a paper sheet, or online (clause S11)."""
		row = self.rows[case.name]
		row["channel"] = "Online"
		if case.intake_way != "Copied from Paper":
			return
		self.sheets[case.village.code] += 1
		delay = case.created_at - case.petitioned_at
		row.update(
			channel=routing.PAPER_CHANNEL,
			paper_no=f"{case.petitioned_at.year}-{self.sheets[case.village.code]:03d}",
			written_by=case.agent.title,
			entered_by=case.filer,
			entered_at=case.created_at,
			entry_delay_hours=max(0, int(delay.total_seconds() // 3600)),
		)

	def set_place_on_path(self, case: Case, rules: dict[str, tuple[str, str]]) -> None:
		"""Query code, proposal and tier, as filing and assigning set them."""
		row = self.rows[case.name]
		row["query_code"] = self.query_code()
		rule, unit = rules.get(row.get("category"), (None, None))
		if unit and unit != row.get("accused_unit"):
			row["proposed_unit"], row["proposal_rule"] = unit, rule
			row["proposal_reason"] = f"由{self.district.units[unit].name}负责:{REASONS['D']}。"
		tier = "Village" if case.waits_in_village else "District"
		row["tier"], row["tier_since"] = tier, case.at["registered_at"]
		if "assigned_at" in case.at and case.unit.tier != tier:
			row["tier"], row["tier_since"] = case.unit.tier, case.at["assigned_at"]

	def query_code(self) -> str:
		letters = [self.rng.choice(QUERY_SIGNS) for _sign in range(16)]
		return "-".join("".join(letters[at : at + 4]) for at in range(0, 16, 4))

	# assignments

	def write_assignments(self, cases: list[Case]) -> None:
		"""One for each assigned case, numbered in the order of sending."""
		cases = sorted(cases, key=lambda case: (case.at["assigned_at"], case.name))
		by_year: dict[int, list[Case]] = defaultdict(list)
		for case in cases:
			by_year[case.at["assigned_at"].year].append(case)
		for year, of_year in by_year.items():
			prefix = f"JB-{self.district.short_code}-{year}-"
			first = reserve(prefix, len(of_year))
			for number, case in enumerate(of_year, start=first):
				self.write_assignment(case, f"{prefix}{number:06d}")

	def write_assignment(self, case: Case, name: str) -> None:
		at, row = case.at, self.rows[case.name]
		sent = at["assigned_at"]
		sender = sender_of(self.district, case)
		kind = "Assign"
		if sender.unit_type == "Village":
			kind = "Hand Up"
		elif sender.unit_type == PETITION_OFFICE and not self.rng.randrange(FORWARDED_ONE_IN):
			kind = "Forward"
		reply_by = None
		if kind != "Forward":
			reply_by = self.rules.due_at(sent, self.rules.limit("Handling", sent.date()))
		self.writer.add(
			"Petition Assignment",
			name,
			at=sent,
			owner=assigner_of(self.district, case),
			changed_at=case.steps[-1][1],
			changed_by=actor_of(self.district, case, case.steps[-1][0]),
			petition=case.name,
			round=1,
			part="Lead",
			kind=kind,
			from_unit=sender.code,
			to_unit=case.unit.code,
			sent_by=assigner_of(self.district, case),
			sent_at=sent,
			reply_by=reply_by,
			reason=case.assignment_note,
			**self.status_of(case),
		)
		row["assignment"], row["assignment_kind"] = name, kind

	def status_of(self, case: Case) -> dict:
		at = case.at
		if "received_at" not in at:
			return {"status": "Sent"}
		worker, received = case.unit.worker, at["received_at"]
		limit = self.rules.limit("Objection", received.date())
		try:
			due = self.rules.due_at(received, limit)
		except MissingYearError:
			due = None
		values = {
			"status": "Received",
			"received_at": received,
			"received_by": worker,
			"objection_due_at": due,
			"objection_rule": limit.name,
		}
		if "refused_at" in at:
			values.update(status="Ended", ended_at=at["refused_at"])
		elif "replied_at" in at:
			replied = at["replied_at"]
			values.update(status="Answered", answered_at=replied, answered_by=worker, ended_at=replied)
		return values

	# nodes

	def write_notices(self, case: Case) -> None:
		for step, moment in case.steps:
			node = progress.NODE_OF_STEP.get(step.action)
			if node:
				self.write_notice(case, step, node, moment)

	def write_notice(self, case: Case, step: Transition, node: str, moment: datetime) -> None:
		"""Told within two days in most cases; of the cases under way some nodes are open, a few of them overdue."""
		content = self.rows[case.name]["query_code"] if step.action == "File" else case.matter.get("body")
		self.writer.add(
			"Progress Notice",
			f"{self.rng.getrandbits(40):010x}",
			at=moment,
			owner=actor_of(self.district, case, step),
			petition=case.name,
			round=1,
			node=node,
			happened_at=moment,
			tell_by=progress.tell_by(moment, PROGRESS_DAYS),
			content=content if step.action in ("File", "Refuse", "Stop") else None,
			**self.told(case, step, node, moment),
		)

	def told(self, case: Case, step: Transition, node: str, moment: datetime) -> dict:
		if step.action == "File" and case.channel == "Petitioner Portal":
			return self.told_at(case, moment, "Page", by=case.petitioner.user)
		if step.action == "Settle on the Spot":
			return self.told_at(case, moment, "In Person", by=actor_of(self.district, case, step))
		if node == progress.REPLIED:
			if "served_at" not in case.at:
				return {"status": progress.TO_TELL}
			method = self.rows[case.name]["service_method"]
			serve = next(taken for taken, _at in case.steps if taken.action == "Serve")
			by = actor_of(self.district, case, serve)
			return self.told_at(case, case.at["served_at"], progress.SERVICE_MEANS[method], by=by)
		told_at = moment + timedelta(hours=self.rng.uniform(0.5, 30))
		is_over = case.state in lifecycle.FINAL_STATES
		if told_at > self.writer.now or (not is_over and not self.rng.randrange(OVERDUE_ONE_IN)):
			return {"status": progress.TO_TELL}
		if not self.rng.randrange(UNREACHABLE_ONE_IN):
			told = self.told_at(case, told_at, progress.UNREACHABLE)
			return {**told, "status": progress.UNREACHABLE, "note": "电话三次无人接听,已托邻居转告。"}
		return self.told_at(case, told_at, self.rng.choice(("Phone", "Phone", "Visit", "SMS")))

	def told_at(self, case: Case, moment: datetime, means: str, by: str | None = None) -> dict:
		"""Told by the agent where there is one online, by the unit's worker otherwise."""
		agent = case.agent
		by = by or (agent.user if agent and agent.user else case.unit.worker)
		is_agent = bool(agent and agent.user and agent.user == by)
		return {
			"status": progress.TOLD,
			"told_at": moment.replace(microsecond=0),
			"told_by": by,
			"told_by_agent": agent.name if is_agent else None,
			"means": means,
			"told_to": case.petitioner.title,
		}


def write_flow(
	writer: Writer,
	district: District,
	rules: Rulebook,
	cases: Iterable[Case],
	matters: list[dict],
	seed: int,
) -> None:
	"""Write what stands around the cases.

	Args:
		writer: has the cases' rows already.
		district: places and units.
		rules: the site's rule rows.
		cases: as written.
		matters: what people petition about, with the units in charge.
		seed: of the demo; drawn from a source apart, so that the cases stay what they were.
	"""
	Flow(random.Random(f"flow {seed}"), writer, district, rules).write(list(cases), matters)
