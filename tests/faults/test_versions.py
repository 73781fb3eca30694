"""A message, its edits and its deletion in any order leave what the person wrote last."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from bot.conversation import pace
from cases import sample, sharing
from cases.embedding.bundled import BundledEncoder
from cases.models.case import Draft
from cases.scope import Scope
from cases.vocabulary import DraftState, Status
from scheduler.models import InboxState
from scheduler.store.inbox import Inbox
from tests.drivers.doors import slack_door
from tests.drivers.slack import SlackDriver
from tests.fakes.sample_cast import EVENT, NAME, SATO, TICKS, WIN
from tests.fakes.slack_requests import deleted, direct, edited, event
from tests.faults.matrix import Measured

Json = dict[str, Any]
NEWER = (
    "会えないクリニックへ朝8時半に電話したら、院長先生と5分話せました。翌週の面会につながりました。"
)
NEWEST = NEWER.replace("朝8時半", "昼の12時半")
LAST = NEWER.replace("電話", "資料を郵送してから電話")


@pytest.fixture
async def driver(
    company_file: Path, tmp_path: Path, encoder: BundledEncoder
) -> AsyncIterator[SlackDriver]:
    async with slack_door(company_file, tmp_path, encoder) as found:
        assert isinstance(found, SlackDriver)
        found.person(SATO)
        yield found


def written(number: int, text: str = WIN) -> Json:
    return direct(text, ts=f"18000{number:05}.000100")


def history(message: Json) -> list[Json]:
    """The original, three edits and the deletion, each with its own event id and time."""
    ts = message["ts"].partition(".")[0]
    return [
        event(message, f"Ev{ts}a"),
        edited(message, NEWER, f"{ts}.100000", f"Ev{ts}b"),
        edited(message, NEWEST, f"{ts}.200000", f"Ev{ts}c"),
        edited(message, LAST, f"{ts}.300000", f"Ev{ts}d"),
        deleted(message, f"{ts}.400000", f"Ev{ts}e"),
    ]


async def drafts(driver: SlackDriver, message: Json) -> list[Draft]:
    """The drafts that came from a message."""
    source = f"slack:T0HIBIKI:D0SATO:{message['ts']}"
    async with driver.house.hub.library.db.transaction(Scope(sample.COMPANY, SATO)) as shelf:
        return list(await shelf.cases.drafts_from(source))


async def state(driver: SlackDriver, message: Json) -> list[tuple[str, Any]]:
    """What the drafts of a message hold, as typed."""
    ring = driver.house.hub.library.ring
    found = await drafts(driver, message)
    return [(str(one.state), sharing.original(ring, one)["typed"]) for one in found]


async def publish(driver: SlackDriver, message: Json) -> Any:
    """Writes the message and publishes its draft; the person."""
    sato = driver.person(SATO)
    await driver._post(event(message, "Ev1"))
    await sato.opens_mail()
    await sato.presses("共有する", declared=list(TICKS), show_author="no")
    return sato


@pytest.mark.slow
@pytest.mark.fault(5)
async def test_five_events_in_any_order_leave_no_draft(
    driver: SlackDriver, measured: Measured
) -> None:
    right = 0
    for number, order in enumerate(permutations(range(5)), 1):
        message = written(number)
        events = history(message)
        for place in order:
            await driver._post(events[place])
            await driver._settle()
        right += await state(driver, message) == []
    measured(f"{right}/120 with deletion")
    assert right == 120


@pytest.mark.slow
@pytest.mark.fault(5)
async def test_original_and_edits_in_any_order_leave_the_last_text(
    driver: SlackDriver, measured: Measured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(pace.A_MINUTE, "read", 200)  # 96 events of one person in a minute
    right = 0
    for number, order in enumerate(permutations(range(4)), 1):
        message = written(number)
        events = history(message)
        for place in order:
            await driver._post(events[place])
        await driver._settle()
        right += await state(driver, message) == [("open", LAST)]
    measured(f"{right}/24 without")
    assert right == 24


@pytest.mark.fault(5)
@pytest.mark.parametrize("text", ["設定を教えて", "訪問規制で会えない先生の例、ある?"])
async def test_a_question_that_becomes_a_win_is_a_draft_whatever_comes_first(
    driver: SlackDriver, text: str
) -> None:
    for number, turned in enumerate((False, True), 1):
        message = written(number, text)
        events = history(message)[:2]
        for one in reversed(events) if turned else events:
            await driver._post(one)
            await driver._settle()
        assert await state(driver, message) == [("open", NEWER)]


async def test_the_guard_reads_the_new_text(driver: SlackDriver) -> None:
    message = written(1, NEWER)
    await driver._post(event(message, "Ev1"))
    await driver._settle()
    await driver._post(edited(message, WIN, "1800000002.000000", "Ev2"))
    await driver._settle()
    (draft,) = await drafts(driver, message)
    assert NAME not in str(draft.values)
    assert "A先生" in str(draft.values)


async def test_a_text_that_others_have_to_see_stays_with_them(driver: SlackDriver) -> None:
    message = written(1, EVENT)
    await driver._post(event(message, "Ev1"))
    await driver._settle()
    (held,) = await drafts(driver, message)
    assert held.state is DraftState.HELD
    await driver._post(deleted(message, "1800000003.000000", "Ev3"))
    await driver._settle()
    assert [one.id for one in await drafts(driver, message)] == [held.id]
    other = written(2, EVENT)
    await driver._post(event(other, "Ev4"))
    await driver._settle()
    (held,) = await drafts(driver, other)
    await driver._post(edited(other, NEWER, "1800000005.000000", "Ev5"))
    await driver._settle()
    assert await state(driver, other) == [("open", NEWER)]
    async with driver.house.hub.library.db.transaction(Scope(sample.COMPANY, SATO)) as shelf:
        assert await shelf.holds.latest(held.id, "safety") is not None
        assert await shelf.cases.draft(held.id) is not None


async def test_an_edit_of_a_published_post_changes_the_case_when_its_author_says_so(
    driver: SlackDriver,
) -> None:
    message = written(1)
    sato = await publish(driver, message)
    for number in (2, 3):  # the second edit takes the place of the first
        await driver._post(edited(message, NEWER, f"180000000{number}.000000", f"Ev{number}"))
        await driver._settle()
    assert "もとの投稿が書き直されました" in await sato.opens_mail()
    async with driver.house.hub.library.db.transaction(Scope(sample.COMPANY, SATO)) as shelf:
        (case, *_) = await shelf.cases.by_author(SATO)
        assert "16時" in case.action + case.title
    assert len([one for one in await drafts(driver, message) if one.state == "open"]) == 1
    await sato.presses("共有する", declared=list(TICKS), show_author="no")
    async with driver.house.hub.library.db.transaction(Scope(sample.COMPANY, SATO)) as shelf:
        (changed, *_) = await shelf.cases.by_author(SATO)
    assert changed.id == case.id
    assert "8時半" in changed.action + changed.title


async def test_the_author_of_a_deleted_post_is_offered_to_withdraw_the_case(
    driver: SlackDriver,
) -> None:
    message = written(1)
    sato = await publish(driver, message)
    await driver._post(deleted(message, "1800000002.000000", "Ev2"))
    assert "もとの投稿が消されました" in await sato.opens_mail()
    async with driver.house.hub.library.db.transaction(Scope(sample.COMPANY, SATO)) as shelf:
        (case, *_) = await shelf.cases.by_author(SATO)
    await sato.presses("取り下げる")
    async with driver.house.hub.library.db.transaction(Scope(sample.COMPANY, SATO)) as shelf:
        gone = await shelf.cases.any(case.id)
    assert gone is not None
    assert gone.status is Status.WITHDRAWN
    await driver._post(edited(message, NEWER, "1800000003.000000", "Ev3"))  # too late for anything
    await driver._settle()
    assert [one.state for one in await drafts(driver, message)] == [DraftState.PUBLISHED]


@pytest.mark.fault(3)
async def test_the_same_event_four_times_is_one_draft_and_one_answer(
    driver: SlackDriver, measured: Measured
) -> None:
    message = written(1)
    for number in range(4):  # Slack gives a repeat the same id; a replay may have another
        await driver._post(event(message, "Ev1" if number < 3 else "Ev9"))
    await driver._settle()
    assert await state(driver, message) == [("open", WIN)]
    assert len(driver.slack.made("chat.postMessage")) == 1
    async with driver.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        counts = await Inbox(shelf).counts()
    measured(f"{counts[InboxState.DONE]} row")
    assert counts == {InboxState.DONE: 1}
