import frappe
from frappe import _
from frappe.model.document import Document

TARGETS = ("agent", "service_point", "to_settlement")


class WalkingDistanceError(frappe.ValidationError):
	"""The way has no single end, or no length."""


class WalkingDistance(Document):
	def validate(self):
		self.validate_target()
		self.validate_length()
		self.set_key()

	def validate_target(self):
		if sum(bool(self.get(field)) for field in TARGETS) != 1:
			frappe.throw(
				_("Choose where the walk ends: one agent, one service point or one settlement."),
				WalkingDistanceError,
			)

	def validate_length(self):
		if (self.metres or 0) < 0 or (self.minutes or 0) < 0 or not (self.metres or self.minutes):
			frappe.throw(_("Give the length of the walk in metres or in minutes."), WalkingDistanceError)

	def set_key(self):
		"""One way per pair: a new measurement takes the place of the old one."""
		target = next(field for field in TARGETS if self.get(field))
		self.walk_key = walk_key(self.settlement, target, self.get(target))


def walk_key(settlement: str, target: str, name: str) -> str:
	return f"{settlement}|{target}|{name}"
