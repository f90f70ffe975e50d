import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from petition_proxy.utils.append_only import refuse_deletion
from petition_proxy.utils.server_fields import keep_read_only_fields


class RewardRunError(frappe.ValidationError):
	"""The run cannot be started so."""


class RewardRun(Document):
	"""A dated settlement of rewards: submitting it looks at every proxied case and writes what is missing.

	Safe to repeat: what a run has written, the next one finds and leaves alone.
	"""

	def validate(self):
		keep_read_only_fields(self)
		if getdate(self.run_on) > getdate():
			frappe.throw(_("A run looks at today or at an earlier day."), RewardRunError)

	def before_submit(self):
		"""Going back behind a later run would hold again what that one has released."""
		latest = frappe.db.get_value(
			"Reward Run",
			{"status": "Finished", "run_on": (">", self.run_on)},
			"run_on",
			order_by="run_on desc",
		)
		if latest:
			frappe.throw(
				_("Rewards were settled as of {0} already. Choose this day or a later one.").format(
					frappe.format(latest, "Date")
				),
				RewardRunError,
			)

	def on_submit(self):
		from petition_proxy.jobs.reward_settlement import enqueue_settlement

		enqueue_settlement(self.name)

	def on_cancel(self):
		frappe.throw(
			_("A run is not taken back. Correct the case; the next run reverses the line."), RewardRunError
		)

	def on_trash(self):
		refuse_deletion(self)
