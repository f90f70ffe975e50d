"""Letters and receipts of the demo cases: notices, opinion letters with their numbers, proof of service. Written set-wise."""

import random
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

import frappe
from frappe.utils import cint

from petition_proxy.domain import letters as rules
from petition_proxy.domain import lifecycle, opinions, refusals, service
from petition_proxy.setup.demo import words
from petition_proxy.setup.demo.cases import OFFICE_POST, Case, actor_of
from petition_proxy.setup.demo.places import District, Unit
from petition_proxy.setup.demo.writer import Writer
from petition_proxy.setup.masters import read_fixture
from petition_proxy.utils.series import reserve

OTHER_RESULTS = {
	"Settled on the Spot": opinions.SUPPORTED,
	"Led to Statutory Route": opinions.EXPLAINED,
	"Reconciled": opinions.MEDIATED,
}
ORAL_DAYS, REVIEW_DAYS = 15, 30
TOLD_OF_TEN = 9
HIGHER_BODY = "上一级机关"
REVIEW_PAPERS = "本意见书、身份证明、复查申请书"
LEGAL_BASIS = "《信访工作条例》第三十一条第六项、第三十二条"
REASONS = {
	opinions.PARTLY: "其中有依据、能落实的部分予以支持,其余部分缺乏政策依据,已当面说明。",
	opinions.EXPLAINED: "诉求事由合理,但现行政策没有相应规定,已作解释说明。",
	opinions.NOT_SUPPORTED: "经核实,诉求与事实不符或没有政策依据。",
	opinions.MEDIATED: "经调解,双方自愿达成协议并已签字,调解协议书随卷保存。",
}


class Papers:
	"""Collects the papers of all cases; numbers are given at the end, in the order in which letters were issued.

	Args:
		rng: source of chance, apart from the one that draws the cases.
		writer: takes the rows.
		district: places and units.
	"""

	def __init__(self, rng: random.Random, writer: Writer, district: District) -> None:
		self.rng = rng
		self.writer = writer
		self.district = district
		self.words = {row["kind"]: row["word"] for row in read_fixture("letter_words")}
		self.rows = {row["name"]: row for row in writer.rows["Petition"]}
		self.issued: list[tuple[datetime, Unit, str, dict]] = []
		self.letters: list[tuple[datetime, Case]] = []
		self.receipts: list[tuple[datetime, Case]] = []

	def write(self, cases: Iterable[Case]) -> None:
		for case in cases:
			self.plan(case)
		letter_names = self._names("YJ", self.letters, 5)
		for (signed, case), name in zip(self.letters, letter_names, strict=True):
			self.write_letter(case, name, signed)
		for served, case in self.receipts:
			self.write_receipt(case, served)
		self.number()

	def plan(self, case: Case) -> None:
		"""What a case has given rise to so far."""
		at, row = case.at, self.rows[case.name]
		for stamp, kind in (("accepted_at", rules.ACCEPTANCE), ("refused_at", rules.REFUSAL)):
			if stamp in at:
				if case.state == lifecycle.NOT_ACCEPTED_AGAIN:
					kind = rules.NO_LONGER
				self.issue(at[stamp], case.unit, kind, self.notice(case, at[stamp]))
		if "replied_at" in at and refusals.has_statutory_clock(case.matter["kind"], None):
			oral = (at["replied_at"].date() - case.petitioned_at.date()).days <= ORAL_DAYS
			if case.outcome == "Settled on the Spot" and oral:
				row["is_oral_consent"] = 1
			else:
				self.letters.append((at["replied_at"] - timedelta(minutes=1), case))
		if "served_at" in at and not case.is_settled:
			self.receipts.append((at["served_at"], case))

	def _names(self, series: str, dated: list[tuple[datetime, Case]], digits: int) -> list[str]:
		"""Sort by moment and number by year, as the controllers' series would have."""
		dated.sort(key=lambda pair: (pair[0], pair[1].name))
		names: list[str] = []
		for year in sorted({moment.year for moment, _case in dated}):
			count = sum(moment.year == year for moment, _case in dated)
			prefix = f"{series}-{self.district.short_code}-{year}-"
			first = reserve(prefix, count)
			names += [f"{prefix}{number:0{digits}d}" for number in range(first, first + count)]
		return names

	# letters

	def issue(self, moment: datetime, unit: Unit, kind: str, values: dict) -> str:
		"""Enter a letter; its number comes later."""
		name = f"{self.rng.getrandbits(40):010x}"
		self.issued.append((moment, unit, kind, {"name": name, **values}))
		return name

	def notice(self, case: Case, moment: datetime) -> dict:
		"""A notice, in most cases already given to the petitioner by the agent or the unit."""
		told = {}
		told_at = moment + timedelta(hours=self.rng.uniform(1, 40))
		if told_at < self.writer.now and self.rng.randrange(10) < TOLD_OF_TEN:
			by_agent = bool(case.agent and case.agent.user)
			told = {
				"told_at": told_at.replace(microsecond=0),
				"told_by": case.agent.user if by_agent else case.unit.worker,
				"told_how": "By Agent" if by_agent else "In Writing",
			}
		return {
			"petition": case.name,
			"signer": case.unit.worker,
			"reference_doctype": "Petition",
			"reference_name": case.name,
			**told,
		}

	def write_letter(self, case: Case, name: str, signed: datetime) -> None:
		"""Drafted by the worker, checked by a second person, signed by the head."""
		unit, row = case.unit, self.rows[case.name]
		signer = unit.head or "Administrator"
		result = OTHER_RESULTS.get(case.outcome, case.outcome)
		bodies = self.bodies_of_review(unit)
		opinion = case.reply.replace(HIGHER_BODY, bodies[0])
		if bodies[0] not in opinion:
			opinion += f"如对本意见不服,可自收到之日起三十日内请求{bodies[0]}复查。"
		entry = self.issue(
			signed,
			unit,
			rules.OPINION,
			{
				"petition": case.name,
				"signer": signer,
				"reference_doctype": "Opinion Letter",
				"reference_name": name,
			},
		)
		drafted = max(case.at["accepted_at"].date(), signed.date() - timedelta(days=2))
		self.writer.add(
			"Opinion Letter",
			name,
			at=signed - timedelta(minutes=self.rng.randrange(5, 20)),
			owner=unit.worker,
			changed_at=signed,
			changed_by=signer,
			docstatus=1,
			petition=case.name,
			subject=case.subject,
			round=1,
			version=1,
			status=opinions.SIGNED,
			unit=unit.code,
			request_summary=case.request or case.content,
			facts_found=f"{unit.name}收到信访事项后,派员听取了信访人(代理员)陈述,查阅了有关材料并到现场核实。经查:{case.content}",
			legal_basis=LEGAL_BASIS,
			opinion_text=opinion,
			overall_outcome=result,
			remedy_body=bodies[0],
			remedy_body_2=bodies[1] if len(bodies) > 1 else None,
			remedy_days=REVIEW_DAYS,
			remedy_papers=REVIEW_PAPERS,
			copy_recipients=self.district.by_name[OFFICE_POST].name,
			drafted_by=unit.worker,
			drafted_on=drafted,
			checked_by=next((u for u in unit.members[1:]), signer),
			checked_at=signed - timedelta(minutes=2),
			signed_by=signer,
			signed_on=signed.date(),
			signed_at=signed,
			official_letter=entry,
		)
		self.writer.add(
			"Opinion Item",
			at=signed,
			owner=unit.worker,
			parent=name,
			parenttype="Opinion Letter",
			parentfield="items",
			idx=1,
			docstatus=1,
			request_item=case.request or case.subject,
			result=result,
			reason=REASONS.get(result),
		)
		row.update(opinion_letter=name, reply_text=opinion, outcome=result)

	def bodies_of_review(self, unit: Unit) -> list[str]:
		"""The superiors of the unit, its territory's first (R22 art. 35)."""
		above = dict.fromkeys(code for code in (unit.territory_parent, unit.line_superior) if code)
		return [self.district.units[code].name for code in above] or ["区人民政府"]

	# receipts

	def write_receipt(self, case: Case, served: datetime) -> None:
		"""The proof that the way of service asks for."""
		row = self.rows[case.name]
		step = next(step for step, _moment in case.steps if step.action == "Serve")
		server = actor_of(self.district, case, step)
		method = row["service_method"]
		proof: dict = {}
		if method in (service.BY_AGENT, service.IN_PERSON):
			proof = {"signature": self.rng.choice(words.signatures())}
		elif method == service.BY_POST:
			replied = case.at["replied_at"].date()
			proof = {
				"post_no": f"XF{self.rng.randrange(10**9):09d}",
				"posted_on": max(replied, served.date() - timedelta(days=2)),
			}
		name = f"{self.rng.getrandbits(40):010x}"
		self.writer.add(
			"Service Receipt",
			name,
			at=served,
			owner=server,
			petition=case.name,
			round=1,
			document_type=service_document(row),
			document=row.get("opinion_letter"),
			result=service.SERVED,
			method=method,
			attempt_no=1,
			served_at=served,
			place=None if method == service.ONLINE else case.address or case.village.name,
			served_by=server,
			server_name=case.agent.title if case.agent and case.agent.user == server else case.unit.name,
			recipient=case.petitioner.title,
			receiver_name=case.petitioner.title,
			relation="The Petitioner",
			remark=case.service_note,
			**proof,
		)
		row["service_receipt"] = name

	# numbers

	def number(self) -> None:
		"""Serials per unit, kind and year in the order of issue, and the register's rows."""
		prefixes = letter_words(self.district)
		groups = defaultdict(list)
		for moment, unit, kind, values in sorted(self.issued, key=lambda i: (i[0], i[3]["name"])):
			groups[(unit.code, kind, moment.year)].append((moment, values))
		last = _take_serials({f"{u}|{k}|{y}|": len(found) for (u, k, y), found in groups.items()})
		numbers: dict[str, str] = {}
		for (unit, kind, year), found in groups.items():
			first = last[f"{unit}|{kind}|{year}|"] - len(found) + 1
			for serial, (moment, values) in enumerate(found, start=first):
				number = rules.official_number(prefixes[unit], self.words[kind], year, serial)
				numbers[values["name"]] = number
				self.writer.add(
					"Official Letter",
					at=moment,
					owner=values["signer"],
					number=number,
					kind=kind,
					round=1,
					unit=unit,
					year=year,
					serial=serial,
					issued_on=moment.date(),
					**values,
				)
		for row in self.writer.rows.get("Opinion Letter", ()):
			row["letter_no"] = numbers[row["official_letter"]]


def service_document(row: dict) -> str | None:
	"""What was handed over: the letter, or a simple reply without one."""
	return "Opinion Letter" if row.get("opinion_letter") else None


def write_papers(writer: Writer, district: District, cases: list[Case], seed: int) -> None:
	"""Write the papers of all cases.

	Args:
		writer: has the cases' rows already.
		district: places and units.
		cases: as written.
		seed: of the demo; the papers draw from a source of their own, so that the cases stay what they were.
	"""
	Papers(random.Random(f"papers {seed}"), writer, district).write(cases)


def _take_serials(counts: dict[str, int]) -> dict[str, int]:
	"""Move the series of the letters on, all at once.

	Args:
		counts: series to how many numbers are taken.

	Returns:
		Series to the last number taken.
	"""
	if not counts:
		return {}
	names = list(counts)
	marks = ", ".join(["%s"] * len(names))
	known = dict(
		frappe.db.sql(f"select name, `current` from `tabSeries` where name in ({marks}) for update", names)
	)
	last = {name: cint(known.get(name)) + count for name, count in counts.items()}
	rows = ", ".join(["(%s, %s)"] * len(names))
	frappe.db.sql(
		f"insert into `tabSeries` (name, `current`) values {rows} on duplicate key update `current` = values(`current`)",
		[value for pair in last.items() for value in pair],
	)
	return last


ISSUING_TYPES = frozenset(
	{
		"Petition Office",
		"District Government",
		"District Department",
		"Town",
		"Platform Manager",
		"Public Service Enterprise",
	}
)


def letter_words(district: District) -> dict[str, str]:
	"""A short word for the letter numbers of each unit that issues letters, all different: 云信, 云规划, 望江街."""
	given: dict[str, str] = {}
	for unit in district.units.values():
		if unit.unit_type not in ISSUING_TYPES:
			continue
		given[unit.code] = _word(unit, set(given.values()))
	return given


def _word(unit: Unit, taken: set[str]) -> str:
	if unit.short_name == OFFICE_POST:
		return "云信"
	if unit.unit_type == "Town":
		core = unit.short_name.removesuffix("办事处").removesuffix("人民政府")
		return core.removesuffix("道") if core.endswith("街道") else core
	core = unit.short_name.removeprefix("区").removeprefix("云江")
	for length in range(2, len(core) + 1):
		if (word := f"云{core[:length]}") not in taken:
			return word
	return f"云{core}{len(taken)}"
