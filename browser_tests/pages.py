"""Every page of ours with who opens it and how it comes to show something: the table behind the tests of all pages."""

from collections.abc import Callable
from dataclasses import dataclass

AGENT, PETITIONER, OFFICE = "agent@pp.test", "petitioner@pp.test", "office@pp.test"


@dataclass(frozen=True)
class PageRow:
	"""One page.

	Args:
		name: of its picture and in messages.
		path: address; {case} stands for the number of a case of the agent.
		person: who is logged in; None for a guest.
		is_open: the same for everybody, kept by caches for guests.
		state: with a slip of a case in this state, the page is the one behind the look-up.
		act: what is done on the page before it is looked at.
	"""

	name: str
	path: str
	person: str | None = None
	is_open: bool = False
	state: str | None = None
	act: Callable | None = None


def _search(page) -> None:
	page.locator("#q").fill("柳湾")
	page.locator("form[role=search] button").click()
	page.locator("#village").wait_for()


def _open_first(page) -> None:
	page.locator("main a.line").first.click()
	page.locator("main h2").first.wait_for()


PAGES: tuple[PageRow, ...] = (
	PageRow("home", "/petition-proxy", is_open=True),
	PageRow("agent-directory", "/agent-directory", is_open=True),
	PageRow("agent-directory-village", "/agent-directory", is_open=True, act=_search),
	PageRow("service-points", "/service-points", is_open=True),
	PageRow("notices", "/notices", is_open=True),
	PageRow("notice", "/notices", is_open=True, act=_open_first),
	PageRow("told-cases", "/told-cases", is_open=True),
	PageRow("told-case", "/told-cases", is_open=True, act=_open_first),
	PageRow("monthly-figures", "/monthly-figures", is_open=True),
	PageRow("my-petition", "/my-petition"),
	PageRow("my-petition-handling", "/my-petition", state="Handling"),
	PageRow("my-petition-served", "/my-petition", state="Served"),
	PageRow("my-petitions", "/my-petitions", PETITIONER),
	PageRow("rate", "/rate"),
	PageRow("agent", "/agent", AGENT),
	PageRow("agent-file", "/agent/file", AGENT),
	PageRow("agent-cases", "/agent/cases", AGENT),
	PageRow("agent-case", "/agent/case?no={case}", AGENT),
	PageRow("agent-receipt", "/agent/receipt?petition={case}", AGENT),
	PageRow("agent-standing", "/agent/standing", AGENT),
	PageRow("my-training", "/my-training", AGENT),
	PageRow("to-be-told", "/to-be-told", AGENT),
	PageRow("directory-sheet", "/directory-sheet", OFFICE),
)
