import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder import DocType
from frappe.utils import get_datetime, now_datetime

from petition_proxy.domain import receptions
from petition_proxy.domain.lifecycle import DEPARTMENT, HEAD, OFFICE, TOWN
from petition_proxy.permissions.scope import get_scope
from petition_proxy.utils.errors import domain_errors
from petition_proxy.utils.rows import read_row
from petition_proxy.utils.server_fields import keep_read_only_fields

FREE, BOOKED, CLOSED = "Free", "Booked", "Closed"
KEEPING_ROLES = frozenset({OFFICE, TOWN, DEPARTMENT, HEAD})


class SlotError(frappe.ValidationError):
	"""The hours of a slot are not right, taken, or booked."""


class ReceptionSlot(Document):
	"""An hour of a room and a host for one video reception (视频接访)."""

	def validate(self):
		keep_read_only_fields(self)
		self.capacity = 1
		self.set_place()
		self.validate_keeper()
		self.validate_booked()
		self.validate_hours()

	def on_trash(self):
		if self.status == BOOKED or frappe.db.exists("Video Reception", {"slot": self.name}):
			frappe.throw(_("The slot has been booked and stays on file."), SlotError)

	def set_place(self):
		row = read_row("Handling Unit", self.unit, ("district", "town", "is_active"))
		if not row or not row.is_active:
			frappe.throw(_("Choose an active unit."), SlotError)
		self.district, self.town = row.district, row.town

	def validate_keeper(self):
		"""A unit keeps its own slots; the petition office those of the district."""
		scope = get_scope()
		if scope.sees_all:
			return
		is_keeper = self.unit in scope.units or self.district in scope.offices
		if not is_keeper or not KEEPING_ROLES & set(frappe.get_roles()):
			raise frappe.PermissionError(_("A unit keeps its own slots, the petition office those of all."))

	def validate_booked(self):
		before = self.get_doc_before_save()
		changed = before and any(
			str(before.get(f) or "") != str(self.get(f) or "")
			for f in ("unit", "level", "host", "room", "starts_at", "ends_at")
		)
		if changed and before.status == BOOKED:
			frappe.throw(_("Somebody has booked this slot. Cancel the reception first."), SlotError)

	def validate_hours(self):
		starts_at, ends_at = get_datetime(self.starts_at), get_datetime(self.ends_at)
		if self.is_new() and starts_at < now_datetime():
			frappe.throw(_("The slot would begin in the past. Choose later hours."), SlotError)
		with domain_errors(SlotError):
			receptions.check_slot(starts_at, ends_at, self.read_neighbours(starts_at, ends_at))

	def read_neighbours(self, starts_at, ends_at) -> list[tuple]:
		"""Slots of the same room or host that share time, locked so that two cannot be made at once."""
		if self.status == CLOSED:
			return []
		table = DocType("Reception Slot")
		same_room = (table.unit == self.unit) & (table.room == self.room)
		rows = (
			frappe.qb.from_(table)
			.select(table.host, table.room, table.starts_at, table.ends_at)
			.where((table.starts_at < ends_at) & (table.ends_at > starts_at))
			.where((table.name != (self.name or "")) & (table.status != CLOSED))
			.where(same_room | (table.host == self.host))
			.orderby(table.starts_at)
			.for_update()
			.run(as_dict=True)
		)
		return [(row.host if row.host == self.host else row.room, row.starts_at, row.ends_at) for row in rows]
