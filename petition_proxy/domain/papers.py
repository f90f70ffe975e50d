"""Words on paper: days, amounts and ordinals as Chinese official documents write them (GB/T 9704, GB/T 15835)."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from petition_proxy.domain.errors import DomainError
from petition_proxy.domain.errors import mark as _

DIGITS = "零一二三四五六七八九"
MONEY_DIGITS = "零壹贰叁肆伍陆柒捌玖"
MONEY_UNITS = ("", "拾", "佰", "仟")
MONEY_GROUPS = ("", "万", "亿", "万亿")
MAX_AMOUNT = Decimal(10) ** 16
REGULATION = "《信访工作条例》"


class PaperAmountError(DomainError):
	"""The amount cannot be written in words."""

	code = "paper_amount"


def chinese_day(day: date | None) -> str:
	"""A day as official documents write it, in Arabic figures without leading zeros: 2026年11月5日; "" for none."""
	return f"{day.year}年{day.month}月{day.day}日" if day else ""


def chinese_moment(moment: datetime | None) -> str:
	"""A day with hour and minute: 2026年11月5日9时05分; "" for none."""
	return f"{chinese_day(moment)}{moment.hour}时{moment.minute:02d}分" if moment else ""


def chinese_count(number: int) -> str:
	"""Ordinal of a heading: 一, 十, 二十一.

	Args:
		number: 1 to 99; what lies beyond stays in figures.
	"""
	if not 1 <= number <= 99:
		return str(number)
	tens, ones = divmod(number, 10)
	head = "" if tens == 0 else ("十" if tens == 1 else DIGITS[tens] + "十")
	return head + (DIGITS[ones] if ones else "")


def amount_in_words(amount) -> str:
	"""An amount of yuan in the capital figures of cheques: 120.5 -> 壹佰贰拾元伍角.

	Args:
		amount: number or text; rounded half up to the fen.

	Raises:
		PaperAmountError: no number, or beyond ten thousand billion yuan.
	"""
	try:
		value = Decimal(str(amount)).quantize(Decimal("0.01"), ROUND_HALF_UP)
	except (InvalidOperation, ValueError):
		raise PaperAmountError(_("{amount} is no amount of money."), amount=str(amount)) from None
	if not value.is_finite() or abs(value) >= MAX_AMOUNT:
		raise PaperAmountError(_("{amount} is no amount of money."), amount=str(amount))
	sign, value = ("负" if value < 0 else ""), abs(value)
	yuan, fen = divmod(int(value * 100), 100)
	whole = f"{_integer_in_words(yuan)}元" if yuan else ""
	if not fen:
		return f"{sign}{whole or '零元'}整"
	jiao, fen = divmod(fen, 10)
	small = f"{MONEY_DIGITS[jiao]}角" if jiao else ("零" if whole else "")
	small += f"{MONEY_DIGITS[fen]}分" if fen else ""
	return f"{sign}{whole}{small}"


def _integer_in_words(number: int) -> str:
	groups = []
	while number:
		number, group = divmod(number, 10_000)
		groups.append(group)
	words, gap = "", False
	for place in range(len(groups) - 1, -1, -1):
		group = groups[place]
		if not group:
			gap = bool(words)
			continue
		if words and (gap or group < 1000):
			words += "零"
		words += _group_in_words(group) + MONEY_GROUPS[place]
		gap = False
	return words


def _group_in_words(group: int) -> str:
	words, gap = "", False
	for place in (3, 2, 1, 0):
		digit = group // 10**place % 10
		if not digit:
			gap = bool(words)
			continue
		words += ("零" if gap else "") + MONEY_DIGITS[digit] + MONEY_UNITS[place]
		gap = False
	return words


def law_of(article: str | None) -> str:
	"""An article with the law it stands in: 第22条 -> 《信访工作条例》第22条; one that names its law already stays.

	Args:
		article: as `domain.refusals` gives it; "" or None gives "".
	"""
	if not article:
		return ""
	return article if article.startswith("《") else REGULATION + article


def age_on(birth_date: date | None, on: date) -> int | None:
	"""Full years on a day; None without a birth date."""
	if not birth_date:
		return None
	return on.year - birth_date.year - ((on.month, on.day) < (birth_date.month, birth_date.day))
