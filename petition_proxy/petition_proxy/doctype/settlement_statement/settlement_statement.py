import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime, getdate, now_datetime

from petition_proxy.domain import dates
from petition_proxy.domain.lifecycle import CLERK, OFFICE, TOWN, VILLAGE
from petition_proxy.permissions.scope import get_scope
from petition_proxy.petition_proxy.doctype.petition_event.record import record_event
from petition_proxy.utils.append_only import refuse_deletion
from petition_proxy.utils.errors import domain_errors
from petition_proxy.utils.files import keep_private

ENTERING_ROLES = frozenset({VILLAGE, TOWN, OFFICE, CLERK})
DRAFT, CONFIRMED = "Draft", "Confirmed"
CASE_FIELDS = (
	"name",
	"round",
	"workflow_state",
	"petitioner",
	"petitioner_name",
	"agent",
	"handling_unit",
	"served_at",
)


class StatementError(frappe.ValidationError):
	"""The statement is not free, not signed, too early, or not this person's to enter or confirm."""


class SettlementStatement(Document):
	"""The petitioner's own statement that the matter is settled and will not be petitioned again (息诉息访).

	It follows the service of the answer and is never asked for beforehand, so nothing can be made to depend on it.
	"""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		confirmed_at: DF.Datetime | None
		confirmed_by: DF.Link | None
		entered_by: DF.Link | None
		is_voluntary: DF.Check
		petition: DF.Link
		petitioner_name: DF.Data | None
		photo: DF.Attach | None
		round: DF.Int
		statement: DF.Text
		statement_key: DF.Data | None
		stated_on: DF.Date
		status: DF.Literal["Draft", "Confirmed"]

	# end: auto-generated types
	def before_insert(self):
		case = self.get_case()
		self.round = case.round or 1
		self.petitioner_name = case.petitioner_name
		self.status = DRAFT
		self.confirmed_by = self.confirmed_at = None
		self.entered_by = frappe.session.user
		self.set_key()

	def validate(self):
		self.keep_server_fields()
		self.validate_who_enters()
		self.validate_after_service()
		self.validate_not_confirmed()

	def on_update(self):
		keep_private(self, ("photo",))

	def on_trash(self):
		refuse_deletion(self)

	# verbs

	def get_case(self) -> frappe._dict:
		case = frappe.db.get_value("Petition", self.petition, CASE_FIELDS, as_dict=True)
		if not case:
			frappe.throw(_("Choose the petition that is settled."), StatementError)
		return case

	def set_key(self):
		"""One statement per case and round."""
		self.statement_key = f"{self.petition}|{self.round}"
		if name := frappe.db.get_value("Settlement Statement", {"statement_key": self.statement_key}):
			frappe.throw(
				_("There is a statement for this case already: {0}. Open that one.").format(name),
				StatementError,
			)

	def keep_server_fields(self):
		before = self.get_doc_before_save()
		if not before:
			return
		for df in self.meta.fields:
			if df.read_only:
				self.set(df.fieldname, before.get(df.fieldname))

	def validate_who_enters(self):
		"""An office of the place enters it; the agent, who may gain by it, never does."""
		user = frappe.session.user
		scope = get_scope()
		if scope.sees_all:
			return
		case = self.get_case()
		is_agent = case.agent and frappe.db.get_value("Proxy Agent", case.agent, "user") == user
		if is_agent or not ENTERING_ROLES.intersection(frappe.get_roles(user)):
			frappe.throw(
				_("The village, the town or the petition office enters the statement, never the agent."),
				StatementError,
			)

	def validate_after_service(self):
		"""Never a condition for an answer: it is stated after the answer was handed over, and not in the future."""
		case = self.get_case()
		if not case.served_at:
			frappe.throw(
				_("The answer has not been handed over yet. A statement may not be asked for beforehand."),
				StatementError,
			)
		with domain_errors(StatementError):
			dates.check_order(get_datetime(case.served_at), getdate(self.stated_on), "Served At", "Stated On")
			dates.check_not_future(getdate(self.stated_on), now_datetime(), "Stated On")

	def validate_not_confirmed(self):
		before = self.get_doc_before_save()
		if before and before.status == CONFIRMED:
			frappe.throw(_("The statement was confirmed and stands."), StatementError)

	def confirm(self):
		"""An officer who is neither handler nor agent confirms it with the petitioner.

		Raises:
			StatementError: confirmed already, not signed, not ticked as free, or by the handler or the agent.
		"""
		if self.status == CONFIRMED:
			frappe.throw(
				_("The statement was confirmed already by {0}.").format(self.confirmed_by), StatementError
			)
		if not self.is_voluntary:
			frappe.throw(_("Tick first that the petitioner states this freely."), StatementError)
		if not (self.signature or self.photo):
			frappe.throw(
				_(
					"The petitioner has not signed. Have it signed here or attach a photo of the signed paper."
				),
				StatementError,
			)
		case, scope = self.get_case(), get_scope()
		self.validate_who_enters()
		if case.handling_unit in scope.units:
			frappe.throw(
				_("Somebody outside the unit that handled the case confirms the statement."), StatementError
			)
		self.db_set(
			{"status": CONFIRMED, "confirmed_by": frappe.session.user, "confirmed_at": now_datetime()}
		)
		petition = frappe.get_doc("Petition", self.petition)
		state = petition.workflow_state
		record_event(petition, "Confirm Settlement", state, state, self.statement)
