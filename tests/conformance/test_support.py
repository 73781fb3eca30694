"""Readings for support on both databases: one published case, half an hour, a sealed reason."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import select

from cases import audit, keeping, legal_holds, support
from cases.db import DENIED, Database
from cases.errors import NotAllowed, NotFound
from cases.models.case import Draft
from cases.models.support import SupportReading
from cases.rights import Action
from cases.scope import Scope
from cases.store.support import Readings
from cases.vocabulary import Role, Status
from tests.conformance.conftest import Acts
from tests.fakes.cast import NOON, RING, case_of
from tests.fakes.clocked import ClockedDatabase

WHY = "検索の結果に出ない件の確認"
IT = Scope("c1", "ito", frozenset({Role.IT_ADMIN}))


@pytest.fixture
async def written(acts: Acts) -> Acts:
    async with acts() as shelf:
        shelf.cases.add(
            case_of("case"),
            case_of("here", "ando", status=Status.OFFICE),
            case_of("gone", status=Status.WITHDRAWN),
            case_of("old", status=Status.ARCHIVED),
        )
    return acts


async def trail(acts: Acts) -> list[tuple[str, str, str]]:
    async with acts() as shelf:
        rows = await shelf.audit.of("support.read", "support.again", DENIED)
        return [(row.actor, row.what, row.subject) for row in rows]


async def test_one_look_is_told_and_the_next_ones_are_only_on_record(
    written: Acts, database: ClockedDatabase
) -> None:
    async with database.transaction(IT) as shelf:
        first = await support.read(shelf, RING, "case", WHY)
        assert (first.case.id, first.first) == ("case", True)
        assert first.reading.until - shelf.now == timedelta(minutes=30)
    database.turn(minutes=29)
    async with database.transaction(IT) as shelf:
        assert not (await support.again(shelf, "case")).first
        assert not (await support.read(shelf, RING, "case", WHY)).first
    database.turn(minutes=1)
    with pytest.raises(support.Over):
        async with database.transaction(IT) as shelf:
            await support.again(shelf, "case")
    async with database.transaction(IT) as shelf:
        new = await support.read(shelf, RING, "case", WHY)
        assert new.first
        assert new.reading.id != first.reading.id
    proof, known = hashlib.sha256(WHY.encode()).hexdigest(), f"case:{first.reading.id}"
    assert await trail(written) == [
        ("ito", "support.read", f"{known}:{proof}"),
        ("ito", "support.again", known),
        ("ito", "support.again", known),
        ("ito", "support.read", f"case:{new.reading.id}:{proof}"),
    ]


@pytest.mark.attack(24)
async def test_the_right_is_for_one_case_and_one_person(
    written: Acts, database: ClockedDatabase
) -> None:
    async with database.transaction(IT) as shelf:
        await support.read(shelf, RING, "case", WHY)
        assert await shelf.cases.drafts() == []
    other = Scope("c1", "ando", frozenset({Role.IT_ADMIN}))
    for scope, case_id in ((IT, "here"), (other, "case"), (IT, "nobody")):
        with pytest.raises(NotFound):
            async with database.transaction(scope) as shelf:
                await support.again(shelf, case_id)
    with pytest.raises(NotAllowed):
        async with database.transaction(Scope("c1", "ito")) as shelf:  # the role is gone
            await support.again(shelf, "case")
    assert (await trail(written))[-1] == ("ito", DENIED, "support.read:case")


@pytest.mark.attack(24, 28)
async def test_only_what_is_published_is_found(written: Acts, database: ClockedDatabase) -> None:
    async with written() as shelf:
        draft = Draft(company_id="c1", id="draft", author_id="sato", values={"action": "x"})
        draft.created_at = draft.updated_at = NOON
        shelf.cases.add(draft)
    async with database.transaction(IT) as shelf:
        assert (await support.read(shelf, RING, "here", WHY)).case.office_id == "sendai"
    for case_id in ("gone", "old", "draft", "nobody"):
        with pytest.raises(NotFound):
            async with database.transaction(IT) as shelf:
                await support.read(shelf, RING, case_id, WHY)
    async with written() as shelf:  # taken back within the half hour
        case = await shelf.cases.any("here")
        assert case is not None
        case.status = Status.WITHDRAWN
    with pytest.raises(NotFound):
        async with database.transaction(IT) as shelf:
            await support.again(shelf, "here")
    assert len(await trail(written)) == 1


@pytest.mark.attack(17)
async def test_a_case_of_another_company_is_a_case_of_nobody(
    two_companies: Acts, database: ClockedDatabase
) -> None:
    async with two_companies(None, "c2") as shelf:
        shelf.cases.add(case_of("theirs", company_id="c2"))
    for case_id in ("theirs", "nobody"):
        with pytest.raises(NotFound) as found:
            async with database.transaction(IT) as shelf:
                await support.read(shelf, RING, case_id, WHY)
        assert (found.value.code, str(found.value)) == ("E-01", "E-01")


async def test_the_author_head_office_and_auditors_hear_of_it(
    written: Acts, database: ClockedDatabase
) -> None:
    async with written() as shelf:
        mori = await shelf.people.member("mori")
        assert mori is not None
        mori.roles = ["auditor"]
        case = await shelf.cases.any("case")
        assert case is not None
        found = await support.told(shelf, case)
        assert found == {"sato": "author", "nakamura": "office", "mori": "office"}
        case.author_id = "ono"  # has left
        assert "ono" not in await support.told(shelf, case)


@pytest.mark.attack(55)
async def test_the_reason_is_sealed_read_by_the_auditor_and_goes_with_the_trail(
    written: Acts, database: ClockedDatabase
) -> None:
    async with database.transaction(IT) as shelf:
        await support.read(shelf, RING, "case", WHY)
    auditor = Scope("c1", "mori", frozenset({Role.AUDITOR}))
    async with database.transaction(auditor) as shelf:
        ((row, reason),) = await support.readings(shelf, RING, 10)
        assert (row.member_id, row.case_id, reason) == ("ito", "case", WHY)
        assert WHY.encode() not in row.reason
    with pytest.raises(NotAllowed, match=str(Action.TRAIL)):
        async with database.transaction(IT) as shelf:
            await support.readings(shelf, RING, 10)
    assert not any(WHY in subject for _, _, subject in await trail(written))
    database.turn(days=5 * 365 - 1)
    assert await left(written) == 1
    database.turn(days=2)
    assert await left(written) == 0


async def left(acts: Acts) -> int:
    """How many readings a night of retention leaves."""
    async with acts() as shelf:
        await keeping.purge(shelf, await legal_holds.held(shelf))
        return len((await shelf.session.scalars(select(SupportReading))).all())


async def test_a_legal_hold_keeps_readings_with_the_trail(
    written: Acts, database: ClockedDatabase
) -> None:
    async with database.transaction(IT) as shelf:
        await support.read(shelf, RING, "case", WHY)
    async with written("nakamura") as shelf:
        await legal_holds.place(shelf, legal_holds.CASE, "here", "2026-017")
    database.turn(days=6 * 365)
    assert await left(written) == 1


async def test_of_two_looks_at_once_others_are_told_of_one(
    written: Acts, database: Database
) -> None:
    """PostgreSQL: the second waits at the case's row; SQLite has one writer."""
    if not database.is_postgresql:
        pytest.skip("one writer at a time")

    async def look() -> bool:
        async with database.transaction(IT) as shelf:
            found = await support.read(shelf, RING, "case", WHY)
            await asyncio.sleep(0.05)
            return found.first

    assert sorted(await asyncio.gather(look(), look())) == [False, True]
    async with written() as shelf:
        assert len(await Readings(shelf).last(9)) == 1
        assert await audit.first_broken(shelf) is None
