"""A case that was taken back leaves the messages that were sent already, whatever crashes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cases import names, sharing
from cases.models.org import Room
from scheduler.dispatch import Worker, drain
from scheduler.ledger import Owed, owe
from scheduler.planner import Planner, plan
from scheduler.ports import DeliveryFailed, DeliveryUnknown
from scheduler.store.ledger import Ledger
from scheduler.take_back import take_back
from tests.fakes.cast import scope_of
from tests.fakes.clocked import ClockedDatabase
from tests.fakes.planning import DIGEST_DAY, SCOPE, add_case, deliveries, promised
from tests.fakes.platform import FakeComposer, FakePlatform

WITHDRAWN = b"case_withdrawn [('cases', 1)]"  # how many cases the message had shown


async def sent(database: ClockedDatabase, worker: Worker, *case_ids: str, room: str = "") -> None:
    """A message about the cases, to 加藤 or to a room, and on its platform."""
    async with database.transaction(SCOPE) as shelf:
        for case_id in case_ids:
            await add_case(shelf, case_id, "sato")
        if room:
            shelf.people.add(Room(company_id="c1", id=room, workspace_id="w1", posts=True))
            await shelf.people.flush()
        row = Owed("share:x", "office_share", b"card", workspace_id="w1", case_ids=case_ids)
        row = replace(row, room_id=room) if room else replace(row, user="kato", member_id="kato")
        await owe(shelf, row)
    await drain(worker, ["c1"])


async def withdraw(database: ClockedDatabase, case_id: str) -> None:
    async with database.transaction(scope_of("sato")) as shelf:
        await sharing.withdraw(shelf, case_id)


def seen(platform: FakePlatform) -> list[bytes]:
    return [payload for copies in platform.visible.values() for _, payload in copies]


@pytest.mark.parametrize("room", ["", "r1"])
async def test_a_sent_message_is_replaced_once(
    planner: Planner, database: ClockedDatabase, worker: Worker, platform: FakePlatform, room: str
) -> None:
    await sent(database, worker, "case1", "case2", room=room)
    both = WITHDRAWN.replace(b"1", b"2")
    assert await take_back(worker, "c1") == 0
    await withdraw(database, "case1")
    assert [await take_back(worker, "c1") for _ in range(3)] == [1, 0, 0]
    assert seen(platform) == [both]
    (row,) = await deliveries(database)
    assert (row.payload, row.outcome, row.case_ids) == (both, "taken_back", [])


async def test_a_message_about_another_case_stays(
    planner: Planner, database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    await sent(database, worker, "case10")
    async with database.transaction(SCOPE) as shelf:
        await add_case(shelf, "case1", "sato")
    await withdraw(database, "case1")
    assert await take_back(worker, "c1") == 0
    assert seen(platform) == [b"card"]


async def test_a_message_that_was_changed_to_show_another_case_follows_that_one_too(
    planner: Planner, database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    await sent(database, worker, "case1")
    (row,) = await deliveries(database)
    async with database.transaction(SCOPE) as shelf:
        await add_case(shelf, "case2", "sato")
        await Ledger(shelf).shows_too("kato", f"{row.room}/{row.receipt}", ["case2"])
        await Ledger(shelf).shows_too("sato", f"{row.room}/{row.receipt}", ["case3"])
    (row,) = await deliveries(database)
    assert row.case_ids == ["case1", "case2"]
    await withdraw(database, "case2")
    assert await take_back(worker, "c1") == 1
    assert seen(platform) == [WITHDRAWN.replace(b"1", b"2")]


async def test_a_platform_that_does_not_answer_is_asked_again(
    planner: Planner, database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    """Also what a crash between the platform's answer and our record looks like."""
    await sent(database, worker, "case1")
    await withdraw(database, "case1")
    platform.script = [DeliveryUnknown("timeout"), DeliveryFailed("busy", retry_after=1.0)]
    assert [await take_back(worker, "c1") for _ in range(4)] == [0, 0, 1, 0]
    assert seen(platform) == [WITHDRAWN]


async def test_what_the_platform_refuses_for_good_is_recorded_and_not_asked_again(
    planner: Planner, database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    await sent(database, worker, "case1")
    await withdraw(database, "case1")
    platform.script = [DeliveryFailed("message_not_found", permanent=True)]
    assert [await take_back(worker, "c1") for _ in range(2)] == [0, 0]
    assert [row.outcome for row in await deliveries(database)] == ["not_taken_back"]


async def test_a_digest_is_shown_again_without_the_case(
    planner: Planner, database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    async with database.transaction(SCOPE) as shelf:
        for number in range(4):
            await add_case(shelf, f"case{number}", "sato")
    await promised(planner, DIGEST_DAY - timedelta(hours=1))
    await plan(planner, "c1")
    await drain(worker, ["c1"])
    await withdraw(database, "case1")
    assert await take_back(worker, "c1") == 1
    rows = {row.member_id: row for row in await deliveries(database)}
    assert rows["kato"].case_ids == ["case0", "case2", "case3"]
    assert all(one.startswith(b"monthly_digest") for one in seen(platform))


@pytest.mark.parametrize("broken", ["account", "render"])
async def test_a_message_that_cannot_be_replaced_keeps_no_text(
    planner: Planner,
    database: ClockedDatabase,
    worker: Worker,
    platform: FakePlatform,
    composer: FakeComposer,
    broken: str,
) -> None:
    await sent(database, worker, "case1")
    await withdraw(database, "case1")
    composer.breaks_for = "kato" if broken == "render" else ""
    if broken == "account":
        async with database.transaction(SCOPE) as shelf:
            account = await shelf.people.account("w1", "kato")
            await shelf.session.delete(account)
    assert await take_back(worker, "c1") == 0
    (row,) = await deliveries(database)
    assert row.outcome.startswith("not_taken_back")
    assert row.payload is None


async def test_a_paused_workspace_is_waited_for(
    planner: Planner, database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    await sent(database, worker, "case1")
    await withdraw(database, "case1")
    for state, replaced in (("paused", 0), ("active", 1)):
        async with database.transaction(SCOPE) as shelf:
            workspace = await shelf.people.workspace("w1")
            assert workspace is not None
            workspace.state = state
        assert await take_back(worker, "c1") == replaced


async def test_a_second_withdrawal_reaches_a_digest_that_was_shown_again(
    planner: Planner, database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    async with database.transaction(SCOPE) as shelf:
        for number in range(5):
            await add_case(shelf, f"case{number}", "sato")
    await promised(planner, DIGEST_DAY - timedelta(hours=1))
    await plan(planner, "c1")
    await drain(worker, ["c1"])
    for case_id in ("case1", "case2"):
        await withdraw(database, case_id)
        assert await take_back(worker, "c1") == 1
    rows = {row.member_id: row for row in await deliveries(database)}
    assert rows["kato"].case_ids == ["case0", "case3", "case4"]


async def test_a_card_whose_author_hides_is_shown_anew_once(
    planner: Planner, database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    await sent(database, worker, "case1")
    for _ in range(2):
        database.turn(minutes=1)
        async with database.transaction(scope_of("sato")) as shelf:
            case = await shelf.cases.any("case1")
            assert case is not None
            await names.choose(shelf, "case1", show=not case.show_author)
        assert [await take_back(worker, "c1") for _ in range(2)] == [1, 0]
    assert seen(platform) == [b"case_anew [('case_ids', ['case1']), ('member_id', 'kato')]"]
    await withdraw(database, "case1")
    assert await take_back(worker, "c1") == 1
    assert seen(platform) == [WITHDRAWN]


async def test_a_rooms_card_whose_author_hides_is_shown_anew_for_its_office(
    planner: Planner, database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    await sent(database, worker, "case1", room="r1")
    database.turn(minutes=1)
    async with database.transaction(scope_of("sato")) as shelf:
        case = await shelf.cases.any("case1")
        assert case is not None
        await names.choose(shelf, "case1", show=not case.show_author)
    assert await take_back(worker, "c1") == 1
    assert seen(platform) == [b"case_anew [('case_ids', ['case1']), ('office_id', '')]"]


async def test_after_a_429_nothing_is_asked_before_its_time_and_then_the_rest_is_replaced(
    planner: Planner, database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    async with database.transaction(SCOPE) as shelf:
        await add_case(shelf, "case1", "sato")
        for who in ("kato", "ito", "mori", "sato"):
            row = Owed(who, "office_share", b"card", workspace_id="w1", case_ids=("case1",))
            await owe(shelf, replace(row, user=who, member_id=who))
    await drain(worker, ["c1"])
    async with database.transaction(SCOPE) as shelf:
        workspace = await shelf.people.workspace("w1")
        assert workspace is not None
        workspace.platform = "slack"  # which counts updates
    await withdraw(database, "case1")
    platform.script = [None, DeliveryFailed("ratelimited", retry_after=30.0, http_status=429)]
    slow = replace(worker, pace=replace(worker.pace, batch=3))  # the fourth in a batch of its own
    assert await take_back(slow, "c1") == 1
    assert platform.script == []
    database.turn(seconds=10)
    assert await take_back(slow, "c1") == 0
    database.turn(minutes=1)
    assert await take_back(slow, "c1") == 3
    assert seen(platform) == [WITHDRAWN] * 4
