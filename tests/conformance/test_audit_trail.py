"""The audit trail: it only grows, the database refuses changes, and a changed row shows."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from bot.settings import sync_url
from cases import audit
from cases.errors import NotFound
from cases.models.audit import AuditEntry
from tests.conformance.conftest import Acts
from tests.databases import Postgres
from tests.fakes.cast import NOON
from tests.fakes.clocked import ClockedDatabase


async def grow(acts: Acts, number: int) -> None:
    for count in range(number):
        async with acts("sato" if count % 2 else None) as shelf:
            await audit.record(shelf, "case.publish", f"case-{count}")


async def test_entries_follow_each_other_and_name_who_acted(acts: Acts) -> None:
    await grow(acts, 3)
    async with acts() as shelf:
        entries = await shelf.audit.entries()
        assert [entry.seq for entry in entries] == [1, 2, 3]
        assert [entry.actor for entry in entries] == ["system", "sato", "system"]
        assert entries[0].prev_hash == audit.GENESIS
        assert [entry.hash for entry in entries[:2]] == [e.prev_hash for e in entries[1:]]
        assert await audit.first_broken(shelf) is None


async def test_an_empty_trail_is_whole(acts: Acts) -> None:
    async with acts() as shelf:
        assert await audit.first_broken(shelf) is None


async def test_writers_at_the_same_time_make_one_chain(acts: Acts) -> None:
    async def act(number: int) -> None:
        async with acts("sato") as shelf:
            await audit.record(shelf, "trial.start", str(number))

    await asyncio.gather(*(act(number) for number in range(8)))
    async with acts() as shelf:
        assert len(await shelf.audit.entries()) == 8
        assert await audit.first_broken(shelf) is None


CHANGES = ["update audit_entry set actor = 'nobody'", "delete from audit_entry"]


@pytest.mark.parametrize("change", [*CHANGES, "truncate audit_entry"])
@pytest.mark.attack(54)
async def test_the_database_refuses_to_change_or_delete(acts: Acts, change: str) -> None:
    await grow(acts, 1)

    async def attempt() -> None:
        async with acts() as shelf:
            await shelf.session.execute(text(change))

    # SQLite has no truncate; on PostgreSQL the app role has no right to update at all.
    with pytest.raises(DBAPIError, match=r"append-only|permission denied|near .truncate"):
        await attempt()
    async with acts() as shelf:
        assert [entry.actor for entry in await shelf.audit.entries()] == ["system"]


@pytest.mark.parametrize("change", [*CHANGES, "truncate audit_entry"])
@pytest.mark.attack(54)
def test_not_even_the_owner_changes_it_by_mistake(postgres: Postgres, change: str) -> None:
    owner = create_engine(sync_url(postgres.url("hitotsubu_owner")))
    entry = "insert into audit_entry values ('owned', 1, now(), 'sato', 'x', 'y', '', '')"
    with owner.connect() as connection:  # nothing is committed
        connection.execute(text("alter table audit_entry no force row level security"))
        connection.execute(text(entry))
        with pytest.raises(DBAPIError, match="append-only"):
            connection.execute(text(change))
    owner.dispose()


async def test_an_act_that_goes_on_holds_nobody_of_its_company_up(
    acts: Acts, database: ClockedDatabase
) -> None:
    if not database.is_postgresql:
        pytest.skip("SQLite has one writer at a time")
    async with acts("sato") as long_one:
        await audit.record(long_one, "case.publish", "long")
        async with asyncio.timeout(20), acts("kato") as quick:
            await audit.record(quick, "trial.start", "quick")
    async with acts() as shelf:
        assert [one.subject for one in await shelf.audit.entries()] == ["quick", "long"]
        assert await audit.first_broken(shelf) is None


async def test_an_act_that_fails_leaves_no_entry(acts: Acts) -> None:
    async def fail() -> None:
        async with acts("sato") as shelf:
            await audit.record(shelf, "case.publish", "never")
            raise NotFound

    with pytest.raises(NotFound):
        await fail()
    async with acts() as shelf:
        assert await shelf.audit.entries() == []


async def test_an_entry_is_read_in_the_transaction_that_noted_it(acts: Acts) -> None:
    async with acts("sato") as shelf:
        await audit.record_all(shelf, "case.release", ["a", "b"])
        assert await shelf.audit.has("case.release", "b")
        latest = await shelf.audit.latest("a")
        assert latest is not None
        assert (latest.seq, latest.actor) == (1, "sato")


@pytest.mark.attack(54)
async def test_a_tail_that_was_cut_off_differs_from_the_kept_head(acts: Acts) -> None:
    await grow(acts, 2)
    async with acts() as shelf:
        line = await audit.anchor(shelf)
    kept = audit.anchors(f"2026-11-05 INFO scheduler.jobs.audit_head: {line}", "c1")
    async with acts() as shelf:
        assert await audit.verify(shelf, kept) == audit.Chain(2, None)
        assert await audit.verify(shelf, {2: "0" * 64}) == audit.Chain(2, 2, 2)
        assert await audit.verify(shelf, {3: kept[2], 9: ""}) == audit.Chain(2, 3, 3)
    assert audit.anchors(line, "c2") == {}


HEAD = "audit head 0192f3-C1 12 " + "0123456789abcdef" * 4
WIDE = {ord(one): ord(one) + 0xFEE0 for one in "0123456789abcdefhiutC"}
COPIES = {
    "a log": f"03:10 INFO scheduler.jobs.audit_head: {HEAD}\n03:10 INFO audit_head 2026-11-05: 1",
    "a log of JSON": f'{{"level": "INFO", "message": "{HEAD}"}}',
    "a chat": f"ヒトツブ アプリ 8:40\n操作の記録のひかえ(11/5)\n{HEAD}\n:+1: 1\n確認しました",
    "a quotation": "> " + HEAD.replace("012345", "\n> 012345").replace(" head", "\n>  head"),
    "full width": HEAD.translate(WIDE).replace(" ", "　"),
    "broken lines": HEAD.replace(" ", "\r\n").replace("89ab", "89\r\n ab"),
    "a capital": HEAD.replace("audit", "Audit").replace("abcdef", "ABCDEF"),
    "twice": f"{HEAD}\n{HEAD}",
}


@pytest.mark.parametrize("copy", COPIES.values(), ids=COPIES)
def test_a_head_is_read_out_of_whatever_it_was_copied_from(copy: str) -> None:
    assert audit.anchors(copy, "0192f3-C1") == {12: "0123456789abcdef" * 4}


@pytest.mark.parametrize("other", [f"{HEAD}0", HEAD[:-1], HEAD.replace("12 ", "0 "), ""])
def test_what_is_no_head_is_not_taken_for_one(other: str) -> None:
    assert audit.anchors(other, "0192f3-C1") == {}


@pytest.mark.attack(54)
async def test_two_heads_of_one_entry_cannot_both_be_true(acts: Acts) -> None:
    await grow(acts, 1)
    async with acts() as shelf:
        line = await audit.anchor(shelf)
        forged = f"{line[:-64]}{'0' * 64}"
        kept = audit.anchors(f"{line}\n{forged}", "c1")
        assert await audit.verify(shelf, kept) == audit.Chain(1, 1, 1)


async def test_old_entries_go_and_the_rest_is_still_a_chain(
    acts: Acts, database: ClockedDatabase
) -> None:
    today, database.moment = database.moment, NOON - timedelta(days=365 * 6)
    await grow(acts, 3)
    database.moment = today
    await grow(acts, 2)
    async with acts() as shelf:
        assert await audit.forget(shelf, today - timedelta(days=365 * 5)) == 3
    async with acts() as shelf:
        assert [entry.seq for entry in await shelf.audit.entries()] == [4, 5, 6]
        assert await audit.verify(shelf) == audit.Chain(3, None)
        assert await audit.forget(shelf, today - timedelta(days=365 * 5)) == 0


async def test_a_beginning_that_no_purge_names_is_broken(acts: Acts) -> None:
    async with acts() as shelf:
        entry = AuditEntry(
            company_id="c1", seq=5, at=NOON, actor="sato", what="x", subject="y",
            prev_hash="f" * 64, hash="",
        )  # fmt: skip
        entry.hash = audit.digest(entry)
        shelf.audit.append(entry)
    async with acts() as shelf:
        assert await audit.first_broken(shelf) == 1


@pytest.mark.attack(54)
async def test_an_entry_that_does_not_follow_is_named(acts: Acts) -> None:
    await grow(acts, 2)
    async with acts() as shelf:
        forged = AuditEntry(
            company_id="c1", seq=3, at=NOON, actor="sato", what="case.release", subject="case-9",
            prev_hash="f" * 64, hash="",
        )  # fmt: skip
        forged.hash = audit.digest(forged)
        shelf.audit.append(forged)
    async with acts() as shelf:
        assert await audit.first_broken(shelf) == 3


@pytest.mark.attack(54)
async def test_a_missing_entry_is_named(acts: Acts) -> None:
    await grow(acts, 1)
    async with acts() as shelf:
        last = await shelf.audit.last()
        assert last is not None
        skipping = AuditEntry(
            company_id="c1", seq=3, at=NOON, actor="sato", what="x", subject="y",
            prev_hash=last.hash, hash="",
        )  # fmt: skip
        skipping.hash = audit.digest(skipping)
        shelf.audit.append(skipping)
    async with acts() as shelf:
        assert await audit.first_broken(shelf) == 2
