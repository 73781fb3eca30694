"""Months as people in Japan count them: `YYYY-MM` and its limits as points in time."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from cases.errors import BadInput

JST = ZoneInfo("Asia/Tokyo")


def limits(month: str) -> tuple[datetime, datetime]:
    """First moment of a JST month and of the next one, in UTC. Raises BadInput for another form."""
    try:
        first = date.fromisoformat(f"{month}-01")
        return midnight(first), midnight(_next(first))
    except (ValueError, OverflowError) as error:  # the latter at the ends of the calendar
        raise BadInput("bad_month", given=month) from error


def month_of(moment: datetime) -> str:
    """The JST month of a moment, YYYY-MM."""
    return f"{moment.astimezone(JST):%Y-%m}"


def before(month: str) -> str:
    """The month before."""
    first = date.fromisoformat(f"{month}-01")
    return f"{first.year - (first.month == 1)}-{(first.month - 2) % 12 + 1:02d}"


def last(month: str, number: int) -> list[str]:
    """`number` months that end with `month`, oldest first."""
    found = [month]
    while len(found) < number:
        found.insert(0, before(found[0]))
    return found


def day_of(moment: datetime) -> date:
    """The JST date of a moment."""
    return moment.astimezone(JST).date()


def _next(first: date) -> date:
    return date(first.year + (first.month == 12), first.month % 12 + 1, 1)


def midnight(day: date) -> datetime:
    """The first moment of a JST day, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=JST).astimezone(UTC)
