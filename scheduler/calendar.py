"""営業日 and the dates that hang on them: digests, meetings, reflections, hours, fiscal year.

Pure: dates in, dates out. Rules and defaults are those of domain.md §9; days are JST dates unless
a zone is given. The only door to jpholiday.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

TOKYO = ZoneInfo("Asia/Tokyo")
MIDNIGHT = time(0, 0)
DIGEST_SLOT = time(10, 0)  # the only hour that is desk time in all three published MR day plans
REFLECTION_SLOT = time(10, 15)
SUMMARY_SLOT = time(10, 30)  # グループマネジャー
WINDOW = (time(8, 30), time(18, 0))  # unsolicited messages, on business days, in the member's zone
TRIAL_DAYS = 14
MEETING_GAP = 5  # business days between a digest and the promoter meeting
FRIDAY = 4
_DAY = timedelta(days=1)
Day = date | tuple[int, int]  # (month, day): that day of every year
_FARTHEST = 60  # days that avoidance may move a push; then it goes on a plain business day
_YEAR_END = ((12, 29), (1, 3))
# (month, day) to (month, day), both included. Golden Week: the weekdays between its holidays.
_AVOIDED = (((4, 1), (4, 7)), ((4, 30), (5, 2)), ((8, 11), (8, 16)), ((3, 25), (3, 31)))


@cache
def is_public_holiday(day: date) -> bool:
    """国民の祝日・振替休日・国民の休日, from jpholiday; one day takes it 0.3 ms.

    Equinoxes of later years are estimates until the February before; `Calendar.holidays` and
    `Calendar.workdays` correct them.
    """
    import jpholiday  # not for the first page

    return bool(jpholiday.is_holiday(day))


@dataclass(frozen=True, slots=True)
class Calendar:
    """A company's calendar; with no arguments the default one of domain.md §9.

    `closed`: 創立記念日, 夏季休業. `opened`: a day that is worked although a rule closes it; it
    wins. `avoided`: more days without a push, such as an office's own 講演会. `year_end` closes
    12/29–1/3; `usual` avoids the periods of domain.md §9. `holidays` and `workdays`: what a late
    change of the law adds to, and takes from, the public holidays.
    """

    closed: frozenset[Day] = frozenset()
    opened: frozenset[Day] = frozenset()
    avoided: frozenset[Day] = frozenset()
    year_end: bool = True
    usual: bool = True
    holidays: frozenset[Day] = frozenset()
    workdays: frozenset[Day] = frozenset()

    def is_business_day(self, day: date) -> bool:
        """True for a 営業日."""
        if _in(day, self.opened):
            return True
        if day.weekday() > FRIDAY or _in(day, self.closed) or _in(day, self.holidays):
            return False
        if self.year_end and not _YEAR_END[1] < (day.month, day.day) < _YEAR_END[0]:
            return False
        return _in(day, self.workdays) or not is_public_holiday(day)

    def is_avoided(self, day: date) -> bool:
        """True on a day without pushes; business days keep counting there."""
        if _in(day, self.avoided):
            return True
        if not self.usual:
            return False
        if any(first <= (day.month, day.day) <= last for first, last in _AVOIDED):
            return True
        month = self.business_days(day.year, day.month)
        return day in month[-2:] or (day.month == 1 and day in month[:2])

    def business_days(self, year: int, month: int) -> tuple[date, ...]:
        """The 営業日 of a month in order."""
        return tuple(day for day in _days(year, month) if self.is_business_day(day))

    def next_business_day(self, day: date) -> date:
        """`day` itself when it is a business day, else the first one after it."""
        while not self.is_business_day(day):
            day += _DAY
        return day

    def previous_business_day(self, day: date) -> date:
        """`day` itself when it is a business day, else the last one before it."""
        while not self.is_business_day(day):
            day -= _DAY
        return day

    def add_business_days(self, day: date, count: int) -> date:
        """The `count`-th business day after `day`; `day` itself is not counted."""
        for _ in range(count):
            day = self.next_business_day(day + _DAY)
        return day

    def next_push_day(self, day: date) -> date:
        """`day` or the first business day after it that is not avoided."""
        first = day = self.next_business_day(day)
        while self.is_avoided(day):
            day = self.next_business_day(day + _DAY)
            if (day - first).days > _FARTHEST:
                return first
        return day


DEFAULT = Calendar()


def from_settings(settings: Mapping[str, Any]) -> Calendar:
    """The calendar in a company's settings (`company_days` writes them).

    `{closed, opened, avoided, holidays, workdays: [YYYY-MM-DD or MM-DD], year_end, usual: bool}`
    """
    kept = settings.get("calendar", {})
    lists = ("closed", "opened", "avoided", "holidays", "workdays")
    days = {name: frozenset(_day(text) for text in kept.get(name, [])) for name in lists}
    return Calendar(**days, year_end=kept.get("year_end", True), usual=kept.get("usual", True))


def digest_date(calendar: Calendar, year: int, month: int, nth: int = 3) -> date:
    """Sending date of a digest: the 3rd business day, moved out of avoidance (decision 14).

    A month with fewer business days than that (a long closure) counts on into the next.
    """
    return calendar.next_push_day(_nth_business_day(calendar, year, month, nth))


def meeting_date(calendar: Calendar, year: int, month: int) -> date:
    """Promoter meeting: the 8th business day, at least five after the digest, not avoided."""
    eighth = _nth_business_day(calendar, year, month, 8)
    prepared = calendar.add_business_days(digest_date(calendar, year, month), MEETING_GAP)
    return calendar.next_push_day(max(eighth, prepared))


def reflection_dates(
    calendar: Calendar,
    year: int,
    month: int,
    weekday: int = FRIDAY,
    weeks: Iterable[int] = (2, 4),
) -> tuple[date, ...]:
    """The 2nd and the 4th Friday, each a week earlier while it is avoided.

    A Friday that is a holiday gives the business day before it. Two that fall together count once.
    """
    those = [day for day in _days(year, month) if day.weekday() == weekday]
    found = (_reflection_date(calendar, those[week - 1]) for week in sorted(weeks))
    return tuple(dict.fromkeys(found))


def trial_due(calendar: Calendar, opened: date, days: int = TRIAL_DAYS) -> date:
    """When 「その後いかがですか?」 is asked: 14 days later, or the next business day."""
    return calendar.next_business_day(opened + timedelta(days=days))


def at(day: date, slot: time, zone: ZoneInfo = TOKYO) -> datetime:
    """That wall-clock time on that day, aware, in `zone`."""
    return datetime.combine(day, slot, zone)


def next_window(
    calendar: Calendar,
    moment: datetime,
    zone: ZoneInfo = TOKYO,
    window: tuple[time, time] = WINDOW,
) -> datetime:
    """`moment` itself on a business day, 08:30 until before 18:00, else the next opening."""
    local, (opens, closes) = moment.astimezone(zone), window
    if calendar.is_business_day(local.date()) and opens <= local.time() < closes:
        return moment
    day = local.date() if local.time() < opens else local.date() + _DAY
    return at(calendar.next_business_day(day), opens, zone)


def local_date(moment: datetime, zone: ZoneInfo = TOKYO) -> date:
    """The company's date: 23:30 UTC on the last day of a month is the 1st in Tokyo."""
    return moment.astimezone(zone).date()


def month_key(day: date) -> str:
    """`YYYY-MM`: the period key of a month."""
    return f"{day.year:04d}-{day.month:02d}"


def month_before(year: int, month: int) -> str:
    """The month that a digest sent in this month is about, `YYYY-MM` (decision 14)."""
    return month_key(date(year, month, 1) - _DAY)


def week_key(day: date) -> str:
    """`YYYY-Www`, Monday to Sunday: the period of the weekly budget."""
    year, week, _ = day.isocalendar()
    return f"{year:04d}-W{week:02d}"


def fiscal_year(day: date) -> int:
    """2026年度 is 2026-04-01 to 2027-03-31."""
    return day.year if day.month >= 4 else day.year - 1


def span(first: date, last: date) -> Iterator[date]:
    """The days from `first` to `last`, both included."""
    while first <= last:
        yield first
        first += _DAY


def months(first: date, last: date) -> Iterator[tuple[int, int]]:
    """The (year, month) pairs that [first, last] touches."""
    for number in range(first.year * 12 + first.month, last.year * 12 + last.month + 1):
        yield (number - 1) // 12, (number - 1) % 12 + 1


def _reflection_date(calendar: Calendar, friday: date) -> date:
    first = day = calendar.previous_business_day(friday)
    while calendar.is_avoided(day):
        friday -= timedelta(days=7)
        day = calendar.previous_business_day(friday)
        if (first - day).days > _FARTHEST:
            return first
    return day


def _in(day: date, days: frozenset[Day]) -> bool:
    return bool(days) and (day in days or (day.month, day.day) in days)


def _day(text: str) -> Day:
    month, _, day = text.partition("-")
    return (int(month), int(day)) if len(text) == len("MM-DD") else date.fromisoformat(text)


def _nth_business_day(calendar: Calendar, year: int, month: int, n: int) -> date:
    return calendar.add_business_days(date(year, month, 1) - _DAY, n)


def _days(year: int, month: int) -> Iterator[date]:
    return span(date(year, month, 1), date(year, month, monthrange(year, month)[1]))
