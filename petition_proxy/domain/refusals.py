"""Why a petition is not taken up, and which step each reason belongs to.

Sources: Regulation on Petition Work (信访工作条例, "R22") arts 19, 20, 22, 31, 35, 36; practice of 不予受理 and
不再受理 as provincial regulations describe it.
"""

from petition_proxy.domain.errors import DomainError
from petition_proxy.domain.errors import mark as _

# 不予受理: another body or route is right, or the same matter is under way.
REFUSE_REASONS: dict[str, str] = {
	"Court, Prosecution or Police Procedure": "第22条、第31条第一项",
	"Other Statutory Route": "第22条、第31条",
	"Outside Competence": "第22条、第23条",
	"Visit Above the Next Level": "第19条、第20条",
	"Already in Handling": "第20条、第22条",
}
# 不再受理: the matter has come to its legal end.
STOP_REASONS: dict[str, str] = {
	"Concluded by Re-review": "第36条",
	"Review Time Missed": "第35条、第36条",
	"Legally Ended Lawsuit Matter": "第31条第一项",
	"Settled by Mediation": "第33条",
	"Petitioner Died Without Successor": "《民法典》第13条、第173条",
}
DIED_WITHOUT_SUCCESSOR = "Petitioner Died Without Successor"
# 导入法定途径: the five routes of art. 31 that are not the petition procedure.
PETITION_PROCEDURE = "Petition Procedure"
STATUTORY_ROUTES: dict[str, str] = {
	"Litigation, Prosecution or Police": "第31条第一项",
	"Arbitration": "第31条第二项",
	"Party Member Appeal": "第31条第三项",
	"Administrative Procedure": "第31条第四项",
	"Duty to Act": "第31条第五项",
}
APPEAL_KIND = "Appeal and Request"


class RefusalError(DomainError):
	"""The reason or route does not fit the step."""

	code = "refusal"


def article_for_refusal(reason: str | None) -> str:
	"""The clause a refusal rests on (R22 arts 19-23, 31).

	Args:
		reason: id of the reason.

	Raises:
		RefusalError: no reason, or one that belongs to "no longer accepted".
	"""
	return _article(REFUSE_REASONS, reason, _("{reason} is no reason to refuse. Choose one of: {reasons}."))


def article_for_stop(reason: str | None) -> str:
	"""The clause by which a matter is no longer accepted (R22 arts 33, 35, 36).

	Raises:
		RefusalError: no reason, or one that belongs to a refusal.
	"""
	return _article(
		STOP_REASONS, reason, _("{reason} does not end a matter for good. Choose one of: {reasons}.")
	)


def article_for_guide(route: str | None) -> str:
	"""The item of art. 31 that names the statutory route.

	Raises:
		RefusalError: no route, or the petition procedure itself.
	"""
	return _article(STATUTORY_ROUTES, route, _("{reason} is no statutory route. Choose one of: {reasons}."))


def _article(table: dict[str, str], reason: str | None, message: str) -> str:
	if reason not in table:
		raise RefusalError(message, reason=reason or "-", reasons=", ".join(table))
	return table[reason]


def has_statutory_clock(kind: str | None, route: str | None) -> bool:
	"""Whether the sixty days of R22 art. 34 run: for appeals and requests in the petition procedure alone.

	Args:
		kind: kind of petition.
		route: procedure route; empty counts as the petition procedure.
	"""
	return kind in (None, "", APPEAL_KIND) and route in (None, "", PETITION_PROCEDURE)
