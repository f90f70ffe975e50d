import frappe
from frappe import _
from frappe.model.document import Document
from frappe.model.naming import make_autoname
from frappe.utils import cint, getdate

from petition_proxy.domain import rewards
from petition_proxy.domain.lifecycle import CLERK
from petition_proxy.jobs.reward_settlement import set_entries
from petition_proxy.permissions.money import has_reward_batch_permission
from petition_proxy.petition_proxy.doctype.reward_batch import fill
from petition_proxy.utils.append_only import refuse_deletion
from petition_proxy.utils.places import get_place
from petition_proxy.utils.server_fields import keep_read_only_fields


class RewardBatchError(frappe.ValidationError):
	"""The batch cannot take this step, or not by this person."""


class RewardBatch(Document):
	"""Rewards of one place and time, made by a clerk, checked by the town, approved by the petition office and paid by
	finance: four different people, none of whom is paid in it."""

	def autoname(self):
		self.name = make_autoname(f"RB-{(self.district or '')[:6]}-.YYYY.-.#####", doc=self)

	def before_insert(self):
		keep_read_only_fields(self)
		self.set_place()

	def validate(self):
		if self.flags.by_act:
			return
		keep_read_only_fields(self)
		self.set_place()
		self.set_period()
		self.validate_place()
		if self.must_be_made():
			self.make()

	def on_update(self):
		self.sync_entries()

	def before_submit(self):
		from petition_proxy.petition_proxy.doctype.reward_batch.acts import check_approval

		check_approval(self)
		fill.stamp(self, "approved")
		self.status = "Approved"

	def before_update_after_submit(self):
		if not self.flags.by_act:
			frappe.throw(
				_("An approved batch is not changed. Cancel it before anything is paid."), RewardBatchError
			)

	def before_cancel(self):
		if any(row.paid_on for row in self.payments):
			frappe.throw(
				_("Part of this batch has been paid. Wrong lines are taken back by the next Reward Run."),
				RewardBatchError,
			)
		self.status = "Cancelled"

	def on_cancel(self):
		set_entries([line.entry for line in self.lines], status=rewards.DUE, batch=None)

	def on_trash(self):
		refuse_deletion(self)

	# verbs

	def set_place(self):
		if self.town:
			place = get_place(self.town)
			if place.level != "Town":
				frappe.throw(_("Choose a town or street, or leave it empty."), RewardBatchError)
			self.district = place.district
		else:
			self.district = frappe.db.get_single_value("Petition Proxy Settings", "district")

	def set_period(self):
		try:
			self.period_from, self.period_to = fill.period_of(
				self.period_kind, cint(self.year), cint(self.period_no)
			)
		except ValueError:
			frappe.throw(_("There is no such month or quarter. Correct year and number."), RewardBatchError)
		if self.period_to >= getdate():
			frappe.throw(
				_("The period has not ended yet. Make the batch after its last day."), RewardBatchError
			)

	def validate_place(self):
		if not has_reward_batch_permission(self, "write"):
			frappe.throw(_("This batch is outside your area."), frappe.PermissionError)

	def must_be_made(self) -> bool:
		"""New, or its place or period was changed: then its lines are others."""
		before = self.get_doc_before_save()
		if not before:
			return True
		return any(
			str(before.get(f) or "") != str(self.get(f) or "")
			for f in ("town", "period_kind", "year", "period_no")
		)

	def make(self):
		"""Fill the batch; whoever does it has made it, and what others checked before is void."""
		from petition_proxy.petition_proxy.doctype.reward_batch.acts import require_not_paid_in, require_role

		require_role((CLERK,), _("Only a system clerk makes a reward batch."))
		fill.fill(self)
		require_not_paid_in(self)
		fill.stamp(self, "made")
		self.status = "Draft"
		self.checked_by = self.checked_at = None
		if not self.lines:
			frappe.throw(
				_("Nothing is due in this period. Start a Reward Run first, or choose another period."),
				RewardBatchError,
			)

	def sync_entries(self):
		"""The lines stand in this batch, and nothing else does; a paid line keeps its batch for good."""
		names = [line.entry for line in self.lines]
		table = frappe.qb.DocType("Reward Entry")
		release = (
			frappe.qb.update(table)
			.set(table.status, rewards.DUE)
			.set(table.batch, None)
			.where((table.batch == self.name) & (table.status == rewards.IN_BATCH))
		)
		if names:
			release = release.where(table.name.notin(names))
		release.run()
		if self.docstatus < 2 and names:
			query = frappe.qb.update(table).set(table.status, rewards.IN_BATCH).set(table.batch, self.name)
			query.where(table.name.isin(names) & (table.status == rewards.DUE)).run()
