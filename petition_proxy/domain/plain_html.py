"""Formatted text for everybody: what an editor at the desk writes, brought down to a few harmless marks.

A page for the public shows it as it comes out of here, so all that is not known to be harmless goes: scripts, styles,
pictures and frames (which would also call foreign hosts), and every attribute but the target of a link.
"""

import re
from html import escape
from html.parser import HTMLParser

# Mark -> what it becomes. The page has its own first and second headings.
_MARKS = {
	**{mark: mark for mark in ("p", "ul", "ol", "li", "strong", "em", "blockquote", "a")},
	**{"b": "strong", "i": "em", "u": "em"},
	**{"h1": "h3", "h2": "h3", "h3": "h3", "h4": "h4", "h5": "h4", "h6": "h4"},
}
_GONE = frozenset(
	{"script", "style", "iframe", "object", "svg", "math", "template", "noscript", "title", "textarea"}
)
_TARGET = re.compile(r"(?:https?://|tel:|mailto:|/(?![/\\]))[^\s\x00-\x1f\\]*", re.IGNORECASE)
_EMPTY = re.compile(r"<(p|li|h3|h4|strong|em|blockquote|ul|ol)>\s*</\1>")


class _Keeper(HTMLParser):
	def __init__(self) -> None:
		super().__init__(convert_charrefs=True)
		self.parts: list[str] = []
		self.open: list[tuple[str, int]] = []
		self.gone = 0

	def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
		if tag in _GONE:
			self.gone += 1
		if self.gone:
			return
		if tag == "br":
			self.parts.append("<br>")
			return
		mark = _MARKS.get(tag)
		if not mark:
			return
		values = dict(attrs)
		if mark == "li" and values.get("data-list") == "bullet":
			self._make_bullets()
		self.open.append((mark, len(self.parts)))
		self.parts.append(f"<{mark}{_link(values) if mark == 'a' else ''}>")

	def handle_endtag(self, tag: str) -> None:
		if tag in _GONE:
			self.gone = max(0, self.gone - 1)
			return
		mark = _MARKS.get(tag)
		if self.gone or not any(mark == opened for opened, _place in self.open):
			return
		while self.open:
			opened, _place = self.open.pop()
			self.parts.append(f"</{opened}>")
			if opened == mark:
				return

	def handle_data(self, data: str) -> None:
		if not self.gone:
			self.parts.append(escape(data, quote=False))

	def _make_bullets(self) -> None:
		"""The editor writes both kinds of lists as a numbered one and tells them apart at their lines."""
		for number, (opened, place) in reversed(list(enumerate(self.open))):
			if opened == "ol":
				self.open[number] = ("ul", place)
				self.parts[place] = "<ul>"
			if opened in ("ol", "ul"):
				return

	def close_all(self) -> None:
		while self.open:
			self.parts.append(f"</{self.open.pop()[0]}>")


def _link(values: dict[str, str | None]) -> str:
	target = (values.get("href") or "").strip()
	if not _TARGET.fullmatch(target):
		return ""
	return f' href="{escape(target)}" rel="noopener noreferrer nofollow"'


def keep_safe(html: str | None) -> str:
	"""The text with paragraphs, lists, headings, stress and links, and nothing else.

	Args:
		html: what an editor wrote, or anything else.

	Returns:
		Well-formed HTML; safe to be put into a page as it is.
	"""
	keeper = _Keeper()
	keeper.feed(html or "")
	keeper.close()
	keeper.close_all()
	text, before = "".join(keeper.parts), None
	while text != before:
		text, before = _EMPTY.sub("", text), text
	return text.strip()
