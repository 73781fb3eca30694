"""A published case without a matching vector is the queue; nothing else is ever embedded."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from cases import indexing
from cases.vocabulary import Status
from tests.conformance.conftest import Acts
from tests.fakes.cast import case_of
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
