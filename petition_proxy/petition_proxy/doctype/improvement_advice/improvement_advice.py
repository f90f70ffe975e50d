import frappe
from frappe import _
from frappe.model.document import Document
from frappe.model.naming import make_autoname
from frappe.utils import getdate, now_datetime, today

from petition_proxy.permissions.scope import get_scope
from petition_proxy.utils.append_only import refuse_deletion
from petition_proxy.utils.files import keep_private

DRAFT, ISSUED, ANSWERED = "Draft", "Issued", "Answered"
FACTS = ("kind", "subject", "to_unit", "about_unit", "petition", "reply_by", "finding", "advice")


class AdviceError(frappe.ValidationError):
	"""The advice cannot be written, issued or answered so."""


class ImprovementAdvice(Document):
	"""One of the three kinds of advice (三项建议): improve work, improve policy, hold accountable. Art. 40."""

	def before_insert(self):
		self.set_issuer()

	def autoname(self):
		self.name = make_autoname(f"JY-{(self.district or '')[:6]}-.YYYY.-.#####", doc=self)

	def validate(self):
		self.restore_system_fields()
		self.validate_facts_stand()
		self.validate_units()
		self.validate_petition()

	def on_update(self):
		keep_private(self, ("feedback_attachment",))

	def on_trash(self):
		refuse_deletion(self)

	# verbs

	def set_issuer(self):
		"""The office that writes it, and its district, which decides who sees it."""
		office = frappe.db.get_single_value("Petition Proxy Settings", "petition_office")
		scope = get_scope()
		unit = office if scope.sees_all or office in scope.units else None
		if not unit:
			frappe.throw(_("Only the petition office gives advice."), AdviceError)
		self.issued_by_unit = unit
		self.district = frappe.db.get_value("Handling Unit", unit, "district")

	def restore_system_fields(self):
		"""What the desk shows read-only is written by the server alone."""
		if self.flags.by_act:
			return
		before = self.get_doc_before_save()
		for df in self.meta.fields:
			if df.read_only and df.fieldname not in ("district", "issued_by_unit"):
				self.set(df.fieldname, before.get(df.fieldname) if before else None)
		if before:
			self.district, self.issued_by_unit = before.district, before.issued_by_unit
		self.status = self.status or DRAFT

	def validate_facts_stand(self):
		before = self.get_doc_before_save()
		if not before or before.status == DRAFT:
			return
		changed = [f for f in FACTS if str(before.get(f) or "") != str(self.get(f) or "")]
		if changed:
			frappe.throw(
				_("The advice has been issued. Write a new one instead of changing it."), AdviceError
			)

	def validate_units(self):
		if self.to_unit == self.issued_by_unit:
			frappe.throw(_("An office does not advise itself. Choose another unit."), AdviceError)
		if self.kind == "Hold Accountable":
			if not self.about_unit:
				frappe.throw(_("Name the unit at fault."), AdviceError)
		elif self.about_unit:
			frappe.throw(_("A unit at fault is named only in advice to hold accountable."), AdviceError)

	def validate_petition(self):
		"""A case is named only by whoever sees it, and never to the unit or person it complains about (art. 30)."""
		if not self.petition:
			return
		row = frappe.db.get_value("Petition", self.petition, ("name", *CASE_COLUMNS), as_dict=True)
		if not row or (not get_scope().covers(row) and not self.flags.by_act):
			frappe.throw(_("There is no such petition in your area."), frappe.PermissionError)
		if row.accused_unit and row.accused_unit == self.to_unit:
			frappe.throw(
				_("The petition complains about the advised unit. Leave the case out of the advice."),
				AdviceError,
			)


CASE_COLUMNS = (
	*("filing_channel", "district", "town", "village", "handling_unit", "agent", "petitioner"),
	*("accused_unit", "accused_user", "petition_kind"),
)


def issue_advice(name: str) -> None:
	"""Send a draft to the advised unit.

	Args:
		name: the advice.

	Raises:
		AdviceError: issued already, or a day for the answer that has passed.
		frappe.PermissionError: no right to write it.
	"""
	doc = frappe.get_doc("Improvement Advice", name, for_update=True)
	doc.check_permission("write")
	if doc.status != DRAFT:
		frappe.throw(_("The advice has been issued already."), AdviceError)
	if doc.reply_by and getdate(doc.reply_by) < getdate(today()):
		frappe.throw(_("The day for the reply has passed already. Choose a later one."), AdviceError)
	doc.update({"status": ISSUED, "issued_by": frappe.session.user, "issued_at": now_datetime()})
	doc.flags.by_act = True
	doc.save()


def answer_advice(name: str, adoption: str, feedback: str, attachment: str | None = None) -> None:
	"""The advised unit says in writing what it adopts, and why not the rest (art. 40).

	Args:
		name: the advice.
		adoption: "Adopted", "Partly Adopted" or "Not Adopted".
		feedback: what was done, or why not.
		attachment: the paper.

	Raises:
		AdviceError: not issued, answered already, no words, or not a member of the advised unit.
		frappe.PermissionError: out of the person's sight.
	"""
	doc = frappe.get_doc("Improvement Advice", name, for_update=True)
	doc.check_permission("read")
	scope = get_scope()
	if not scope.sees_all and doc.to_unit not in scope.units:
		frappe.throw(_("Only a head or member of the advised unit answers."), AdviceError)
	if doc.status != ISSUED:
		frappe.throw(_("There is nothing to answer: the advice is not issued, or was answered."), AdviceError)
	if adoption not in ("Adopted", "Partly Adopted", "Not Adopted"):
		frappe.throw(_("Say whether the advice is adopted."), AdviceError)
	if not (feedback or "").strip():
		frappe.throw(_("Write down what was done, or why the advice is not adopted."), AdviceError)
	doc.update(
		{
			"status": ANSWERED,
			"adoption": adoption,
			"feedback": feedback.strip(),
			"feedback_attachment": attachment,
			"feedback_by": frappe.session.user,
			"feedback_at": now_datetime(),
		}
	)
	doc.flags.by_act = True
	doc.save(ignore_permissions=True)  # checked above; the advised unit has no right to write
