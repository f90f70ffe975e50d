"""Words of print formats: days, amounts and headings, in Chinese form where Chinese is printed."""

from datetime import date, datetime

import frappe
from frappe import _
from frappe.utils import cint, fmt_money, formatdate, get_datetime, getdate

from petition_proxy.domain import papers


def is_chinese() -> bool:
	"""Whether this print is in Chinese."""
	return (frappe.local.lang or "").startswith("zh")


def paper_day(value: date | datetime | str | None) -> str:
	"""A day in words: 2026年11月25日, or as 25 November 2026 in other languages; "" for none."""
	if not value:
		return ""
	return papers.chinese_day(getdate(value)) if is_chinese() else formatdate(getdate(value), "d MMMM yyyy")


def paper_moment(value: datetime | str | None) -> str:
	"""A day with hour and minute; "" for none."""
	if not value:
		return ""
	moment = get_datetime(value)
	return papers.chinese_moment(moment) if is_chinese() else f"{paper_day(moment)}, {moment:%H:%M}"


def paper_item(number: int) -> str:
	"""Number before a heading or item: 一、 in Chinese, "1. " elsewhere."""
	return f"{papers.chinese_count(cint(number))}、" if is_chinese() else f"{cint(number)}. "


def paper_option(doctype: str, value: str | None) -> str:
	"""An option of a Select as people read it.

	Args:
		doctype: record type whose word it is, where other types mean something else by it.
		value: the stored id; "" for none.
	"""
	return _(value, context=doctype) if value else ""


def paper_salutation(name: str | None) -> str:
	"""Whom a letter addresses, with the colon of the language."""
	return f"{name or ''}{'：' if is_chinese() else ':'}"


def paper_amount(amount: float | None) -> str:
	"""An amount of yuan in words, in Chinese; in figures elsewhere."""
	return papers.amount_in_words(amount or 0) if is_chinese() else fmt_money(amount or 0, currency="CNY")


def paper_law(article: str | None) -> str:
	"""An article with its law."""
	return papers.law_of(article)
