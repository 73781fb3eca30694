"""The page's own sentences, and dates as people write them: 11/5(木)."""

from __future__ import annotations

from datetime import date

from bot.views.words import say


def web(locale: str, key: str, **values: object) -> str:
    """The sentence `web.<key>` with its placeholders filled."""
    return say(locale, f"web.{key}", **values)


def day_words(day: date, locale: str) -> str:
    """11/5(木), or Thu 5 Nov in English."""
    weekday = web(locale, "weekdays").split()[day.weekday()]
    month = web(locale, "months").split()[day.month - 1]
    return web(locale, "day", month=month, day=day.day, weekday=weekday)


def month_words(month: str, locale: str) -> str:
    """2026年10月 for `2026-10`, or Oct 2026."""
    name = web(locale, "months").split()[int(month[5:]) - 1]
    return web(locale, "month", year=month[:4], month=name)
