"""Every month of 2024 to 2035: holidays as published, twelve digests a year, never on a bad day."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler import calendar, company_days
from scheduler.calendar import DEFAULT, TOKYO, Calendar
from scheduler.company_days import BadDay
from scheduler.job import Mailing, turns_of
from scheduler.jobs import BY_NAME
from tests.faults.matrix import fault

YEARS = range(2024, 2036)
MONTHS = [(year, month) for year in YEARS for month in range(1, 13)]
PUBLISHED = {
    int(line[:4]): {date.fromisoformat(f"{line[:4]}-{word}") for word in line[5:].split()}
    for line in (Path(__file__).parent / "holidays.txt").read_text("utf-8").splitlines()
    if line[0] != "#"
}


def by_the_law(year: int) -> set[date]:
    """Holidays written down a second time, from the text of the law; equinoxes by formula.

    国民の祝日に関する法律, articles 2 and 3; the equinox formula holds for 1980 to 2099.
    """

    def monday(month: int, nth: int) -> date:
        first = date(year, month, 1)
        return first + timedelta(days=-first.weekday() % 7 + 7 * (nth - 1))

    leap = (year - 1980) // 4
    spring = int(20.8431 + 0.242194 * (year - 1980)) - leap
    autumn = int(23.2488 + 0.242194 * (year - 1980)) - leap
    fixed = [(1, 1), (2, 11), (2, 23), (3, spring), (4, 29), (5, 3), (5, 4), (5, 5), (8, 11),
             (9, autumn), (11, 3), (11, 23)]  # fmt: skip
    named = {date(year, *day) for day in fixed}
    named |= {monday(1, 2), monday(7, 3), monday(9, 3), monday(10, 2)}
    found = set(named)
    for day in sorted(named):
        if day.weekday() == 6:
            while day in named:
                day += timedelta(days=1)
            found.add(day)
        if day + timedelta(days=2) in named and day + timedelta(days=1) not in named:
            found.add(day + timedelta(days=1))
    return found


def public_holidays(year: int) -> set[date]:
    """The holidays that the calendar knows, from 1 January to 31 December."""
    days = calendar.span(date(year, 1, 1), date(year, 12, 31))
    return {day for day in days if calendar.is_public_holiday(day)}


@pytest.mark.parametrize("year", PUBLISHED)
def test_holidays_are_those_that_were_published(year: int) -> None:
    assert public_holidays(year) == PUBLISHED[year]


@pytest.mark.parametrize("year", YEARS)
def test_holidays_are_those_of_the_law(year: int) -> None:
    assert public_holidays(year) == by_the_law(year)


@pytest.mark.parametrize(("year", "month"), MONTHS)
@fault(19)
def test_every_month_has_one_digest_on_a_business_day_of_its_own(year: int, month: int) -> None:
    day = calendar.digest_date(DEFAULT, year, month)
    assert (day.year, day.month) == (year, month)
    assert DEFAULT.is_business_day(day)
    assert not DEFAULT.is_avoided(day)
    nth = DEFAULT.business_days(year, month).index(day) + 1
    between = DEFAULT.business_days(year, month)[2 : nth - 1]
    assert nth >= 3
    assert all(DEFAULT.is_avoided(one) for one in between)


@fault(18)
def test_twelve_digests_a_year_make_144() -> None:
    first, last = date(2024, 1, 1), date(2035, 12, 31)
    found = BY_NAME["monthly_digest"].periods(DEFAULT, TOKYO, first, last)
    assert len(found) == 144
    assert len({period.key for period in found}) == 144


@pytest.mark.parametrize("nth", range(1, 11))
@fault(18)
def test_any_business_day_that_may_be_chosen_gives_144_digests(nth: int) -> None:
    job = BY_NAME["monthly_digest"]
    chosen = {"business_day": nth, "time": "09:00"}
    found = turns_of(job, chosen)(DEFAULT, TOKYO, date(2024, 1, 1), date(2035, 12, 31))
    assert len({period.key for period in found}) == len(found) == 144


@pytest.mark.parametrize("weekday", range(5))
@pytest.mark.parametrize("weeks", [(1,), (4,), (1, 2), (1, 3), (2, 4), (3, 4)])
def test_reflections_are_at_most_two_a_month_and_never_in_avoidance(
    weekday: int, weeks: tuple[int, ...]
) -> None:
    job = BY_NAME["reflection"]
    chosen = {"weekday": weekday, "weeks": list(weeks), "time": "10:15"}
    found = turns_of(job, chosen)(DEFAULT, TOKYO, date(2024, 1, 1), date(2035, 12, 31))
    days = [period.due_at.date() for period in found]
    assert all(DEFAULT.is_business_day(day) and not DEFAULT.is_avoided(day) for day in days)
    assert len({period.key for period in found}) == len(found)
    months = [period.key[:7] for period in found]
    assert max(months.count(month) for month in set(months)) <= len(weeks)
    assert len(set(months)) >= 143  # the first of all may lie in December 2023


@fault(19)
def test_the_days_that_naive_code_misses() -> None:
    silver = [date(2026, 9, day) for day in range(19, 24)]
    assert not any(DEFAULT.is_business_day(day) for day in silver)
    golden = [date(2026, 5, day) for day in range(2, 7)]
    assert not any(DEFAULT.is_business_day(day) for day in golden)
    assert calendar.digest_date(DEFAULT, 2026, 5) == date(2026, 5, 8)
    assert DEFAULT.business_days(2028, 2)[-1] == date(2028, 2, 29)
    assert calendar.trial_due(DEFAULT, date(2028, 2, 15)) == date(2028, 2, 29)
    assert DEFAULT.business_days(2027, 1)[0] == date(2027, 1, 4)
    assert [calendar.fiscal_year(date(2028, 3, 31)), calendar.fiscal_year(date(2028, 4, 1))] == [
        2027, 2028,
    ]  # fmt: skip


def test_a_late_change_of_the_law_is_typed_in_by_a_person() -> None:
    typed = {"holidays": "2027-03-19", "workdays": "2027-03-22", "usual": "on", "year_end": "on"}
    found = calendar.from_settings({"calendar": company_days.read(typed)})
    assert DEFAULT.is_business_day(date(2027, 3, 19))
    assert not found.is_business_day(date(2027, 3, 19))
    assert not DEFAULT.is_business_day(date(2027, 3, 22))
    assert found.is_business_day(date(2027, 3, 22))


def test_lines_are_days_ranges_and_days_of_every_year() -> None:
    text = "10-01 創立記念日\n2026/8/12〜2026/8/14 夏季休業\n\n2026-12-28..2026-12-28"
    assert company_days.days(text) == [
        "10-01", "2026-08-12", "2026-08-13", "2026-08-14", "2026-12-28",
    ]  # fmt: skip
    settings = {"calendar": company_days.read({"closed": text})}
    assert company_days.typed(settings)["closed"] == text
    found = calendar.from_settings(settings)
    assert not found.is_business_day(date(2031, 10, 1))
    assert found.is_business_day(date(2026, 12, 29))  # the turn of the year was switched off


@pytest.mark.parametrize(
    "line",
    ["夏休み", "2026-02-30", "13-01", "2026-08-14..2026-08-12", "10-01..2026-10-02", "1999-01-01",
     "2026-01-01..2028-01-01", "01-01..03-01", "2026", "--", "2026-1-1-1"],
)  # fmt: skip
def test_a_line_that_is_no_day_is_refused(line: str) -> None:
    with pytest.raises(BadDay):
        company_days.days(line)


def test_more_days_than_a_year_are_refused() -> None:
    with pytest.raises(BadDay):
        company_days.days("2026-01-01..2026-12-31\n2027-01-01..2027-02-01")


@given(st.text(max_size=40))
def test_any_line_is_read_or_refused(line: str) -> None:
    try:
        found = company_days.days(line)
    except BadDay:
        return
    assert all(calendar.from_settings({"calendar": {"closed": [day]}}).closed for day in found)


def test_a_company_that_avoids_everything_still_gets_its_digest() -> None:
    avoided = frozenset(calendar.span(date(2026, 1, 1), date(2026, 12, 31)))
    busy = Calendar(avoided=avoided)
    assert calendar.digest_date(busy, 2026, 6) == date(2026, 6, 3)
    assert calendar.reflection_dates(busy, 2026, 6) == (date(2026, 6, 12), date(2026, 6, 26))


def test_every_option_has_a_default_that_is_offered() -> None:
    for job in BY_NAME.values():
        for option in job.options if isinstance(job, Mailing) else ():
            chosen = option.default if option.many else (option.default,)
            assert set(chosen) <= set(option.allowed)  # type: ignore[arg-type]  # many: a tuple
