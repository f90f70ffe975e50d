"""What the public directory may show of an agent (Personal Information Protection Law, arts 13, 15 and 34)."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

CONSENT_FIELDS = ("publish_phone", "publish_email", "publish_address")
# Kept only to be published, so gone with the consent.
FIELD_OF_CONSENT = {"publish_phone": "public_phone", "publish_address": "public_address"}


class PublishConsentError(frappe.ValidationError):
	"""A contact field is to be published without a dated consent."""


def validate_consent(agent: Document) -> None:
	"""Nothing personal is published without the day the agent agreed to it; art. 15 lets him take it back at any time.

	Raises:
		PublishConsentError: a field is ticked without a date, or the date lies in the future.
	"""
	for tick, field in FIELD_OF_CONSENT.items():
		if not agent.get(tick):
			agent.set(field, None)
	if not any(agent.get(field) for field in CONSENT_FIELDS):
		return
	if not agent.publish_consent_on:
		frappe.throw(
			_(
				"Enter the day on which the agent agreed in writing to be published, or untick what is published."
			),
			PublishConsentError,
		)
	if getdate(agent.publish_consent_on) > getdate():
		frappe.throw(_("The day of consent lies in the future. Correct it."), PublishConsentError)
