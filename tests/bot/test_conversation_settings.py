"""設定 by oneself: a break until a date, own hours, the day of the questions, what one gets."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.conversation.profile import HOURS
from bot.views.elements import Card, Field
from bot.views.words import LOCALES, say
from cases import sample
from cases.models.org import Member
from cases.scope import Scope
from tests.drivers.desk import DeskDriver
from tests.fakes.house import House
from tests.fakes.sample_cast import MORI, SATO


async def me(house: House, member_id: str = SATO) -> Member:
    async with house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        found = await shelf.people.member(member_id)
        assert found is not None
        return found


def field(card: Card, key: str) -> Field:
    return next(one for one in card.fields if one.key == key)


async def settings(desk: DeskDriver, who: str = SATO) -> Card:
    (reply,) = await desk.replies({"user": who, "text": "設定"})
    return reply.card


async def save(desk: DeskDriver, who: str = SATO, **chosen: Any) -> Card:
    """Presses 保存する with the fields of the card, some of them changed."""
    shown: dict[str, Any] = {
        one.key: one.value if isinstance(one.value, str) else list(one.value)
        for one in (await settings(desk, who)).fields
    }
    raw = {"user": who, "action": "profile.save", "value": "", "fields": shown | chosen}
    (reply,) = await desk.replies(raw)
    return reply.card


async def test_hours_day_and_break_are_kept(company: House, desk: DeskDriver) -> None:
    await save(
        desk, paused_until="2026-12-01", window_from="09:00", window_until="12:00",
        question_day="2", wants=["questions"],
    )  # fmt: skip
    found = await me(company)
    assert (found.window_from, found.window_until) == ("09:00", "12:00")
    assert (found.question_day, found.paused_until) == (2, date(2026, 12, 1))
    assert (found.wants_digest, found.wants_questions) == (False, True)
    await save(desk, paused_until="", question_day="any", window_from=HOURS[0],
               window_until=HOURS[-1], wants=["digest", "questions"])  # fmt: skip
    found = await me(company)
    assert (found.window_from, found.question_day, found.paused_until) == (None, None, None)


@pytest.mark.parametrize("typed", ["2026-11-05", "2020-01-01", "2029-01-01", "来月"])
async def test_a_break_that_cannot_be_is_said_and_nothing_is_kept(
    company: House, desk: DeskDriver, typed: str
) -> None:
    card = await save(desk, paused_until=typed, question_day="2")
    assert field(card, "paused_until").error == say("ja", "profile.pause_wrong")
    found = await me(company)
    assert (found.paused_until, found.question_day) == (None, None)


async def test_hours_must_leave_an_hour(company: House, desk: DeskDriver) -> None:
    card = await save(desk, window_from="12:00", window_until="12:30")
    assert field(card, "paused_until").error == say("ja", "profile.hours_wrong")
    assert (await me(company)).window_from is None


async def test_a_manager_is_asked_no_questions_so_chooses_no_day(desk: DeskDriver) -> None:
    card = await settings(desk, MORI)
    assert "question_day" not in [one.key for one in card.fields]
    assert [choice.value for choice in field(card, "wants").choices] == ["digest"]


async def test_coming_back_ends_a_break_and_the_silence(company: House, desk: DeskDriver) -> None:
    async with company.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        member = await shelf.people.member(SATO)
        assert member is not None
        member.quiet_since = date(2026, 11, 1)
    await desk.say(SATO, "再開")
    assert (await me(company)).quiet_since is None


@pytest.mark.parametrize("locale", LOCALES)
def test_the_hours_are_those_of_the_sending_window(locale: str) -> None:
    assert (HOURS[0], HOURS[-1], len(HOURS)) == ("08:30", "18:00", 20)
    assert say(locale, "profile.hours_hint")
