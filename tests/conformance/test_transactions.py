"""One unit of work on both databases: all or nothing, aware UTC, words as text, no lost update."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, StatementError

from bot.cli.migrate import head
from cases.columns import new_id
from cases.db import Database
from cases.models.case import Case
from cases.models.org import Company
from cases.scope import Scope
from cases.vocabulary import Status
from tests.conformance.conftest import Acts
from tests.fakes.cast import NOON, case_of, trial_of
from tests.fakes.clocked import ClockedDatabase

SCOPE = Scope("c1")


@pytest.fixture
async def real(database_url: str) -> AsyncIterator[Database]:
    """The database with its own clock."""
    found = Database(database_url)
    yield found
    await found.close()


async def test_what_was_added_is_there_after_the_transaction(acts: Acts) -> None:
    async with acts() as shelf:
        shelf.cases.add(case_of("one"))
    async with acts() as shelf:
        assert await shelf.cases.any("one") is not None


async def test_an_error_takes_everything_back(acts: Acts) -> None:
    async def stumble() -> None:
        async with acts() as shelf:
            shelf.cases.add(case_of("one"))
            await shelf.cases.flush()
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        await stumble()
    async with acts() as shelf:
        assert await shelf.cases.any("one") is None


async def test_a_broken_rule_shows_at_the_flush(acts: Acts) -> None:
    async with acts() as shelf:
        shelf.loop.add(trial_of("one", "kato"))
        await shelf.loop.flush()
        shelf.loop.add(trial_of("one", "kato"))
        with pytest.raises(IntegrityError):
            await shelf.loop.flush()
        await shelf.session.rollback()


async def test_a_moment_is_utc_whatever_zone_it_was_given_in(acts: Acts) -> None:
    tokyo = timezone(timedelta(hours=9))
    then = datetime(2026, 11, 1, 8, 30, 15, 250_000, tzinfo=tokyo)
    async with acts() as shelf:
        shelf.cases.add(case_of("one", shared_at=then))
    async with acts() as shelf:
        case = await shelf.cases.any("one")
        assert case is not None
        assert case.shared_at == then
        assert case.shared_at.tzinfo is UTC
        assert case.released_at is None


async def test_a_moment_without_a_zone_is_refused(acts: Acts) -> None:
    with pytest.raises(StatementError, match="needs a time zone"):
        async with acts() as shelf:
            shelf.cases.add(case_of("one", shared_at=datetime(2026, 11, 1)))  # noqa: DTZ001  # that is the point


async def test_a_word_lies_as_text_and_comes_back_as_a_word(acts: Acts) -> None:
    async with acts() as shelf:
        shelf.cases.add(case_of("one", status=Status.STALE))
    async with acts() as shelf:
        raw = await shelf.session.execute(text('select status, kind from "case"'))
        assert raw.one() == ("stale", "customer_case")
        case = await shelf.cases.any("one")
        assert case is not None
        assert case.status is Status.STALE


async def test_any_text_survives(acts: Acts) -> None:
    wording = "髙橋𠮷野家👩‍⚕️ é \u3000「'\"%_\\"
    async with acts() as shelf:
        shelf.cases.add(case_of("one", tip=wording, details={"pitfalls": wording}))
    async with acts() as shelf:
        case = await shelf.cases.any("one")
        assert case is not None
        assert (case.tip, case.details["pitfalls"]) == (wording, wording)


async def test_the_time_is_the_databases_own(real: Database) -> None:
    before = datetime.now(UTC) - timedelta(seconds=2)
    async with real.transaction(SCOPE) as shelf:
        assert shelf.now.tzinfo is UTC
        assert before < shelf.now < datetime.now(UTC) + timedelta(seconds=2)


async def test_a_sample_companys_clock_can_be_shifted(real: Database) -> None:
    async with real.transaction(SCOPE) as shelf:
        shelf.people.add(Company(id="c1", name="サンプル製薬", sample=True, clock_shift=86_400))
    async with real.transaction(SCOPE) as shelf:
        assert shelf.now - datetime.now(UTC) > timedelta(hours=23)
    async with real.transaction(Scope("c2")) as shelf:
        assert shelf.now - datetime.now(UTC) < timedelta(hours=1)


async def test_writers_at_the_same_time_lose_no_update(acts: Acts) -> None:
    async with acts() as shelf:
        shelf.cases.add(case_of("one", details={"n": 0}))

    async def add_one() -> None:
        async with acts() as shelf:
            case = await shelf.session.get_one(Case, ("c1", "one"), with_for_update=True)
            case.details = {"n": case.details["n"] + 1}

    await asyncio.gather(*(add_one() for _ in range(20)))
    async with acts() as shelf:
        case = await shelf.cases.any("one")
        assert case is not None
        assert case.details == {"n": 20}


async def test_the_schema_version_is_empty_before_the_first_migration(
    database: ClockedDatabase, tmp_path: object
) -> None:
    assert await database.directory.schema_version() == head()
    fresh = Database(f"sqlite:///{tmp_path}/fresh.db")
    assert await fresh.directory.schema_version() == ""
    await fresh.close()


async def test_ids_follow_time() -> None:
    ids = [new_id() for _ in range(1000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == 1000


def test_the_clock_of_the_tests_stands_still() -> None:
    assert ClockedDatabase.moment == NOON
