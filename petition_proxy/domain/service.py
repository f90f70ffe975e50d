"""Serving a document (送达): what each way of handing it over must prove, and when trying is enough.

Sources: the proxy scheme's own rules (the agent hands the written opinion over; nothing left out, nothing wrong), R22 arts 23, 34, 35
(the petitioner's thirty days run from receipt); forms of proof after the usual 送达回证 and, by analogy, civil procedure
(refusal: witnesses or a recording).
"""

from collections.abc import Mapping
from datetime import date, datetime

from petition_proxy.domain import dates
from petition_proxy.domain.errors import DomainError, Words
from petition_proxy.domain.errors import mark as _

BY_AGENT = "By Agent"
IN_PERSON = "In Person"
BY_POST = "By Post"
ONLINE = "Online"
LEFT = "Left with Witness"
REFUSED = "Refused by Petitioner"
METHODS: tuple[str, ...] = (BY_AGENT, IN_PERSON, BY_POST, ONLINE, LEFT, REFUSED)
SERVED, FAILED = "Served", "Failed Attempt"


class ServiceError(DomainError):
	"""The receipt does not prove what it says."""

	code = "service"


def missing_proof(receipt: Mapping, needs_proof: bool = True) -> list[str]:
	"""What a receipt still lacks, as names of fields or short sentences.

	In person or by agent: signature, or a photo of the signature, fingerprint or scene. By post: post number and day. Left
	with a witness: a witness and a photo or recording. Refused: the reason, and two witnesses or a recording. Online: the
	system's own record is the proof.

	Args:
		receipt: mapping with method, result and the fields of proof.
		needs_proof: the site asks for proof; without it only what gives the act its meaning is asked for.
	"""
	if receipt.get("result") == FAILED:
		return [] if _has(receipt, "failure_reason") else [_("Reason of the Failure")]
	method = receipt.get("method")
	missing = []
	if method == REFUSED and not _has(receipt, "refusal_reason"):
		missing.append(_("Reason of the Refusal to Receive"))
	if not needs_proof:
		return missing
	if method in (BY_AGENT, IN_PERSON) and not (_has(receipt, "signature") or _has(receipt, "photo")):
		missing.append(_("Signature, or a photo of the signature, fingerprint or scene"))
	if method == BY_POST:
		missing += [name for field, name in _POST if not _has(receipt, field)]
	if method == LEFT:
		if not _has(receipt, "witness_1"):
			missing.append(_("Witness"))
		if not (_has(receipt, "photo") or _has(receipt, "recording")):
			missing.append(_("Photo or recording of the scene"))
	if method == REFUSED and not (
		_has(receipt, "recording") or (_has(receipt, "witness_1") and _has(receipt, "witness_2"))
	):
		missing.append(_("Two witnesses or a recording"))
	return missing


_POST = (("post_no", _("Post No.")), ("posted_on", _("Posted On")))


def _has(receipt: Mapping, field: str) -> bool:
	value = receipt.get(field)
	return bool(value.strip() if isinstance(value, str) else value)


def check_receipt(
	receipt: Mapping, has_agent: bool, issued_at: date | None, now: datetime, needs_proof: bool = True
) -> None:
	"""Refuse a receipt that proves nothing.

	Args:
		receipt: mapping with method, result, served_at and the fields of proof.
		has_agent: the case is filed by an agent.
		issued_at: when the document was issued (reply given, letter issued).
		now: the present moment.
		needs_proof: the site asks for proof.

	Raises:
		ServiceError: unknown method, an agent where there is none, or proof missing.
		DateOrderError: served before the document was there, or in the future.
	"""
	if receipt.get("method") not in METHODS:
		raise ServiceError(_("Say how the reply was handed over."))
	if receipt.get("method") == BY_AGENT and not has_agent:
		raise ServiceError(
			_("This case has no agent, so no agent can have handed the document over. Choose another way.")
		)
	dates.check_not_future(receipt.get("served_at"), now, _("Served At"))
	dates.check_order(issued_at, receipt.get("served_at"), _("Issued On"), _("Served At"))
	dates.check_order(receipt.get("posted_on"), receipt.get("served_at"), _("Posted On"), _("Served At"))
	missing = missing_proof(receipt, needs_proof)
	if missing:
		raise ServiceError(
			_("The service of the document is not proved yet. Still missing: {missing}."),
			missing=Words(missing),
		)


def may_end_without_service(failed_attempts: int, attempts_needed: int) -> bool:
	"""Whether so many recorded attempts let a case be closed without service."""
	return attempts_needed > 0 and failed_attempts >= attempts_needed
