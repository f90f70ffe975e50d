import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime

from petition_proxy.domain import ratings
from petition_proxy.domain.lifecycle import CLERK, OFFICE, TOWN, VILLAGE
from petition_proxy.permissions.bearer import current_bearer
from petition_proxy.permissions.scope import get_scope
from petition_proxy.utils.errors import domain_errors

PORTAL, QUERY_CODE, RATING_LINK = "Portal", "Query Code", "Rating Link"
# Given by the petitioner alone: an office that enters what it was told chooses another.
PETITIONER_CHANNELS = frozenset({PORTAL, QUERY_CODE, RATING_LINK})
ENTERING_ROLES = frozenset({VILLAGE, TOWN, OFFICE, CLERK})
FIXED_FIELDS = (
	"petition",
	"round",
	"rated_party",
	"unit",
	"agent",
	"channel",
	"entered_by",
	"entered_at",
	"device_hash",
)
SAID_FIELDS = ("rating", "standard_reasons", "reasons", "comment")
CASE_FIELDS = (
	"name",
	"round",
	"petitioner",
	"agent",
	"handling_unit",
	"served_at",
	"district",
	"town",
	"village",
	"accused_unit",
	"accused_user",
	"petition_kind",
	"filing_channel",
)


class EvaluationError(frappe.ValidationError):
	"""The rating cannot be given (now, by this person, for this party)."""


class Evaluation(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		agent: DF.Link | None
		channel: DF.Literal["Portal", "Query Code", "Rating Link", "Call-back", "Paper", "Counter"]
		comment: DF.SmallText | None
		device_hash: DF.Data | None
		entered_at: DF.Datetime | None
		entered_by: DF.Link | None
		evaluation_key: DF.Data | None
		evidence: DF.Attach | None
		petition: DF.Link
		rated_party: DF.Literal["Handling Unit", "Proxy Agent", "Petition Office"]
		rating: DF.Literal["Satisfied", "Basically Satisfied", "Dissatisfied"]
		reasons: DF.SmallText | None
		revision_count: DF.Int
		round: DF.Int
		standard_reasons: DF.SmallText | None
		unit: DF.Link | None

	# end: auto-generated types
	def before_insert(self):
		self.device_hash = None
		self.entered_by = frappe.session.user
		self.entered_at = now_datetime()
		self.revision_count = 0

	def validate(self):
		case = self.get_case()
		if self.is_new():
			self.set_rated_party(case)
		else:
			self.validate_only_rating_changed()
		self.validate_who_enters(case)
		self.validate_window(case)
		self.validate_rating()

	def on_trash(self):
		frappe.throw(_("A rating is part of the case and cannot be deleted."), EvaluationError)

	def get_case(self) -> frappe._dict:
		case = frappe.db.get_value("Petition", self.petition, CASE_FIELDS, as_dict=True)
		if not case:
			frappe.throw(_("Choose the petition that is rated."), EvaluationError)
		return case

	def set_rated_party(self, case):
		"""One rating per party and round; the parties are those of the case, not what was typed."""
		self.round = case.round
		self.unit = case.handling_unit if self.rated_party == "Handling Unit" else None
		self.agent = case.agent if self.rated_party == "Proxy Agent" else None
		if self.rated_party == "Petition Office":
			self.unit = frappe.db.get_single_value("Petition Proxy Settings", "petition_office")
		if not (self.unit or self.agent):
			frappe.throw(_("This petition has no {0} to rate.").format(_(self.rated_party)), EvaluationError)
		self.evaluation_key = f"{case.name}|{case.round}|{self.rated_party}"
		if frappe.db.exists("Evaluation", {"evaluation_key": self.evaluation_key}):
			frappe.throw(
				_("{0} has been rated for this petition already. Open that rating to change it once.").format(
					_(self.rated_party)
				),
				EvaluationError,
			)

	def validate_only_rating_changed(self):
		before = self.get_doc_before_save()
		if any(str(before.get(f) or "") != str(self.get(f) or "") for f in FIXED_FIELDS):
			frappe.throw(_("Only the rating, its reasons and the comment can be changed."), EvaluationError)
		self.revision_count = before.revision_count
		if any((before.get(f) or "") != (self.get(f) or "") for f in SAID_FIELDS):
			self.revision_count += 1

	def validate_who_enters(self, case):
		"""A rating comes from the petitioner, or from an office that is not the rated one; never from the agent."""
		user = frappe.session.user
		if user == "Administrator":
			return
		if case.agent and frappe.db.get_value("Proxy Agent", case.agent, "user") == user:
			frappe.throw(_("An agent cannot enter or change ratings of the own cases."), EvaluationError)
		scope = get_scope(user)
		bearer = current_bearer()
		if scope.is_petitioner_of(case):
			self.channel = bearer.channel if bearer else PORTAL
			self.device_hash = bearer.device if bearer else None
			return
		if self.channel in PETITIONER_CHANNELS:
			frappe.throw(
				_("Only the petitioner rates through the portal. Choose call-back, paper or counter."),
				EvaluationError,
			)
		if not ENTERING_ROLES.intersection(frappe.get_roles(user)) or not scope.covers(case):
			frappe.throw(_("You cannot enter a rating for this petition."), frappe.PermissionError)
		if self.unit in scope.units:
			frappe.throw(_("Somebody outside the rated unit must enter this rating."), EvaluationError)

	def validate_window(self, case):
		days = frappe.db.get_single_value("Petition Proxy Settings", "evaluation_window_days")
		if not case.served_at:
			frappe.throw(
				_("The reply has not been handed over yet, so nothing can be rated."), EvaluationError
			)
		# an unchanged save is no revision; the first one may be followed by one change
		earlier = max(self.revision_count - 1, 0)
		with domain_errors(EvaluationError):
			allowed = ratings.may_rate(case.served_at, now_datetime(), days, earlier)
		if not allowed:
			frappe.throw(
				_(
					"A rating can be given for {0} days after the reply was handed over, and changed once."
				).format(days),
				EvaluationError,
			)

	def validate_rating(self):
		with domain_errors(EvaluationError):
			given = (line.strip() for line in (self.standard_reasons or "").splitlines())
			ticked = ratings.check_reasons(self.rated_party, filter(None, given))
			self.standard_reasons = "\n".join(ticked) or None
			if ratings.needs_reasons(self.rating) and not (ticked or (self.reasons or "").strip()):
				frappe.throw(_("Say why you are dissatisfied."), EvaluationError)
