import frappe
from frappe import _
from frappe.model.document import Document

from petition_proxy.domain.notices import ROBOT_HOSTS
from petition_proxy.utils.outgoing_http import SendError, check_address
from petition_proxy.utils.settings import inhouse_hosts


class ChatRobotError(frappe.ValidationError):
	"""The robot serves nobody, or its address cannot be used."""


class ChatRobot(Document):
	def validate(self):
		self.validate_area()
		self.validate_address()

	# verbs

	def validate_area(self):
		if bool(self.unit) == bool(self.region):
			frappe.throw(
				_("Give either the unit whose group this is, or a town or district."), ChatRobotError
			)
		if self.region and frappe.db.get_value("Region", self.region, "level") == "Village":
			frappe.throw(_("A group hears of a town or of the district, not of one village."), ChatRobotError)

	def validate_address(self):
		"""A stored address comes back as stars and was checked when it was typed; it is checked again at each call."""
		url = self.webhook_url or ""
		if not url or self.is_dummy_password(url):
			return
		try:
			check_address(url.strip(), ROBOT_HOSTS[self.kind], inhouse_hosts())
		except SendError:
			frappe.throw(
				_("This host cannot be found. Copy the address again from the chat group."), ChatRobotError
			)
		self.webhook_url = url.strip()
