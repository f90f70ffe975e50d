import frappe
from frappe import _
from frappe.model.document import Document
from frappe.model.naming import make_autoname
from frappe.utils import add_days, cint, getdate, now_datetime

from petition_proxy.permissions.money import has_consequence_permission
from petition_proxy.utils.append_only import refuse_deletion
from petition_proxy.utils.rows import read_row
from petition_proxy.utils.server_fields import keep_read_only_fields
from petition_proxy.utils.settings import get_setting

OPEN_STATUSES = ("Proposed", "Answered")


class ConsequenceError(frappe.ValidationError):
	"""The consequence cannot be proposed, answered or decided (now, by this person)."""


class AgentConsequence(Document):
	"""One step against an agent who did not do the work: proposed, answered by the agent, decided by somebody else."""

	def before_insert(self):
		if not self.flags.by_rule:
			keep_read_only_fields(self)
		self.status = "Proposed"
		self.set_agent()
		self.proposed_by, self.proposed_at = frappe.session.user, now_datetime()
		self.answer_by = add_days(getdate(), cint(get_setting("consequence_answer_days")))
		self.consequence_key = f"{self.agent}|{self.step}|open"
		self.validate_first()

	def autoname(self):
		self.name = make_autoname(f"AC-{(self.district or '')[:6]}-.YYYY.-.#####", doc=self)

	def validate(self):
		if not self.is_new():
			keep_read_only_fields(self)
		if not (self.grounds or "").strip():
			frappe.throw(_("Say what the agent did or did not do."), ConsequenceError)

	def on_trash(self):
		refuse_deletion(self)

	# verbs

	def set_agent(self):
		row = read_row(
			"Proxy Agent", self.agent, ("agent_name", "user", "status", "district", "town", "village")
		)
		if not row:
			frappe.throw(_("Choose the agent."), ConsequenceError)
		self.agent_name = row.agent_name
		self.district, self.town, self.village = row.district, row.town, row.village
		if not has_consequence_permission(self, "write"):
			frappe.throw(_("This agent is outside your area."), frappe.PermissionError)
		if row.user and row.user == frappe.session.user:
			frappe.throw(
				_("Nobody decides about himself. Somebody else must propose this."), ConsequenceError
			)
		if row.status in ("Left", "Removed"):
			frappe.throw(
				_("{0} is no longer an agent (status: {1}).").format(
					row.agent_name, _(row.status, context="Proxy Agent")
				),
				ConsequenceError,
			)

	def validate_first(self):
		other = frappe.db.get_value("Agent Consequence", {"consequence_key": self.consequence_key})
		if other:
			frappe.throw(
				_("The same step is proposed already and not decided: {0}. Decide that one.").format(other),
				ConsequenceError,
			)
