"""Yesterday's dump in a new place: nothing is sent again, what was taken back stays so."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
from base64 import b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot import cli
from cases import audit, legal_holds, names, review_deeds, sharing
from cases.columns import new_id
from cases.db import Database, Shelf
from cases.models.case import Case
from cases.models.org import Account, Company, Member, Workspace
from cases.review_deeds import Rewrite
from cases.scope import Scope
from cases.seal import parse_ring
from cases.vocabulary import Status
from scheduler import ledger
from scheduler.dispatch import Worker, drain
from scheduler.job import Mailing, Message, Turn, each_business_day
from scheduler.ledger import Owed, Pace
from scheduler.models import Delivery, DeliveryState
from scheduler.planner import Planner, know, plan
from scheduler.reconcile import reconcile
from scheduler.store.ledger import Ledger
from tests.databases import TOOLS, Postgres
from tests.fakes.platform import FakeComposer, FakePlatform
from tests.faults.matrix import Measured, fault

KEY = "k1:" + "A" * 43 + "="
OTHER = "k2:" + "B" * 43 + "="
AUTHOR = Scope("c1", member_id="sato", roles=frozenset({"member"}))
HEAD = Scope("c1", member_id="kato", roles=frozenset({"hq_admin"}))
DUE = 20  # messages


async def _to_everybody(shelf: Shelf, turn: Turn) -> list[Message]:
    return [
        Message(key=f"{turn.period.key}:{member.id}", member_id=member.id, content={})
        for member in await shelf.people.members()
    ]


JOBS = {"note": Mailing("note", "each business day", each_business_day(time(9)), _to_everybody)}


@dataclass
class Place:
    """Where the command line works: one database now, and how to get to an empty one."""

    monkeypatch: pytest.MonkeyPatch
    folder: Path
    url: str
    owner: str
    reader: str
    fresh: Callable[[], tuple[str, str, str]]

    def enter(self) -> None:
        """Sets the environment to the present database."""
        for name, value in {
            "DATABASE_URL": self.url,
            "MIGRATION_URL": self.owner,
            "BACKUP_URL": self.reader,
            "VAR": str(self.folder),
            "DATA_KEY": KEY,
        }.items():
            self.monkeypatch.setenv(f"HITOTSUBU_{name}", value)

    def move(self) -> None:
        """Goes to a new, empty place."""
        self.url, self.owner, self.reader = self.fresh()
        self.enter()

    def do(self, act: Callable[[Database], Awaitable[Any]]) -> Any:
        """Runs one step against the present database."""

        async def step() -> Any:
            database = Database(self.url)
            try:
                return await act(database)
            finally:
                await database.close()

        return asyncio.run(step())


@pytest.fixture
def place(
    database_url: str,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Place:
    """Both kinds of database; on PostgreSQL with a role that may read over all companies."""
    if database_url.startswith("sqlite"):
        numbers = iter(range(9))

        def fresh() -> tuple[str, str, str]:
            url = f"sqlite:///{tmp_path}/new-{next(numbers)}.db"
            return url, url, url

        found = Place(monkeypatch, tmp_path, database_url, database_url, database_url, fresh)
    else:
        found = _on_postgres(request.getfixturevalue("postgres"), tmp_path, monkeypatch)
    found.enter()
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    return found


def _on_postgres(server: Postgres, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("PATH", f"{TOOLS}:{os.environ['PATH']}")
    with server.admin.begin() as connection:
        there = connection.execute(text("select 1 from pg_roles where rolname = 'reader'"))
        if there.scalar() is None:
            connection.execute(text("create role reader login bypassrls"))
            connection.execute(text("grant pg_read_all_data to reader"))

    def urls(database: str) -> tuple[str, str, str]:
        roles = ("hitotsubu_app", "hitotsubu_owner", "reader")
        return tuple(server.url(role, database) for role in roles)  # type: ignore[return-value]  # three

    def fresh() -> tuple[str, str, str]:
        name = "r" + new_id().replace("-", "")
        with server.admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"create database {name} owner hitotsubu_owner")
        return urls(name)

    return Place(monkeypatch, folder, *urls("postgres"), fresh)


async def company(database: Database) -> None:
    """What stands there when the dump is made: two cases, and messages that are due or not yet."""
    async with database.transaction(AUTHOR) as shelf:
        shelf.people.add(
            Company(id="c1", name="サンプル製薬", settings={}),
            Workspace(company_id="c1", id="w1", platform="web", external_id="local"),
        )
        await shelf.people.flush()
        for who in ("sato", "kato"):
            shelf.people.add(
                Member(company_id="c1", id=who, name=who, roles=["member"]),
                Account(company_id="c1", workspace_id="w1", user=who, member_id=who),
            )
        for case_id in ("kept", "gone"):
            shelf.cases.add(_case(case_id, shelf))
            await audit.record(shelf, "case.publish", case_id)
        await know(shelf, JOBS, shelf.now - timedelta(days=7))
        for number in range(DUE):
            await _owe(shelf, f"due-{number}")
        await _owe(shelf, "later", not_before=shelf.now + timedelta(days=9))


def _case(case_id: str, shelf: Shelf) -> Case:
    return Case(
        company_id="c1",
        id=case_id,
        author_id="sato",
        title="朝のひとこと",
        action="やった",
        result="よし",
        status=Status.COMPANY,
        shared_at=shelf.now,
        changed_at=shelf.now,
    )


async def _owe(shelf: Shelf, key: str, **more: Any) -> None:
    owed = Owed(key, "thanks", b"!", workspace_id="w1", user="sato", member_id="sato", **more)
    await ledger.owe(shelf, owed)


async def _states(database: Database) -> dict[str, DeliveryState]:
    async with database.transaction(AUTHOR) as shelf:
        rows = await Ledger(shelf).deliveries(Delivery.id.is_not(None), 1000)
    return {row.dedupe_key: row.state for row in rows}


@fault(32)
def test_nothing_is_sent_again_and_what_was_taken_back_stays_so(
    place: Place, capsys: pytest.CaptureFixture[str], measured: Measured
) -> None:
    platform = FakePlatform()

    async def send(database: Database) -> None:
        worker = Worker(database, platform, platform, {}, FakeComposer(), Pace())
        await drain(worker, ["c1"])
        while await reconcile(worker, "c1"):
            pass
        await drain(worker, ["c1"])

    async def live_on(database: Database) -> None:
        await send(database)
        assert await plan(Planner(database, FakeComposer(), JOBS), "c1") != []
        async with database.transaction(AUTHOR) as shelf:
            await sharing.withdraw(shelf, "gone")
            member = await shelf.people.member("kato")
            assert member is not None
            member.active = False

    place.do(company)
    dump, stones = str(place.folder / "dump"), place.folder / "stones"
    assert cli.call(["backup", dump]) == 0
    place.do(live_on)
    assert len(platform.posts) == DUE
    capsys.readouterr()
    assert cli.call(["backup", "--tombstones"]) == 0
    stones.write_text(capsys.readouterr().out, "utf-8")

    place.move()
    assert cli.call(["restore", dump, "--tombstones", str(stones)]) == 0
    assert "2 tombstones applied. 20 messages" in capsys.readouterr().out
    place.do(send)
    assert len(platform.posts) == DUE
    states = place.do(_states)
    assert states.pop("later") is DeliveryState.READY
    assert set(states.values()) == {DeliveryState.SENT}
    place.do(_nothing_is_planned_and_all_is_buried)
    measured(f"{DUE} sent after the dump: 0 sent again; 2 of 2 tombstones applied")


async def _nothing_is_planned_and_all_is_buried(database: Database) -> None:
    assert await plan(Planner(database, FakeComposer(), JOBS), "c1") == []
    async with database.transaction(AUTHOR) as shelf:
        found = {one: await shelf.cases.any(one) for one in ("kept", "gone")}
        member = await shelf.people.member("kato")
        assert await audit.first_broken(shelf) is None
    assert {one: row.status for one, row in found.items() if row} == {
        "kept": Status.COMPANY,
        "gone": Status.WITHDRAWN,
    }
    assert member is not None
    assert not member.active


def test_holds_masks_and_hidden_names_outlive_a_restore(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    async def show(database: Database) -> None:
        async with database.transaction(AUTHOR) as shelf:
            await names.choose(shelf, "kept", show=True)

    async def live_on(database: Database) -> None:
        async with database.transaction(AUTHOR) as shelf:
            await names.choose(shelf, "kept", show=False)
        async with database.transaction(HEAD) as shelf:
            await legal_holds.place(shelf, legal_holds.MEMBER, "sato", "2026-017")
            masked = Rewrite({"action": "伏せた"}, "やった", "伏せた")
            await review_deeds.rewrite(shelf, parse_ring(KEY), "gone", "", masked)

    async def look(database: Database) -> tuple[bool, bool, Status, str]:
        async with database.transaction(HEAD) as shelf:
            kept, gone = [await shelf.cases.any(one) for one in ("kept", "gone")]
            assert kept is not None
            assert gone is not None
            held = await legal_holds.held(shelf)
            return held.member("sato"), kept.show_author, gone.status, gone.action

    place.do(company)
    place.do(show)
    dump, stones = str(place.folder / "dump"), place.folder / "stones"
    assert cli.call(["backup", dump]) == 0
    place.do(live_on)
    capsys.readouterr()
    assert cli.call(["backup", "--tombstones"]) == 0
    stones.write_text(capsys.readouterr().out, "utf-8")
    place.move()
    sealed = stones.read_text("utf-8")
    other = place.folder / "of another key"
    line = next(line for line in sealed.splitlines() if '"sealed"' in line)
    stone = json.loads(line)
    stone["row"]["sealed"] = b64encode(parse_ring(OTHER).seal_json({}, "c1")).decode()
    for made, words in ((json.dumps(stone), "HITOTSUBU_DATA_KEY too"), ("{}", "no 'company'")):
        other.write_text(f"{sealed}{made}\n", "utf-8")
        assert cli.call(["restore", dump, "--tombstones", str(other)]) == 2
        assert words in capsys.readouterr().err
    # Nothing was loaded by then: the same place takes the restore that can be done.
    assert cli.call(["restore", dump, "--tombstones", str(stones)]) == 0
    told = capsys.readouterr()
    assert "3 tombstones applied" in told.out
    assert "check who has which" in told.err
    assert "mask them again" not in told.err
    assert "伏せた" not in stones.read_text("utf-8")
    assert place.do(look) == (True, False, Status.COMPANY, "伏せた")


@pytest.mark.attack(55)
def test_a_backup_says_what_it_holds_and_no_word_of_it_is_readable(place: Place) -> None:
    place.do(company)
    dump = place.folder / "dump"
    assert cli.call(["backup", str(dump)]) == 0
    manifest = json.loads((place.folder / "dump.json").read_text("utf-8"))
    assert (manifest["v"], manifest["rows"]["case"], manifest["rows"]["delivery"]) == (1, 2, 21)
    assert list(manifest["audit"]) == ["c1"]
    assert "朝のひとこと".encode() not in dump.read_bytes()
    assert sorted(path.name for path in place.folder.iterdir() if path.is_dir()) == []
    place.move()
    assert cli.call(["restore", str(dump), "--verify"]) == 0
    assert place.do(_states)["due-0"] is DeliveryState.READY


def test_a_database_in_use_another_key_and_a_changed_file_are_refused(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    place.do(company)
    dump = place.folder / "dump"
    assert cli.call(["backup", str(dump)]) == 0
    assert cli.call(["restore", str(dump)]) == 2
    assert "new, empty database" in capsys.readouterr().err
    place.move()
    place.monkeypatch.setenv("HITOTSUBU_DATA_KEY", "k1:" + "B" * 43 + "=")
    assert cli.call(["restore", str(dump)]) == 1
    place.enter()
    dump.write_bytes(dump.read_bytes()[:-1] + b"?")
    assert cli.call(["restore", str(dump)]) == 2
    assert "not the file of its manifest" in capsys.readouterr().err
    assert cli.call(["backup"]) == 2


def test_a_restore_that_differs_from_its_manifest_settles_nothing(
    tmp_path: Path, sqlite_file: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    url = f"sqlite:///{sqlite_file}"
    for name, value in {"DATABASE_URL": url, "VAR": str(tmp_path), "DATA_KEY": KEY}.items():
        monkeypatch.setenv(f"HITOTSUBU_{name}", value)
    assert cli.call(["backup", str(tmp_path / "dump")]) == 0
    page = tmp_path / "dump.json"
    manifest = json.loads(page.read_text("utf-8"))
    manifest["rows"]["case"] = 7
    page.write_text(json.dumps(manifest), "utf-8")
    monkeypatch.setenv("HITOTSUBU_DATABASE_URL", f"sqlite:///{tmp_path}/new.db")
    assert cli.call(["restore", str(tmp_path / "dump")]) == 1
    assert "case" in capsys.readouterr().err
    with sqlite3.connect(tmp_path / "new.db") as db:
        assert db.execute("select count(*) from audit_entry").fetchone() == (0,)
