import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from petition_proxy.domain import telling
from petition_proxy.permissions.scope import get_scope
from petition_proxy.utils.errors import domain_errors
from petition_proxy.utils.rows import read_row

CASE_COLUMNS = (
	*("petition_kind", "purpose", "workflow_state", "category", "wants_secrecy", "review_status"),
	*("accused_unit", "accused_user", "accused_name", "petitioner", "petitioner_name", "agent", "district"),
	*("name", "external_no", "paper_no", "query_code", "archive_no", "address_text", "preceding_petitioner"),
	*("town", "village", "handling_unit", "filing_channel", "external_key", "written_by"),
)
OPEN_REVIEWS = ("Under Review", "Under Re-review")


class NotToldError(frappe.ValidationError):
	"""The case, or the text about it, may not be published."""


class ToldCase(Document):
	"""A case told to everybody without names. Regulation on Petition Work 2022, arts 18, 30 and 46."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		asked: DF.Text
		category: DF.Link
		consented_on: DF.Date | None
		days_taken: DF.Int
		done: DF.Text
		has_consent: DF.Check
		is_published: DF.Check
		petition: DF.Link | None
		published_on: DF.Date | None
		title: DF.Data

	# end: auto-generated types
	def validate(self):
		self.validate_petition_is_seen()
		self.set_published_on()
		if self.is_published:
			self.validate_may_be_told()

	def validate_petition_is_seen(self):
		"""A link tells that the case exists; nobody sets one to a case that is not his to see."""
		if not self.petition or not self.has_value_changed("petition"):
			return
		row = read_row("Petition", self.petition, CASE_COLUMNS)
		if not row or not get_scope().covers(row):
			frappe.throw(_("There is no such petition in your district."), frappe.PermissionError)

	def set_published_on(self):
		if not self.is_published:
			self.published_on = None
		elif not self.published_on:
			self.published_on = getdate()

	def validate_may_be_told(self):
		case = read_row("Petition", self.petition, CASE_COLUMNS) if self.petition else None
		with domain_errors(NotToldError):
			telling.check_consent(bool(self.has_consent), _day(self.consented_on), getdate())
			if case:
				telling.check_case(self.get_facts(case))
			elif self.is_restricted(self.category):
				telling.check_case(telling.CaseFacts(state=telling.ENDED_STATES[0], is_restricted=True))
			telling.check_texts(
				(self.title, self.asked, self.done), _names(case) if case else (), _numbers(case)
			)

	def get_facts(self, case: frappe._dict) -> telling.CaseFacts:
		return telling.CaseFacts(
			kind=case.petition_kind,
			purpose=case.purpose,
			state=case.workflow_state,
			is_restricted=self.is_restricted(case.category) or self.is_restricted(self.category),
			wants_secrecy=bool(case.wants_secrecy)
			or bool(frappe.db.get_value("Petitioner", case.petitioner, "wants_secrecy")),
			has_accused=bool(case.accused_unit or case.accused_user or case.accused_name),
			is_under_review=case.review_status in OPEN_REVIEWS,
		)

	def is_restricted(self, category: str | None) -> bool:
		return bool(category and frappe.db.get_value("Petition Category", category, "is_restricted"))


def _day(value):
	return getdate(value) if value else None


def _names(case: frappe._dict) -> list[str | None]:
	"""Everybody in the case, and where the petitioner lives."""
	rounds = frappe.get_all(
		"Petition Round", filters={"petition": case.name}, pluck="agent", order_by="creation asc"
	)
	return [
		case.petitioner_name,
		case.address_text,
		case.written_by,
		*_column("Petitioner", "petitioner_name", "name", (case.petitioner, case.preceding_petitioner)),
		*_column("Proxy Agent", "agent_name", "name", (case.agent, *rounds)),
		*_column("Petition Member", "member_name", "parent", (case.name,)),
	]


def _column(doctype: str, column: str, key: str, values: tuple[str | None, ...]) -> list[str]:
	wanted = sorted({value for value in values if value})
	return frappe.get_all(doctype, filters={key: ("in", wanted)}, pluck=column, order_by=f"{column} asc")


def _numbers(case: frappe._dict | None) -> list[str | None]:
	if not case:
		return []
	return [case.name, case.external_no, case.external_key, case.paper_no, case.query_code, case.archive_no]
