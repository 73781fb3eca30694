"""An event is on disk before its ack, handled once, and never forgotten with its text in clear."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from cases.db import Database, Shelf
from cases.errors import NotAllowed, NotFound
from cases.models.loop import Wish
from cases.scope import Scope
from cases.seal import KeyRing
from cases.vocabulary import Role
from scheduler import inbox
from scheduler.inbox import AlreadyHandled, Arrival, finish, handle, keep, retry, take_over
from scheduler.models import InboxEvent, InboxState
from scheduler.ports import Event
from scheduler.store.inbox import Inbox
from tests.fakes.clocked import ClockedDatabase

SCOPE = Scope("c1")
OFFICE = Scope("c1", roles=frozenset({Role.HQ_ADMIN}))
RING = KeyRing("k1", {"k1": b"0" * 32})
ARRIVAL = Arrival("c1", "w1", "slack", "Ev1", "山田先生に会えた")


@dataclass
class Handler:
    """Writes one wish per event and finishes it, in one transaction; chokes on `poison`."""

    database: Database
    poison: str = ""
    seen: list[str] = field(default_factory=list)

    async def receive(self, event: Event) -> None:
        self.seen.append(event.raw)
        if event.raw == self.poison:
            raise ValueError(event.raw)
        async with self.database.transaction(SCOPE) as shelf:
            shelf.loop.add(
                Wish(company_id="c1", theme=event.id, asker_id="sato", asked_at=shelf.now)
            )
            await finish(shelf, event.id)


async def stored(database: ClockedDatabase, event: Event | None) -> InboxEvent:
    assert event is not None
    async with database.transaction(SCOPE) as shelf:
        row = await Inbox(shelf).event(event.id)
    assert row is not None
    return row


async def wishes(database: ClockedDatabase) -> int:
    async with database.transaction(SCOPE) as shelf:
        return len(await shelf.loop.wishes())


@pytest.mark.usefixtures("company")
@pytest.mark.attack(55)
async def test_what_came_is_sealed_and_erased_once_handled(database: ClockedDatabase) -> None:
    event = await keep(database, RING, ARRIVAL)
    row = await stored(database, event)
    assert row.raw is not None
    assert "山田".encode() not in row.raw
    assert event is not None
    assert "山田" not in repr(event)
    assert await handle(Handler(database), event)
    row = await stored(database, event)
    assert (row.state, row.raw) == (InboxState.DONE, None)


@pytest.mark.usefixtures("company")
async def test_the_same_event_four_times_is_one(database: ClockedDatabase) -> None:
    kept = [await keep(database, RING, ARRIVAL) for _ in range(4)]
    assert [event is not None for event in kept] == [True, False, False, False]
    assert await keep(database, RING, replace(ARRIVAL, external_id="Ev2")) is not None


@pytest.mark.usefixtures("company")
async def test_an_event_whose_process_died_is_taken_over_after_half_a_minute(
    database: ClockedDatabase,
) -> None:
    handler = Handler(database)
    await keep(database, RING, ARRIVAL)
    database.turn(seconds=29)
    assert await take_over(database, RING, handler, "c1") == 0
    database.turn(seconds=1)
    assert await take_over(database, RING, handler, "c1") == 1
    assert handler.seen == [ARRIVAL.raw]
    assert await take_over(database, RING, handler, "c1") == 0


@pytest.mark.usefixtures("company")
async def test_two_handlers_of_one_event_have_one_effect(database: ClockedDatabase) -> None:
    event = await keep(database, RING, ARRIVAL)
    assert event is not None
    handler = Handler(database)
    assert await handle(handler, event)
    assert await handle(handler, event)  # the second one rolls back
    assert await wishes(database) == 1
    with pytest.raises(AlreadyHandled):
        await handler.receive(event)


@pytest.mark.usefixtures("company")
async def test_a_poison_event_is_dead_after_twelve_tries_and_can_be_retried(
    database: ClockedDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    handler = Handler(database, poison=ARRIVAL.raw)
    event = await keep(database, RING, ARRIVAL)
    good = await keep(database, RING, replace(ARRIVAL, external_id="Ev2", raw="別の投稿"))
    for _ in range(14):
        database.turn(hours=1)
        await take_over(database, RING, handler, "c1")
    assert handler.seen.count(ARRIVAL.raw) == inbox.TRIES
    assert (await stored(database, good)).state is InboxState.DONE
    assert "山田" not in caplog.text
    row = await stored(database, event)
    assert row.state is InboxState.DEAD
    async with database.transaction(SCOPE) as shelf:
        with pytest.raises(NotAllowed):
            await inbox.dead(shelf)
        with pytest.raises(NotAllowed):
            await retry(shelf, row.id)
    async with database.transaction(OFFICE) as shelf:
        (found,) = await inbox.dead(shelf)
        assert (found.id, found.attempts, found.has_text) == (row.id, inbox.TRIES, True)
        await retry(shelf, row.id)
    handler.poison = ""
    await take_over(database, RING, handler, "c1")
    assert (await stored(database, event)).state is InboxState.DONE
    async with database.transaction(OFFICE) as shelf:
        with pytest.raises(NotFound):
            await retry(shelf, row.id)
        last = await shelf.audit.last()
    assert last is not None
    assert (last.what, last.subject) == ("inbox.retry", row.id)


@pytest.mark.usefixtures("company")
async def test_a_dead_event_that_is_dropped_is_erased_and_its_copies_stay_copies(
    database: ClockedDatabase,
) -> None:
    handler = Handler(database, poison=ARRIVAL.raw)
    event = await keep(database, RING, ARRIVAL)
    for _ in range(inbox.TRIES + 1):
        database.turn(hours=1)
        await take_over(database, RING, handler, "c1")
    row = await stored(database, event)
    async with database.transaction(OFFICE) as shelf:
        await inbox.drop(shelf, row.id)
        with pytest.raises(NotFound):
            await inbox.drop(shelf, row.id)
    row = await stored(database, event)
    assert (row.state, row.raw) == (InboxState.DONE, None)
    assert await keep(database, RING, ARRIVAL) is None


@pytest.mark.usefixtures("company")
async def test_an_event_whose_key_is_gone_stops_no_other(
    database: ClockedDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    lost = await keep(database, KeyRing("k9", {"k9": b"9" * 32}), ARRIVAL)
    good = await keep(database, RING, replace(ARRIVAL, external_id="Ev2", raw="別の投稿"))
    handler = Handler(database)
    database.turn(hours=1)
    assert await take_over(database, RING, handler, "c1") == 2
    assert (await stored(database, good)).state is InboxState.DONE
    assert (await stored(database, lost)).state is InboxState.RECEIVED
    assert "cannot be opened" in caplog.text


@pytest.mark.usefixtures("company")
async def test_a_dead_event_forgets_what_it_held_after_fourteen_days(
    database: ClockedDatabase,
) -> None:
    event = await keep(database, RING, ARRIVAL)
    assert event is not None

    async def erase(shelf: Shelf) -> int:
        return await Inbox(shelf).erase_raw(shelf.now - timedelta(days=14))

    handler = Handler(database, poison=ARRIVAL.raw)
    for _ in range(inbox.TRIES + 1):
        database.turn(hours=1)
        await take_over(database, RING, handler, "c1")
    assert (await stored(database, event)).state is InboxState.DEAD
    async with database.transaction(SCOPE) as shelf:
        assert await erase(shelf) == 0
    database.turn(days=14)
    async with database.transaction(SCOPE) as shelf:
        assert await erase(shelf) == 1
