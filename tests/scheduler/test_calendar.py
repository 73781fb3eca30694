"""The calendar of domain.md §9: the FY2026 table row by row, and the days naive code misses."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler import calendar
from scheduler.calendar import DEFAULT, TOKYO, Calendar

# month, business days, digest, meeting, reflections: the table of domain.md §9
FY2026 = [
    ("2026-04", 21, (4, 8), (4, 15), [(4, 10), (4, 24)]),
    ("2026-05", 18, (5, 8), (5, 15), [(5, 8), (5, 22)]),
    ("2026-06", 22, (6, 3), (6, 10), [(6, 12), (6, 26)]),
    ("2026-07", 22, (7, 3), (7, 10), [(7, 10), (7, 24)]),
    ("2026-08", 20, (8, 5), (8, 17), [(8, 7), (8, 21)]),
    ("2026-09", 19, (9, 3), (9, 10), [(9, 11), (9, 25)]),
    ("2026-10", 21, (10, 5), (10, 13), [(10, 9), (10, 23)]),
    ("2026-11", 19, (11, 5), (11, 12), [(11, 13), (11, 20)]),
    ("2026-12", 20, (12, 3), (12, 10), [(12, 11), (12, 18)]),
    ("2027-01", 19, (1, 6), (1, 14), [(1, 8), (1, 22)]),
    ("2027-02", 18, (2, 3), (2, 10), [(2, 12), (2, 19)]),
    ("2027-03", 22, (3, 3), (3, 10), [(3, 12), (3, 19)]),
]


@pytest.mark.parametrize(("key", "count", "digest", "meeting", "reflections"), FY2026)
def test_every_row_of_the_fiscal_year_table_is_reproduced(
    key: str,
    count: int,
    digest: tuple[int, int],
    meeting: tuple[int, int],
    reflections: list[tuple[int, int]],
) -> None:
    year, month = map(int, key.split("-"))
    assert len(DEFAULT.business_days(year, month)) == count
    assert calendar.digest_date(DEFAULT, year, month) == date(year, *digest)
    assert calendar.meeting_date(DEFAULT, year, month) == date(year, *meeting)
    assert calendar.reflection_dates(DEFAULT, year, month) == tuple(
        date(year, *day) for day in reflections
    )


def test_the_22nd_of_september_2026_is_a_holiday_between_holidays() -> None:
    assert not any(DEFAULT.is_business_day(date(2026, 9, day)) for day in range(19, 24))
    assert DEFAULT.next_business_day(date(2026, 9, 19)) == date(2026, 9, 24)
    assert DEFAULT.previous_business_day(date(2026, 9, 22)) == date(2026, 9, 18)


def test_the_new_year_is_closed_and_a_company_may_open_it() -> None:
    assert DEFAULT.next_business_day(date(2026, 12, 29)) == date(2027, 1, 4)
    assert DEFAULT.previous_business_day(date(2027, 1, 3)) == date(2026, 12, 28)
    assert Calendar(year_end=False).is_business_day(date(2026, 12, 29))
    assert Calendar(opened=frozenset({date(2027, 1, 2)})).is_business_day(date(2027, 1, 2))


def test_a_leap_day_is_a_business_day_and_a_trial_can_start_on_it() -> None:
    assert DEFAULT.is_business_day(date(2028, 2, 29))
    assert DEFAULT.business_days(2028, 2)[-1] == date(2028, 2, 29)
    assert calendar.trial_due(DEFAULT, date(2028, 2, 29)) == date(2028, 3, 14)


def test_a_founding_day_moves_the_digest() -> None:
    founded = Calendar(closed=frozenset({date(2026, 11, 5)}))
    assert calendar.digest_date(founded, 2026, 11) == date(2026, 11, 6)


def test_a_summer_closure_counts_on_into_the_open_days() -> None:
    august = frozenset(date(2026, 8, 3) + timedelta(days=n) for n in range(12))
    assert calendar.digest_date(Calendar(closed=august), 2026, 8) == date(2026, 8, 19)


def test_an_own_lecture_day_is_avoided_and_the_reflection_goes_a_week_earlier() -> None:
    busy = Calendar(avoided=frozenset({date(2026, 11, 13)}))
    assert calendar.reflection_dates(busy, 2026, 11)[0] == date(2026, 11, 6)
    assert busy.next_push_day(date(2026, 11, 13)) == date(2026, 11, 16)


def test_a_reflection_on_a_holiday_friday_goes_to_the_business_day_before() -> None:
    assert date(2024, 3, 22).weekday() == calendar.FRIDAY
    closed = Calendar(closed=frozenset({date(2024, 3, 22)}))
    assert calendar.reflection_dates(closed, 2024, 3)[1] == date(2024, 3, 21)


def test_two_reflections_that_meet_count_once() -> None:
    busy = Calendar(avoided=frozenset({date(2026, 11, 20)}))  # 11/27 → 11/20 → 11/13
    assert calendar.reflection_dates(busy, 2026, 11) == (date(2026, 11, 13),)


def test_golden_week_bridge_days_are_avoided() -> None:
    assert DEFAULT.is_business_day(date(2026, 5, 1))
    assert DEFAULT.is_avoided(date(2026, 5, 1))
    assert DEFAULT.next_push_day(date(2026, 4, 29)) == date(2026, 5, 7)


def test_a_trial_is_asked_about_fourteen_days_later_on_a_business_day() -> None:
    assert calendar.trial_due(DEFAULT, date(2026, 11, 6)) == date(2026, 11, 20)
    assert calendar.trial_due(DEFAULT, date(2026, 9, 7)) == date(2026, 9, 24)  # 9/21 is a holiday
    assert calendar.trial_due(DEFAULT, date(2026, 12, 15)) == date(2027, 1, 4)  # New Year


def test_the_sending_window_is_half_past_eight_to_six_on_business_days() -> None:
    friday = date(2026, 11, 20)
    opens = calendar.at(friday, calendar.WINDOW[0])
    assert calendar.next_window(DEFAULT, opens - timedelta(seconds=1)) == opens
    assert calendar.next_window(DEFAULT, calendar.at(friday, calendar.WINDOW[1])) > opens
    late = calendar.at(friday, calendar.WINDOW[1])
    assert calendar.next_window(DEFAULT, late) == datetime(2026, 11, 24, 8, 30, tzinfo=TOKYO)
    assert calendar.next_window(DEFAULT, opens) == opens
    early = opens - timedelta(hours=1)
    assert calendar.next_window(DEFAULT, early) == opens


def test_the_window_follows_the_zone_of_the_member() -> None:
    noon = calendar.at(date(2026, 11, 20), calendar.DIGEST_SLOT)
    assert calendar.next_window(DEFAULT, noon, ZoneInfo("Europe/Berlin")) > noon


def test_period_keys_come_from_the_local_date() -> None:
    moment = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)  # the 1st of November, 08:30 in Tokyo
    assert calendar.month_key(calendar.local_date(moment)) == "2026-11"
    assert calendar.month_before(2026, 11) == "2026-10"
    assert calendar.month_before(2027, 1) == "2026-12"
    assert calendar.week_key(date(2026, 12, 31)) == calendar.week_key(date(2027, 1, 1))


def test_the_fiscal_year_starts_in_april() -> None:
    assert [calendar.fiscal_year(date(2027, m, 1)) for m in (3, 4)] == [2026, 2027]


@given(st.dates(date(2024, 1, 1), date(2035, 12, 31)))
def test_every_month_has_a_digest_after_avoidance_and_a_meeting_five_days_later(day: date) -> None:
    digest = calendar.digest_date(DEFAULT, day.year, day.month)
    meeting = calendar.meeting_date(DEFAULT, day.year, day.month)
    assert DEFAULT.is_business_day(digest)
    assert not DEFAULT.is_avoided(digest)
    assert (digest.year, digest.month) == (day.year, day.month)
    assert DEFAULT.add_business_days(digest, calendar.MEETING_GAP) <= meeting
    assert all(
        DEFAULT.is_business_day(one) and not DEFAULT.is_avoided(one)
        for one in calendar.reflection_dates(DEFAULT, day.year, day.month)
    )


@given(st.dates(date(2024, 1, 1), date(2035, 12, 31)))
def test_next_and_previous_business_days_frame_a_day(day: date) -> None:
    after, before = DEFAULT.next_business_day(day), DEFAULT.previous_business_day(day)
    assert before <= day <= after
    assert (before == after) == DEFAULT.is_business_day(day)
