"""Writing planned agents set-wise: new rows, changes, history and certificates, each in a few statements."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import frappe
from frappe import _
from frappe.utils import now_datetime

from petition_proxy.domain.agent_lifecycle import ENTERED, ON_DUTY, RECLASSIFIED, Act
from petition_proxy.petition_proxy.doctype.agent_certificate.passes import insert_certificates, refresh_passes
from petition_proxy.petition_proxy.doctype.agent_status_change.record import SNAPSHOT_FIELDS, record_changes
from petition_proxy.utils.series import reserve

ROWS_PER_STATEMENT = 500
CHANGEABLE = (
	*("agent_name", "sex", "birth_date", "agent_class", "is_public_staff", "skill", "duty_phone", "email"),
	*("village", "town", "district", "status", "status_since", "on_duty_from"),
	*("masked_id_number", "sealed_id_number", "id_hash", "masked_bank_account", "sealed_bank_account"),
)


@dataclass
class NewAgent:
	"""Fields of a new agent, and the certificate that came along."""

	values: dict
	certificate: dict | None = None


@dataclass
class AgentWriter:
	"""Collects what an import is to write; `write` does it.

	Args:
		today: day from which changes hold.
	"""

	today: date
	new: list[NewAgent] = field(default_factory=list)
	changes: list[tuple[frappe._dict, dict, Act | None]] = field(default_factory=list)
	certificates: list[dict] = field(default_factory=list)

	def add_change(
		self, known: frappe._dict, changed: dict, act: Act | None, certificate: dict | None
	) -> None:
		"""Plan the change of an agent on file.

		Args:
			known: row as it is on file.
			changed: fields with new values.
			act: change of status, if one.
			certificate: a new one, if one.
		"""
		if act:
			changed = {**changed, "status": act.target, "status_since": self.today}
			if act.target == ON_DUTY and not known.on_duty_from:
				changed["on_duty_from"] = self.today
		self.changes.append((known, changed, act))
		if certificate:
			name = changed.get("agent_name", known.agent_name)
			self.certificates.append({**certificate, "agent": known.name, "agent_name": name})

	def write(self) -> None:
		self._insert_new()
		self._update_known()
		insert_certificates(self.certificates)
		refresh_passes(sorted({row["agent"] for row in self.certificates}))

	def _insert_new(self) -> None:
		if not self.new:
			return
		now, user = now_datetime(), frappe.session.user
		names = self._reserve([agent.values["district"] for agent in self.new])
		columns = list(self.new[0].values)
		rows, history = [], []
		for name, agent in zip(names, self.new, strict=True):
			rows.append((name, user, user, now, now, 0, 0, name, *(agent.values[c] for c in columns)))
			history.append(self._history(name, agent.values, ENTERED, "", agent.values["status_since"]))
			if agent.certificate:
				title = agent.values["agent_name"]
				self.certificates.append({**agent.certificate, "agent": name, "agent_name": title})
		standard = ["name", "owner", "modified_by", "creation", "modified", "docstatus", "idx", "agent_no"]
		frappe.db.bulk_insert("Proxy Agent", [*standard, *columns], rows, chunk_size=1000)
		record_changes(history)

	def _reserve(self, districts: Sequence[str]) -> list[str]:
		"""Numbers of the controller's series, one block a district."""
		prefixes = [f"PA-{district[:6]}-" for district in districts]
		following = {prefix: reserve(prefix, prefixes.count(prefix)) for prefix in sorted(set(prefixes))}
		names = []
		for prefix in prefixes:
			names.append(f"{prefix}{following[prefix]:05d}")
			following[prefix] += 1
		return names

	def _update_known(self) -> None:
		changed = [(known, values, act) for known, values, act in self.changes if values]
		for start in range(0, len(changed), ROWS_PER_STATEMENT):
			_update([(known, values) for known, values, _act in changed[start : start + ROWS_PER_STATEMENT]])
		history = []
		for known, values, act in changed:
			merged = {**known, **values}
			if act:
				history.append(self._history(known.name, merged, act.action, known.status, self.today))
			elif any(f in values for f in SNAPSHOT_FIELDS):
				history.append(self._history(known.name, merged, RECLASSIFIED, known.status, self.today))
		record_changes(history)
		for known, _values, _act in changed:
			frappe.clear_document_cache("Proxy Agent", known.name)

	def _history(self, name: str, values: dict, action: str, before: str, on: date) -> dict:
		return {
			**{f: values.get(f) for f in SNAPSHOT_FIELDS},
			"agent": name,
			"agent_name": values["agent_name"],
			"action": action,
			"from_status": before,
			"to_status": values["status"],
			"effective_on": on,
			"reason": _("Imported from the roster file"),
		}


def _update(changes: Sequence[tuple[frappe._dict, dict]]) -> None:
	"""Change many agents in one statement; a field that one row leaves alone keeps its value there."""
	fields = [f for f in CHANGEABLE if any(f in values for _known, values in changes)]
	flags = [f"has_{f}" for f in fields]
	row = f"(%s, {', '.join(['%s, %s'] * len(fields))})"
	head = ", ".join(f"`{f}`, 0 `{flag}`" for f, flag in zip(fields, flags, strict=True))
	sets = ", ".join(
		f"agent.`{f}` = if(move.`{flag}`, move.`{f}`, agent.`{f}`)"
		for f, flag in zip(fields, flags, strict=True)
	)
	values = [
		cell
		for known, changed in changes
		for cell in (known.name, *(c for f in fields for c in (changed.get(f), int(f in changed))))
	]
	frappe.db.sql(
		f"""update `tabProxy Agent` agent
		join (
			-- no row, but its types and collation are the table's
			select name, {head} from `tabProxy Agent` where false
			union all values {", ".join([row] * len(changes))}
		) move on move.name = agent.name
		set {sets}, agent.modified = %s, agent.modified_by = %s""",
		[*values, now_datetime(), frappe.session.user],
	)
