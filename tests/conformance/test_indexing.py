"""A published case without a matching vector is the queue; nothing else is ever embedded."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from cases import indexing, review_deeds, sharing
from cases.reindexing import Keeper
from cases.review_deeds import Rewrite
from cases.text import content_hash
from cases.vocabulary import Status
from tests.conformance.conftest import Acts
from tests.fakes.cast import RING, case_of
from tests.fakes.clocked import ClockedDatabase
from tests.fakes.encoder import FakeEncoder


async def test_catching_up_writes_each_missing_vector_once(
    acts: Acts, database: ClockedDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "BATCH", 2)
    async with acts() as shelf:
        shelf.cases.add(case_of("one"), case_of("two", "kato", status=Status.OFFICE))
        shelf.cases.add(case_of("gone", status=Status.WITHDRAWN, action="秘密"))
    encoder = FakeEncoder()
    todo = await indexing.missing(database, "c1", "fake")
    assert {case.id for case, _, _ in todo} == {"one", "two"}
    assert await indexing.catch_up(database, "c1", encoder) == len(todo)
    assert await indexing.catch_up(database, "c1", encoder) == 0
    assert len(encoder.asked) == len(todo)
    assert not any("秘密" in text for text in encoder.asked)
    async with acts() as shelf:
        rows = await shelf.cases.vectors_since("fake", None)
        assert {len(np.frombuffer(row.vector, "<f4")) for row in rows} == {64}
        assert await shelf.cases.vectors_since("other", None) == []


async def test_changed_text_is_encoded_anew_and_only_that(
    acts: Acts, database: ClockedDatabase
) -> None:
    async with acts() as shelf:
        shelf.cases.add(case_of("one"))
    await indexing.catch_up(database, "c1", FakeEncoder())
    async with acts() as shelf:
        case = await shelf.cases.any("one")
        assert case is not None
        case.result, case.changed_at = "電話が来た", shelf.now + timedelta(hours=1)
    encoder = FakeEncoder()
    await indexing.catch_up(database, "c1", encoder)
    assert encoder.asked
    assert all("電話が来た" in text for text in encoder.asked)


def test_a_document_says_who_may_find_it_and_what_it_is_about() -> None:
    case = case_of(
        "one", barrier=["benefit.no_time"], facility="clinic", channels=["mr_email", "old_word"],
        steps=[{"text": "送る"}, {"text": "待つ"}], details={"trigger": "視聴後"},
    )  # fmt: skip
    found = indexing.document(case)
    assert {"status:company", "office:sendai", "author:sato"} <= found.facets
    assert {"barriers:benefit.no_time", "barriers:benefit", "facilities:clinic"} <= found.facets
    assert found.fields["steps"] == "送る。待つ"
    assert found.fields["trigger"] == "視聴後"
    case.status = Status.OFFICE
    assert "status:company" not in indexing.document(case).facets
    assert not any("sato" in text or "仙台" in text for text in found.fields.values())


class Other(FakeEncoder):
    """Another model of the same kind."""

    name = "other"


async def test_the_child_serves_both_models_until_the_new_one_is_whole(
    acts: Acts, database: ClockedDatabase
) -> None:
    old, new = FakeEncoder(), Other()
    async with acts() as shelf:
        shelf.cases.add(case_of("one"))
    await Keeper(database, old, old).look("c1")
    async with acts() as shelf:
        assert indexing.searched_model(await shelf.people.company()) == ""
        shelf.cases.add(case_of("two", changed_at=shelf.now))
    keeper = Keeper(database, new, old)
    await keeper.look("c1")
    async with acts() as shelf:
        assert indexing.searched_model(await shelf.people.company()) == "other"
        assert len(await shelf.cases.hashes("other")) == len(await shelf.cases.hashes("fake")) > 0
    asked = len(old.asked) + len(new.asked)
    await keeper.look("c1")  # nothing is new
    assert len(old.asked) + len(new.asked) == asked


async def test_a_look_at_the_news_finds_what_was_published_since(
    acts: Acts, database: ClockedDatabase
) -> None:
    encoder = FakeEncoder()
    keeper = Keeper(database, encoder, encoder)
    await keeper.look("c1")
    async with acts() as shelf:
        shelf.cases.add(case_of("new", changed_at=shelf.now), case_of("hidden"))
    await keeper.look("c1")
    async with acts() as shelf:
        assert {key for key, _ in await shelf.cases.hashes("fake")} == {"new"}
    database.turn(minutes=11)  # a whole look finds what came with an old date
    await keeper.look("c1")
    async with acts() as shelf:
        assert {key for key, _ in await shelf.cases.hashes("fake")} == {"new", "hidden"}


async def test_nothing_is_embedded_of_a_case_that_was_withdrawn_meanwhile(
    acts: Acts, database: ClockedDatabase
) -> None:
    async with acts() as shelf:
        shelf.cases.add(case_of("one"), case_of("two"))
    page = await indexing.missing(database, "c1", "fake")
    async with acts("sato") as shelf:
        await sharing.withdraw(shelf, "one")
    await indexing._write(database, "c1", "fake", page, FakeEncoder().encode([t for *_, t in page]))
    async with acts() as shelf:
        assert {key for key, _ in await shelf.cases.hashes("fake")} == {"two"}


async def test_nothing_is_embedded_of_a_text_that_was_masked_meanwhile(
    acts: Acts, database: ClockedDatabase
) -> None:
    async with acts() as shelf:
        shelf.cases.add(case_of("one", action="資材を送った。山田先生が返信した"))
    page = await indexing.missing(database, "c1", "fake")
    async with acts("nakamura") as shelf:
        await review_deeds.rewrite(shelf, RING, "one", "", Rewrite({"action": "資材を送った"}))
    await indexing._write(database, "c1", "fake", page, FakeEncoder().encode([t for *_, t in page]))
    async with acts() as shelf:
        kept = set((await shelf.cases.hashes("fake")).values())
    gone = {content_hash(text) for _, _, text in page if "山田" in text}
    assert gone
    assert not kept & gone
