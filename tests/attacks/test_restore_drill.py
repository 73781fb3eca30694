"""The drill: dump, live on, lose everything, restore. Nothing is sent twice, nothing is back.

Beyond tests/faults/test_restore.py: vectors, what the search finds, erased people, purged texts.
"""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from bot import cli
from cases import audit, clear_text, indexing, keeping, leaving, sharing
from cases.db import Database
from cases.index.memory import MemoryIndex
from cases.index.vectors import common_of
from cases.models.case import Case, Embedding
from cases.models.org import Member
from cases.models.talk import Reflection
from cases.scope import Scope
from cases.search import Shelves
from cases.vocabulary import Status
from scheduler.dispatch import Worker, drain
from scheduler.ledger import Pace
from scheduler.models import DeliveryState
from scheduler.planner import Planner, plan
from scheduler.reconcile import reconcile
from tests.fakes.encoder import FakeEncoder
from tests.fakes.platform import FakeComposer, FakePlatform
from tests.faults.test_restore import DUE, JOBS, Place, _states, company
from tests.faults.test_restore import place as place  # the fixture

ALL = Scope("c1", member_id="sato", roles=frozenset({"member"}))
TEXTS = {
    "gone": "取り下げるアサガオの話",
    "old": "古いヒマワリの話",
    "hers": "退職者のコスモスの話",
}
WHO = "退職する秋桜さん"
ANSWER = "秋桜の振り返り"


def model() -> FakeEncoder:
    return FakeEncoder()


async def _furnish(database: Database) -> None:
    """Three more cases with vectors, and a colleague who is about to leave."""
    await company(database)
    async with database.transaction(ALL) as shelf:
        member = await shelf.people.member("kato")
        assert member is not None
        member.name = WHO
        gone = await shelf.cases.any("gone")
        assert gone is not None
        gone.action = TEXTS["gone"]
        for case_id, author in (("old", "sato"), ("hers", "kato")):
            shelf.cases.add(_case(case_id, author, shelf.now))
        shelf.talks.add(
            Reflection(company_id="c1", id="r1", member_id="kato", asked_on="2026-11-01",
                       prompt="S2-BEN-Q1", shared=ANSWER)
        )  # fmt: skip
    await indexing.catch_up(database, "c1", model())


def _case(case_id: str, author: str, now: Any) -> Case:
    return Case(
        company_id="c1", id=case_id, author_id=author, title="題", action=TEXTS[case_id],
        result="よし", status=Status.COMPANY, shared_at=now, changed_at=now,
    )  # fmt: skip


def _worker(database: Database, platform: FakePlatform) -> Worker:
    return Worker(database, platform, platform, {}, FakeComposer(), Pace())


async def _send(database: Database, platform: FakePlatform) -> None:
    worker = _worker(database, platform)
    await drain(worker, ["c1"])
    while await reconcile(worker, "c1"):
        pass
    await drain(worker, ["c1"])


async def _live_on(database: Database, platform: FakePlatform) -> None:
    """After the dump: messages go out, a turn is planned, and three things end."""
    await _send(database, platform)
    assert await plan(Planner(database, FakeComposer(), JOBS), "c1") != []
    async with database.transaction(ALL) as shelf:
        await sharing.withdraw(shelf, "gone")
    async with database.transaction(ALL) as shelf:
        old, hers = [await shelf.cases.any(one) for one in ("old", "hers")]
        assert old is not None
        assert hers is not None
        await keeping.erase(shelf, old, Status.ARCHIVED)
        await keeping.erase(shelf, hers, Status.ARCHIVED)
        assert await leaving.erase(shelf, "kato")


async def _vectors(database: Database) -> set[str]:
    async with database.transaction(ALL) as shelf:
        rows = await shelf.cases.vectors_since("fake", None)
    return {row.case_id for row in rows if isinstance(row, Embedding)}


async def _found(database: Database) -> set[str]:
    """What a search for each of the texts finds."""
    shelves = Shelves(
        database, lambda _company, _model, size: MemoryIndex(common_of("", size)), model()
    )
    found = [await shelves.find(ALL, words) for words in (*TEXTS.values(), "やった")]
    return {hit.case_id for one in found for hit in one.hits}


async def _ends(database: Database) -> None:
    async with database.transaction(ALL) as shelf:
        rows = {one: await shelf.cases.any(one) for one in ("kept", "gone", "old", "hers")}
        member = await shelf.people.member("kato")
        assert await audit.first_broken(shelf) is None
    states = {one: (row.status, row.action) for one, row in rows.items() if row}
    assert states == {
        "kept": (Status.COMPANY, "やった"),
        "gone": (Status.WITHDRAWN, TEXTS["gone"]),  # its text ends with its own period
        "old": (Status.ARCHIVED, ""),
        "hers": (Status.ARCHIVED, ""),
    }
    assert isinstance(member, Member)
    assert (member.active, member.name) == (False, "")


def _lose(place: Place) -> None:
    """The old database is gone for good."""
    if place.url.startswith("sqlite"):
        path = Path(place.url.partition(":///")[2])
        for file in path.parent.glob(f"{path.name}*"):
            file.unlink()


@pytest.mark.slow
@pytest.mark.attack(56)
def test_after_a_restore_nothing_is_sent_again_and_nothing_is_back(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    platform = FakePlatform()
    place.do(_furnish)
    assert place.do(_vectors) == {"kept", "gone", "old", "hers"}
    dump, stones = str(place.folder / "dump"), place.folder / "stones"
    assert cli.call(["backup", dump]) == 0
    place.do(lambda database: _live_on(database, platform))
    assert len(platform.posts) == DUE
    assert place.do(_vectors) == {"kept"}
    capsys.readouterr()
    assert cli.call(["backup", "--tombstones"]) == 0
    stones.write_text(capsys.readouterr().out, "utf-8")
    _lose(place)

    place.move()
    assert cli.call(["restore", dump, "--tombstones", str(stones)]) == 0
    place.do(lambda database: _send(database, platform))
    assert len(platform.posts) == DUE, "a message was sent again"
    assert place.do(lambda database: plan(Planner(database, FakeComposer(), JOBS), "c1")) == []
    states = place.do(_states)
    assert states.pop("later") is DeliveryState.READY
    assert set(states.values()) == {DeliveryState.SENT}

    place.do(lambda database: indexing.catch_up(database, "c1", model()))
    assert place.do(_vectors) == {"kept"}, "a vector is back"
    assert place.do(_found) == {"kept"}
    place.do(_ends)
    _nothing_is_readable(place)


async def _rows(url: str, word: str) -> list[tuple[str, int]]:
    """Where the word stands, read over all companies."""
    database = Database(url)
    try:
        return await clear_text.in_rows(database, word)
    finally:
        await database.close()


def _nothing_is_readable(place: Place) -> None:
    """Not in a row, and with SQLite not in a byte of its file either."""
    for word in (TEXTS["old"], TEXTS["hers"], WHO, ANSWER):
        assert asyncio.run(_rows(place.reader, word)) == []
        if place.url.startswith("sqlite"):
            path = Path(place.url.partition(":///")[2])
            with sqlite3.connect(path) as connection:
                connection.execute("pragma wal_checkpoint(truncate)")
            files = list(path.parent.glob(f"{path.name}*"))
            assert list(clear_text.in_files(files, word)) == []
