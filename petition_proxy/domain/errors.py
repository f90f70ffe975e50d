"""The error every rule raises, in a form that an edge can translate."""


def mark(text: str) -> str:
	"""Mark `text` for the translation catalogue and return it unchanged.

	Modules import it as `_`, so that the catalogue tools find the text while the rules stay free of any
	framework.
	"""
	return text


class Words(tuple):
	"""Several ids or names as one value of a message; reads as a list with commas, and an edge translates each."""

	def __str__(self) -> str:
		return ", ".join(self)

	def __format__(self, spec: str) -> str:
		return str(self)


class DomainError(ValueError):
	"""A rule was broken or its input cannot be used.

	Attributes:
		code: stable id of the kind of error, for callers that must tell errors apart.
		words_of: the record whose words the ids among the values are; "Left" is a status of an agent.
		message: English template with {named} placeholders.
		params: the values for the placeholders.

	An edge shows `utils.errors.error_text(error)`; `str(error)` is the same in English.
	"""

	code = "domain_error"
	words_of: str | None = None

	def __init__(self, message: str, **params: object) -> None:
		super().__init__(message.format(**params) if params else message)
		self.message = message
		self.params = params
