"""Which notices there are, what they may say, whom they may reach, and when a failed one is tried again.

A notice leaves the system's row access behind, so its text is a sentence with a few placeholders that hold no name, no
phone and no word of a petition. To a petitioner's phone nothing goes that would show others in the house that there is a
petition: not without the person's consent, not where secrecy is wished (Regulations on Petition Work 2022, art. 18; Personal
Information Protection Law, arts 13, 28), and never of a report or accusation (art. 30).
"""

import re
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from petition_proxy.domain.errors import DomainError
from petition_proxy.domain.errors import mark as _
from petition_proxy.domain.privacy import normalise_phone

DESK, EMAIL, SMS, ROBOT = CHANNELS = ("Desk", "Email", "SMS", "Chat Robot")
QUEUED, SENDING, SENT, FAILED, DEAD, WITHDRAWN = STATUSES = (
	"Queued",
	"Sending",
	"Sent",
	"Failed",
	"Dead",
	"Withdrawn",
)

WARNING, LATE, ESCALATION = "Warning", "Late", "Escalation"
DIGEST, URGENT_DIGEST = "Digest", "Urgent Digest"
ASSIGNED, RETURNED = "Assignment Received", "Assignment Returned"
ACCEPTED, REFUSED, EXTENDED = "Accepted", "Refused", "Extended"
REPLIED, SERVED, RATING = "Replied", "Served", "Rating Asked"
TELL_IN_PERSON = "Tell in Person"
CERTIFICATE_ENDS, CERTIFICATE_ENDED, TRAINING = "Certificate Ends", "Certificate Ended", "Training Planned"
DEAD_LETTERS = "Undelivered Notices"

OF_CASE = ("number", "state", "due_date", "unit", "link")
OF_LIST = ("count", "late", "link")
OF_DATE = ("due_date", "link")


class Event(NamedTuple):
	"""One kind of notice.

	Args:
		placeholders: what its text may name.
		channels: ways it may go.
		can_switch_off: whether a person may do without it on every channel.
	"""

	placeholders: tuple[str, ...]
	channels: tuple[str, ...]
	can_switch_off: bool = True


# Late and escalation reach everybody on one channel at least: a missed limit is answered for by name (art. 42 ff.).
EVENTS: dict[str, Event] = {
	WARNING: Event(OF_CASE, (DESK, EMAIL, SMS)),
	LATE: Event(OF_CASE, (DESK, EMAIL, SMS), can_switch_off=False),
	ESCALATION: Event(OF_CASE, (DESK, EMAIL, SMS), can_switch_off=False),
	DIGEST: Event(OF_LIST, CHANNELS),
	URGENT_DIGEST: Event(OF_LIST, (DESK, EMAIL, SMS)),
	ASSIGNED: Event(OF_CASE, CHANNELS),
	RETURNED: Event(OF_CASE, (DESK, EMAIL, SMS)),
	ACCEPTED: Event(OF_CASE, (EMAIL, SMS)),
	REFUSED: Event(OF_CASE, (EMAIL, SMS)),
	EXTENDED: Event(OF_CASE, (EMAIL, SMS)),
	REPLIED: Event(OF_CASE, (EMAIL, SMS)),
	SERVED: Event(OF_CASE, (EMAIL, SMS)),
	RATING: Event(("number", "link"), (SMS,)),
	TELL_IN_PERSON: Event(("link",), (SMS,)),
	CERTIFICATE_ENDS: Event(OF_DATE, (EMAIL, SMS)),
	CERTIFICATE_ENDED: Event(OF_DATE, (EMAIL, SMS)),
	TRAINING: Event(OF_DATE, (EMAIL, SMS)),
	DEAD_LETTERS: Event(("count", "link"), (DESK,), can_switch_off=False),
}
# What a person at a desk may choose channels for; digests go where their alerts go.
CHOICES = (WARNING, LATE, ESCALATION, ASSIGNED, RETURNED)
DEFAULT_CHANNELS = (DESK, EMAIL)

# Step on the timeline -> notice.
OFFICE_STEPS = {"Assign": ASSIGNED, "Reassign": ASSIGNED, "Return": RETURNED}
PETITIONER_STEPS = {
	"Accept": ACCEPTED,
	"Refuse": REFUSED,
	"Stop": REFUSED,
	"Guide": REFUSED,
	"Approve Extension": EXTENDED,
	"Reply": REPLIED,
	"Serve": SERVED,
}

REPORT_KIND = "Report and Accusation"
# Where the group robots of the two services live; any other host must be allowed in the settings.
ROBOT_HOSTS: dict[str, tuple[str, ...]] = {
	"WeCom": ("qyapi.weixin.qq.com",),
	"DingTalk": ("oapi.dingtalk.com", "api.dingtalk.com"),
}
# Signs of one text message, and of each part where it takes several.
SIGNS_OF_ONE, SIGNS_OF_PART = 70, 67
# A text without a word of what it is about; asked for the day after, when the answer has been read.
RATING_DELAY = timedelta(days=1)
BACK_OFF = (
	timedelta(minutes=1),
	timedelta(minutes=5),
	timedelta(minutes=30),
	timedelta(hours=2),
	timedelta(days=1),
)
# News older than this is no news: it is told by other ways, not sent late.
LONGEST_WAIT = timedelta(days=3)
# A message that the other side may have taken without saying so is sent once more at most, and not at once.
MOST_UNCLEAR_TRIES = 2
UNCLEAR_WAIT = timedelta(minutes=30)
MOST_PER_MINUTE = 20

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_MOBILE = re.compile(r"1[3-9]\d{9}")
# What people are likely to try; they get told why it cannot be.
_PERSONAL = re.compile(
	r"name|phone|mobile|tel|address|id_?number|id_?card|subject|title|content|text|reply|fact|request|petitioner|agent|"
	r"accused|birth|sex|account|note|reason"
)


class NoticeTextError(DomainError):
	"""A template names what it may not."""

	code = "notice_text"


class NoticeChoiceError(DomainError):
	"""A person would not be reached at all."""

	code = "notice_choice"


def check_text(event: str, text: str | None) -> None:
	"""Refuse a text whose placeholders are unknown for its event, or would hold a name, a phone or words of a petition.

	Args:
		event: one of EVENTS.
		text: subject or body.

	Raises:
		NoticeTextError: such a placeholder, or a brace that belongs to none.
	"""
	known = EVENTS[event].placeholders
	for name in _PLACEHOLDER.findall(text or ""):
		if name in known:
			continue
		if _PERSONAL.search(name.lower()):
			raise NoticeTextError(
				_(
					"{placeholder} would send a name, a phone number or words of a petition out of the system. Leave it"
					" out; whoever may know opens the link."
				),
				placeholder=f"{{{name}}}",
			)
		raise NoticeTextError(
			_("{placeholder} is not known for this notice. Use one of: {known}."),
			placeholder=f"{{{name}}}",
			known=", ".join(f"{{{word}}}" for word in known),
		)
	if re.search(r"[{}]", _PLACEHOLDER.sub("", text or "")):
		raise NoticeTextError(
			_("A brace stands alone. Write placeholders as {example}."), example=f"{{{known[0]}}}"
		)


def render(text: str | None, values: Mapping[str, str]) -> str:
	"""Put values into a text; nothing else of it is ever evaluated.

	Args:
		text: a checked subject or body.
		values: placeholder to words; a missing one becomes empty.
	"""
	return _PLACEHOLDER.sub(lambda found: str(values.get(found.group(1), "") or ""), text or "")


def mobile_of(number: str | None) -> str | None:
	"""The number in the form a gateway takes, None where it is no mobile phone of the mainland: texts reach only those."""
	plain = normalise_phone(number)
	return plain if _MOBILE.fullmatch(plain) else None


def may_text_petitioner(
	petition_kind: str | None, wants_secrecy: bool, agrees: bool, has_phone: bool, is_dead: bool
) -> bool:
	"""Whether a petitioner may be told by text message that a petition has moved on.

	Args:
		petition_kind: kind of the case; of a report or accusation no text is sent.
		wants_secrecy: the wish, on the case or on the person: then the agent tells, in person.
		agrees: the person agreed to messages on this phone.
		has_phone: a phone is on record.
		is_dead: the person has died.
	"""
	return has_phone and agrees and not wants_secrecy and not is_dead and petition_kind != REPORT_KIND


def may_name_in_text(petition_kind: str | None) -> bool:
	"""Whether a text message may carry the number of a case: never of a report or accusation."""
	return petition_kind != REPORT_KIND


def may_tell_group(petition_kind: str | None, accused_unit: str | None, accused_user: str | None) -> bool:
	"""Whether a chat group may hear of a case: who sits in a group is not known, so no case that complains about anybody."""
	return petition_kind != REPORT_KIND and not accused_unit and not accused_user


def alert_event(offset_hours: float, use_class_warning: bool, recipient: str) -> str:
	"""Which notice an alert rule makes: before the end a warning, after it late, to a superior an escalation.

	Args:
		offset_hours: of the rule.
		use_class_warning: of the rule.
		recipient: whom the rule tells.
	"""
	if use_class_warning or offset_hours < 0:
		return WARNING
	return ESCALATION if recipient in ("Town", "Petition Office") else LATE


def wanted_channels(
	event: str, reachable: Collection[str], chosen: Mapping[str, Collection[str]] | None
) -> tuple[str, ...]:
	"""The channels on which a person gets a notice.

	Args:
		event: one of EVENTS.
		reachable: channels that reach the person at all; the desk always does.
		chosen: event to channels, where the person has chosen.

	Returns:
		In the order of CHANNELS. What cannot be switched off falls back on the desk.
	"""
	wish = DEFAULT_CHANNELS if chosen is None or event not in chosen else chosen[event]
	found = tuple(c for c in EVENTS[event].channels if c in wish and c in reachable)
	if found or EVENTS[event].can_switch_off:
		return found
	return (DESK,)


def check_choice(event: str, channels: Collection[str]) -> None:
	"""Refuse a choice by which a person would not hear what everybody must hear.

	Raises:
		NoticeChoiceError: the event cannot be switched off, and no channel is left; or nobody chooses for it.
	"""
	if event not in CHOICES:
		raise NoticeChoiceError(_("There is nothing to choose for {event}."), event=event)
	if not channels and not EVENTS[event].can_switch_off:
		raise NoticeChoiceError(_("{event} cannot be switched off. Keep one channel at least."), event=event)


def parts_of(text: str) -> int:
	"""How many text messages the gateway charges for a text."""
	return 1 if len(text) <= SIGNS_OF_ONE else -(-len(text) // SIGNS_OF_PART)


def next_try_at(
	attempts: int,
	queued_at: datetime,
	now: datetime,
	wait: timedelta | None = None,
	is_unclear: bool = False,
) -> datetime | None:
	"""When a notice is tried again after a failure: 1, 5 and 30 minutes, 2 hours, a day; then never.

	Args:
		attempts: tries that have failed so far.
		queued_at: when the notice was written.
		now: moment of the failure.
		wait: how long the other side asked to be left alone, if it did; the longer of the two counts.
		is_unclear: the other side may have taken the message: it gave no answer, or half of one.

	Returns:
		None if the notice is given up: too many tries, or too old to be news.
	"""
	if attempts > len(BACK_OFF) or (is_unclear and attempts >= MOST_UNCLEAR_TRIES):
		return None
	shortest = UNCLEAR_WAIT if is_unclear else timedelta(0)
	at = now + max(BACK_OFF[max(attempts, 1) - 1], wait or timedelta(0), shortest)
	return at if at - queued_at <= LONGEST_WAIT else None
