"""Schedules in words: a rule as a sentence, its options and values, due times, reasons."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.views.words import say


def job_words(kind: str, locale: str) -> str:
    """The job's name."""
    return say(locale, f"status.job_{kind}")


def rule_words(kind: str, chosen: Mapping[str, Any], locale: str) -> str:
    """「毎月3営業日目 10:00。…」: the rule with what was chosen."""
    values = {key: values_words(key, value, locale) for key, value in chosen.items()}
    return say(locale, f"schedule.rule_{kind}", **values)


def values_words(key: str, value: Any, locale: str) -> str:
    """A value of an option, or several: 「第2・第4」."""
    if isinstance(value, (list, tuple)):
        between = "・" if locale == "ja" else ", "
        return between.join(value_words(key, one, locale) for one in value)
    return value_words(key, value, locale)


def value_words(key: str, value: Any, locale: str) -> str:
    """One value: 「3営業日目」, 「金曜日」, 「10:00」."""
    if key == "time":
        return str(value)
    shown = say(locale, "web.weekdays").split()[value] if key == "weekday" else value
    return say(locale, f"schedule.val_{key}", value=shown)


def due_words(moment: datetime, zone: ZoneInfo, locale: str) -> str:
    """2026/12/3(木) 10:00, or Thu 3 Dec 2026, 10:00."""
    local = moment.astimezone(zone)
    weekday = say(locale, "web.weekdays").split()[local.weekday()]
    month = say(locale, "web.months").split()[local.month - 1]
    day = say(locale, "web.day", month=month, day=local.day, weekday=weekday)
    return say(locale, "schedule.when", year=local.year, day=day, time=f"{local:%H:%M}")


def why_words(reason: str, locale: str) -> str:
    """Why somebody does not get it; an unknown reason stays a code."""
    known = {
        "weekly_budget", "daily_budget", "paused", "no_questions", "no_digest", "role_lost",
        "left", "no_account", "quiet",
    }  # fmt: skip
    return say(locale, f"schedule.why_{reason}") if reason in known else reason
