"""The company's calendar as 事務局 types it: one day or range a line, with a name behind it.

10-01 創立記念日                    every year
2026-08-12..2026-08-14 夏季休業     a range, both ends included
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from cases.errors import BadInput
from scheduler import calendar as dates

LISTS = ("closed", "opened", "avoided", "holidays", "workdays")
SWITCHES = ("year_end", "usual")
MOST_DAYS = 366  # in one list
LONG = 200  # characters of a line with its remark
MOST_YEARLY = 31  # more than a month of every year would leave months without a business day
_LEAP = 2028  # MM-DD is read in a leap year, so that 02-29 may be closed
_LINE = re.compile(r"\s*([\d/.-]+?)(?:\s*(?:\.\.|〜|~)\s*([\d/.-]+))?(?:[\s\u3000]+(.*))?\s*")


class BadDay(BadInput):
    """A line that is no day or range, or too many days. `detail` is the line."""

    code = "E-19"


def read(typed: Mapping[str, str]) -> dict[str, Any]:
    """The calendar for a company's settings: the days, and what was typed, to show it again.

    `typed`: text of each of LISTS; `year_end` and `usual`: "on" or absent. Raises BadDay.
    """
    found: dict[str, Any] = {name: bool(typed.get(name)) for name in SWITCHES}
    for name in LISTS:
        found[name] = days(typed.get(name, ""))
    return found | {"typed": {name: typed.get(name, "").strip() for name in LISTS}}


def typed(settings: Mapping[str, Any]) -> dict[str, Any]:
    """What the form shows: the lines as they were typed, and the switches."""
    kept = settings.get("calendar", {})
    lines = kept.get("typed", {})
    shown: dict[str, Any] = {name: lines.get(name, "\n".join(kept.get(name, []))) for name in LISTS}
    return shown | {name: kept.get(name, True) for name in SWITCHES}


def days(text: str) -> list[str]:
    """The days of all lines, sorted: YYYY-MM-DD, or MM-DD for every year. Raises BadDay."""
    found = {day for line in text.splitlines() if line.strip() for day in _days(line)}
    if len(found) > MOST_DAYS:
        raise BadDay(f"{len(found)} > {MOST_DAYS}")
    if sum(len(day) == len("MM-DD") for day in found) > MOST_YEARLY:
        raise BadDay(f"MM-DD: > {MOST_YEARLY}")
    return sorted(found)


def _days(line: str) -> Iterator[str]:
    match = _LINE.fullmatch(line) if len(line) <= LONG else None
    if match is None:
        raise BadDay(line.strip()[:60])
    first, yearly = _day(match[1], line)
    last, same = _day(match[2], line) if match[2] else (first, yearly)
    if same != yearly or not first <= last <= first + timedelta(days=MOST_DAYS):
        raise BadDay(line.strip()[:60])
    for day in dates.span(first, last):
        yield f"{day:%m-%d}" if yearly else day.isoformat()


def _day(word: str, line: str) -> tuple[date, bool]:
    """The day, and whether it comes every year."""
    numbers = [int(part) for part in re.split(r"[/.-]", word) if part.isdigit()]
    try:
        match numbers:
            case [year, month, day] if 2000 <= year < 2100:
                return date(year, month, day), False
            case [month, day]:
                return date(_LEAP, month, day), True
    except ValueError as error:
        raise BadDay(line.strip()[:60]) from error
    raise BadDay(line.strip()[:60])
