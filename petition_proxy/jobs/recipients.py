"""Who is told: the people behind the posts that alert rules name, read once per run."""

from typing import NamedTuple

import frappe
from frappe.query_builder import DocType

from petition_proxy.domain import alerts, notices
from petition_proxy.jobs.notice_choices import has_sms, read_choices

HANDLING_UNIT, UNIT_HEAD, TOWN, PETITION_OFFICE = alerts.RECIPIENTS

# Names that never resolve (RFC 2606), as demo and test users carry them.
PLACEHOLDER_DOMAINS = ("invalid", "test", "example", "localhost", "example.com", "example.net", "example.org")


class Addressees(NamedTuple):
	"""The people one rule reaches for one case.

	Args:
		users: user ids; empty if nobody at all can be told.
		unit: the unit whose post was meant.
		is_vacant_post: the post has nobody, so the petition office stands in.
	"""

	users: tuple[str, ...]
	unit: str | None
	is_vacant_post: bool


class Directory:
	"""Units, their people and the channels that reach and suit them: a few queries, whatever the number of cases."""

	def __init__(self, petition_office: str | None) -> None:
		"""
		Args:
			petition_office: unit that stands in for vacant posts (Petition Proxy Settings).
		"""
		self.office = petition_office
		self.heads: dict[str, tuple[str, ...]] = {}
		self.members: dict[str, tuple[str, ...]] = {}
		self.town_units: dict[str, str] = {}
		self.mailboxes: dict[str, str] = {}
		self.texted: set[str] = set()
		self.choices = read_choices()
		self.users: set[str] = set()
		self._inactive: set[str] = set()
		self._resolved: dict[tuple, Addressees] = {}
		self._read_units()
		self._read_people()

	def _read_units(self) -> None:
		units = frappe.get_all(
			"Handling Unit", fields=["name", "unit_type", "region", "is_active"], order_by="name desc"
		)
		for unit in units:
			if not unit.is_active:
				self._inactive.add(unit.name)
			elif unit.unit_type == "Town" and unit.region:
				self.town_units[unit.region] = unit.name  # the lowest code wins if a town has two

	def _read_people(self) -> None:
		unit, member, user = DocType("Handling Unit"), DocType("Handling Unit Member"), DocType("User")
		heads = (
			frappe.qb.from_(unit)
			.join(user)
			.on(user.name == unit.head)
			.select(unit.name, user.name, user.email, user.mobile_no)
			.where(user.enabled == 1)
			.run()
		)
		members = (
			frappe.qb.from_(member)
			.join(user)
			.on(user.name == member.user)
			.select(member.parent, user.name, user.email, user.mobile_no)
			.where((user.enabled == 1) & (member.parenttype == "Handling Unit"))
			.orderby(member.parent, member.idx)
			.run()
		)
		can_mail, can_text = has_outgoing_mail(), has_sms()
		for rows, posts in ((heads, self.heads), (members, self.members)):
			for unit_name, person, email, mobile in rows:
				posts[unit_name] = (*posts.get(unit_name, ()), person)
				self.users.add(person)
				if can_mail and is_deliverable(email):
					self.mailboxes[person] = email
				if can_text and notices.mobile_of(mobile):
					self.texted.add(person)

	def people(self, unit: str | None) -> tuple[str, ...]:
		"""Head and members of a unit, nobody twice, whether the unit is active or not."""
		return tuple(dict.fromkeys((*self.heads.get(unit, ()), *self.members.get(unit, ()))))

	def accused_people(self, accused_unit: str | None, accused_user: str | None) -> frozenset[str]:
		"""Everyone who may not be told of a case because the complaint is about them or their unit."""
		accused = self.people(accused_unit) if accused_unit else ()
		return frozenset((*accused, accused_user) if accused_user else accused)

	def channels(self, user: str | None, event: str = notices.WARNING) -> tuple[str, ...]:
		"""The channels by which a person gets a notice: those that reach and that were chosen.

		Args:
			user: user id; None stands for a post without anybody, whose warning is kept for the desk.
			event: one of domain.notices.EVENTS.
		"""
		if user is None:
			return (notices.DESK,)
		reachable = {notices.DESK}
		if user in self.mailboxes:
			reachable.add(notices.EMAIL)
		if user in self.texted:
			reachable.add(notices.SMS)
		return notices.wanted_channels(event, reachable, self.choices.get(user))

	def resolve(
		self,
		recipient: str,
		handling_unit: str | None,
		town: str | None,
		accused_unit: str | None = None,
		accused_user: str | None = None,
	) -> Addressees:
		"""Find the people whom a rule reaches for one case.

		A unit or person complained about is never told of the case (Regulation on Petition Work, art. 30). A post
		without people falls to the petition office, so that no warning ends nowhere.

		Args:
			recipient: one of domain.alerts.RECIPIENTS.
			handling_unit: unit the case is assigned to, if any.
			town: region of the town or street.
			accused_unit: unit complained about.
			accused_user: person complained about.
		"""
		key = (recipient, handling_unit, town, accused_unit, accused_user)
		if key not in self._resolved:
			self._resolved[key] = self._resolve(*key)
		return self._resolved[key]

	def _resolve(self, recipient, handling_unit, town, accused_unit, accused_user) -> Addressees:
		accused = self.accused_people(accused_unit, accused_user)
		unit = self._unit_meant(recipient, handling_unit, town)
		users = self._holders(recipient, unit)
		users = tuple(u for u in users if u not in accused)
		if users:
			return Addressees(users, unit, False)
		stand_ins = tuple(u for u in self.people(self.office) if u not in accused)
		# A case nobody has assigned yet is the petition office's own work: no post is vacant.
		is_unassigned = recipient in (HANDLING_UNIT, UNIT_HEAD) and not handling_unit
		return Addressees(stand_ins, unit, not (is_unassigned and stand_ins))

	def _unit_meant(self, recipient: str, handling_unit: str | None, town: str | None) -> str | None:
		if recipient == PETITION_OFFICE:
			return self.office
		return self.town_units.get(town) if recipient == TOWN else handling_unit

	def _holders(self, recipient: str, unit: str | None) -> tuple[str, ...]:
		if unit is None or unit in self._inactive:
			return ()
		if recipient == UNIT_HEAD:
			return self.heads.get(unit, ())
		if recipient == HANDLING_UNIT:
			return self.members.get(unit) or self.heads.get(unit, ())
		return self.people(unit)


def is_deliverable(email: str | None) -> bool:
	"""Tell whether an address can receive mail at all: placeholders of demo and test users cannot."""
	if not email or "@" not in email:
		return False
	domain = email.rpartition("@")[2].lower()
	return not any(domain == name or domain.endswith(f".{name}") for name in PLACEHOLDER_DOMAINS)


def has_outgoing_mail() -> bool:
	"""Tell whether the site can send mail: a default outgoing account, or one in the site's configuration."""
	return bool(
		frappe.conf.get("mail_server")
		or frappe.db.exists("Email Account", {"enable_outgoing": 1, "default_outgoing": 1})
	)
