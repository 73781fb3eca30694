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
