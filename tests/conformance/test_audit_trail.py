"""The audit trail: it only grows, the database refuses changes, and a changed row shows."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from cases import audit
from cases.models.audit import AuditEntry
from tests.conformance.conftest import Acts
from tests.fakes.cast import NOON


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


@pytest.mark.parametrize(
    "change", ["update audit_entry set actor = 'nobody'", "delete from audit_entry"]
)
async def test_the_database_refuses_to_change_or_delete(acts: Acts, change: str) -> None:
    await grow(acts, 1)

    async def attempt() -> None:
        async with acts() as shelf:
            await shelf.session.execute(text(change))

    with pytest.raises(DBAPIError, match="append-only"):
        await attempt()


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
