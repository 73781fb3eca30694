"""Finding inside one's scope: what is new is found at once, what is gone leaves at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from cases import indexing, reactions, reasons, review, sharing
from cases.chips import Chip
from cases.embedding import Vectors
from cases.index.memory import MemoryIndex
from cases.index.vectors import Common
from cases.library import Library
from cases.question import Question
from cases.reasons import Reason
from cases.reindexing import Keeper, forget_old, reindex
from cases.search import Found, Shelves, chip_id
from cases.vocabulary import Status
from tests.conformance.conftest import Acts
from tests.fakes.cast import NOON, RING, case_of, scope_of
from tests.fakes.clocked import ClockedDatabase
from tests.fakes.encoder import FakeEncoder

PLAIN = Common(np.zeros(64, np.float32), np.zeros(64, np.float32))
DAY = timedelta(days=1)


@pytest.fixture
def shelves(database: ClockedDatabase) -> Shelves:
    return Shelves(database, lambda _company, _model, _size: MemoryIndex(PLAIN), FakeEncoder())


@pytest.fixture
async def library(two_companies: Acts) -> Acts:
    """仙台: one company-wide case, one of its own; 神戸: one of its own; one in another company."""
    async with two_companies() as shelf:
        shelf.cases.add(
            case_of("wide", action="視聴ログを見て要点だけをメールで送った"),
            case_of("sendai", "ando", status=Status.OFFICE, action="メールで日程を聞いた"),
            case_of("kobe", "kato", status=Status.OFFICE, action="メールで資料を送った"),
            case_of("old", "kato", status=Status.ARCHIVED, action="メールで資料を送った"),
        )
    async with two_companies(None, "c2") as shelf:
        shelf.cases.add(case_of("theirs", company_id="c2", action="メールで資料を送った"))
    return two_companies


def ids(found: Found) -> set[str]:
    return {hit.case_id for hit in found.hits}


@pytest.mark.parametrize(
    ("member", "expected"),
    [("sato", {"wide", "sendai"}), ("mori", {"wide", "kobe"}), ("ito", {"wide"}), (None, {"wide"})],
)
async def test_a_search_stays_inside_the_askers_scope(
    library: Acts, shelves: Shelves, member: str | None, expected: set[str]
) -> None:
    found = await shelves.find(scope_of(member), "メールで送った")
    assert ids(found) == expected
    assert all(hit.why().sentence for hit in found.hits)
    assert ids(await shelves.find(scope_of("sato", "c2"), "メール")) == {"theirs"}


async def test_a_new_case_is_found_at_once_and_a_withdrawn_one_never(
    library: Acts, shelves: Shelves, database: ClockedDatabase
) -> None:
    await shelves.warm("c1")
    database.turn(minutes=5)
    async with library() as shelf:
        shelf.cases.add(case_of("new", days_ago=0, action="研修医の先生に動画を送った"))
    assert "new" in ids(await shelves.find(scope_of("ito"), "動画"))
    database.turn(minutes=5)
    async with library("sato") as shelf:
        await sharing.withdraw(shelf, "new")
    assert "new" not in ids(await shelves.find(scope_of("ito"), "動画"))


async def test_a_case_that_another_process_withdrew_meanwhile_is_not_shown(
    library: Acts, shelves: Shelves, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shelves.warm("c1")
    async with library() as shelf:
        case = await shelf.cases.any("wide")
        assert case is not None
        case.status = Status.WITHDRAWN  # and its index does not know yet
    assert ids(await shelves.find(scope_of("ito"), "メール")) == set()


async def test_a_stale_case_comes_after_its_equal_and_is_still_found(
    library: Acts, shelves: Shelves
) -> None:
    async with library() as shelf:
        for case_id, status in (("a-stale", Status.STALE), ("b-fresh", Status.COMPANY)):
            case = case_of(case_id, action="視聴ログを見て要点だけをメールで送った")
            case.status = status
            shelf.cases.add(case)
    found = await shelves.find(scope_of("ito"), "視聴ログを見て要点をメールで送った")
    order = [hit.case_id for hit in found.hits]
    assert order.index("a-stale") > max(order.index("b-fresh"), order.index("wide"))


async def test_meaning_comes_with_the_vectors_and_stays_after_a_release(
    library: Acts, shelves: Shelves, database: ClockedDatabase
) -> None:
    async with library() as shelf:
        case = await shelf.cases.any("sendai")
        assert case is not None
        case.release_asked_at = NOON
    await shelves.warm("c1")
    database.turn(minutes=5)
    await indexing.catch_up(database, "c1", FakeEncoder())
    await shelves.warm("c1")
    before = sentences_known(shelves)
    assert before == {"wide", "sendai", "kobe"}
    database.turn(days=1)
    async with library() as shelf:
        shelf.cases.add(case_of("younger", changed_at=shelf.now))
    await indexing.catch_up(database, "c1", FakeEncoder())
    await shelves.warm("c1")
    async with library("nakamura") as shelf:
        await review.release(shelf, "sendai")
    await shelves.warm("c1")
    assert sentences_known(shelves) == before | {"younger"}
    assert "sendai" in ids(await shelves.find(scope_of("ito"), "日程"))


class SlowEncoder(FakeEncoder):
    """Each batch takes seventy seconds of database time."""

    def __init__(self, database: ClockedDatabase) -> None:
        super().__init__()
        self.database = database

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.database.turn(seconds=70)
        return super().encode(texts)


async def test_a_case_whose_vectors_came_in_two_batches_keeps_all(
    library: Acts, shelves: Shelves, database: ClockedDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "BATCH", 2)
    await indexing.catch_up(database, "c1", SlowEncoder(database))
    async with library() as shelf:
        stored = set(await shelf.cases.hashes("fake"))
    for _ in range(2):
        await shelves.warm("c1")
    index = shelves.companies["c1"].index
    assert isinstance(index, MemoryIndex)
    whole = {key for key, part in stored if part == "whole"}
    assert {key: index.sentences(key) for key in whole} == {
        key: len([one for one, part in stored if one == key]) - 1 for key in whole
    }


def sentences_known(shelves: Shelves) -> set[str]:
    """The cases of the index that have vectors."""
    index = shelves.companies["c1"].index
    return {key for key in ("wide", "sendai", "kobe", "younger") if index.sentences(key)}


async def test_without_a_model_it_is_searched_by_words(library: Acts, shelves: Shelves) -> None:
    with_model = await shelves.find(scope_of("ito"), "視聴ログ")
    assert not with_model.words_only
    shelves.embedder = None
    await shelves.warm("c1")
    found = await shelves.find(scope_of("ito"), "視聴ログ")
    assert found.words_only
    assert ids(found) == {"wide"}


async def test_what_is_not_a_match_stays_away_from_that_member_only(
    library: Acts, shelves: Shelves
) -> None:
    async with library("sato") as shelf:
        await reactions.react(shelf, "wide", reactions.NOT_A_MATCH)
    assert ids(await shelves.find(scope_of("sato"), "メール")) == {"sendai"}
    assert ids(await shelves.find(scope_of("ando"), "メール")) == {"wide", "sendai"}


async def test_a_condition_that_is_met_lifts_a_case_and_can_be_taken_off(
    library: Acts, shelves: Shelves
) -> None:
    async with library() as shelf:
        for case_id, facility in (("a", "clinic"), ("b", "")):
            shelf.cases.add(case_of(case_id, facility=facility, action="動画を送った"))
    asked = "診療所で動画、2つ"
    found = await shelves.find(scope_of("ito"), asked)
    assert found.limit == 2
    (chip,) = (chip for chip in found.chips if chip.list_name == "facilities")
    by_id = {hit.case_id: hit for hit in found.hits}
    assert chip in by_id["a"].same
    assert chip in [one.chip for one in by_id["b"].different]
    without = await shelves.find(scope_of("ito"), asked, without=[chip_id(chip)])
    assert chip not in without.chips


class Halved(FakeEncoder):
    """Another model: its vectors say less, and they are shorter."""

    name = "halved"
    size = 32


async def test_old_vectors_answer_until_the_new_ones_are_whole(
    library: Acts, database: ClockedDatabase
) -> None:
    def index(_company: str, _model: str, size: int) -> MemoryIndex:
        return MemoryIndex(Common(np.zeros(size, np.float32), np.zeros(size, np.float32)))

    old, new = FakeEncoder(), Halved()
    shelves = Shelves(database, index, old, wanted="halved")
    await indexing.catch_up(database, "c1", old)
    new_texts = 0

    async def answer() -> Found:
        found = await shelves.find(scope_of("ito"), "視聴ログ")
        await shelves.settled()
        assert ids(found) == {"wide"}
        return found

    assert not (await answer()).words_only  # nothing of the new model is here yet
    shelves.use(new)
    async with library() as shelf:
        shelf.cases.add(case_of("late", "kato", status=Status.OFFICE, action="電話した"))
    new_texts = await reindex(database, "c1", new)
    assert new_texts == len(await indexing_of(library, "halved"))
    assert await reindex(database, "c1", new) == 0
    await answer()  # this one notices the switch
    assert shelves.companies["c1"].embedder is new
    asked = len(new.asked)
    assert not (await answer()).words_only
    assert len(new.asked) > asked
    assert await forget_old(database, "c1") == ["fake"]
    assert await indexing_of(library, "fake") == {}


async def test_a_company_that_never_chose_a_model_forgets_the_former_default_too(
    library: Acts, database: ClockedDatabase
) -> None:
    old, new = FakeEncoder(), Halved()
    await indexing.catch_up(database, "c1", old)
    await Keeper(database, new, new).look("c1")  # what an upgrade does: nothing is forgotten yet
    assert await indexing_of(library, "fake") != {}
    await reindex(database, "c1", new)
    assert await forget_old(database, "c1") == ["fake"]
    assert await indexing_of(library, "fake") == {}


async def indexing_of(library: Acts, model: str) -> dict[tuple[str, str], str]:
    """The stored vectors of a model."""
    async with library() as shelf:
        return await shelf.cases.hashes(model)


async def test_a_model_that_still_loads_is_waited_for_with_words_alone(
    library: Acts, database: ClockedDatabase
) -> None:
    shelves = Shelves(
        database, lambda _company, _model, _size: MemoryIndex(PLAIN), FakeEncoder(), "later"
    )
    await indexing.switch(database, "c1", "later")
    found = await shelves.find(scope_of("ito"), "視聴ログ")
    assert (found.words_only, ids(found)) == (True, {"wide"})
    shelves.give_up("later")  # it could not be loaded: the default model answers
    await shelves.warm("c1")
    assert not (await shelves.find(scope_of("ito"), "視聴ログ")).words_only


async def test_an_answer_is_full_though_cases_vanished_behind_the_index(
    library: Acts, shelves: Shelves
) -> None:
    async with library() as shelf:
        for number in range(6):
            shelf.cases.add(case_of(f"more{number}", action="動画を送った"))
    await shelves.warm("c1")
    async with library() as shelf:
        for number in range(4):
            row = await shelf.cases.any(f"more{number}")
            assert row is not None
            await shelf.session.delete(row)
    found = await shelves.find(scope_of("ito"), "動画を送った", limit=3)
    assert ids(found) == {"more4", "more5", "wide"}


class Backwards:
    """Likes short texts."""

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        return [-float(len(text)) for text in texts]


async def test_a_re_ranker_orders_the_first_hits(library: Acts, shelves: Shelves) -> None:
    async with library() as shelf:
        shelf.cases.add(case_of("short", title="短", action="電話", result="会えた"))
    shelves.reranker = Backwards()
    found = await shelves.find(scope_of("ito"), "視聴ログ メール")
    assert [hit.case_id for hit in found.hits] == ["short", "wide"]
    assert order_of(found) == sorted(order_of(found), reverse=True)


HARD = [
    "", " ", "面" * 10_000, "🙌🙏😭", "\x00\x1b\x7f", "\u202e面会\u2066", "\ud800訪問\udfff",
    '"面会" NEAR(*) -AND; DROP TABLE cases --', "%_\\'", "a:* & !b | (c)", "\ufffe\U0010ffff",
]  # fmt: skip


@pytest.mark.parametrize("text", HARD, ids=[f"hard{at}" for at in range(len(HARD))])
async def test_any_question_gets_an_answer(library: Acts, shelves: Shelves, text: str) -> None:
    assert ids(await shelves.find(scope_of("ito"), text)) == {"wide"}


async def test_the_library_asks_its_shelves(
    library: Acts, shelves: Shelves, database: ClockedDatabase
) -> None:
    whole = Library(database, RING, FakeEncoder(), shelves)
    assert ids(await whole.find(scope_of("ito"), "メール")) == {"wide"}
    assert (await whole.find(scope_of("ito"), "")).match == "none"
    await whole.close()


def test_a_chip_has_a_value_for_its_button() -> None:
    chip = Chip("channels", ("mr_email", "hq_email"), "メール")
    assert chip_id(chip) == "channels:mr_email|hq_email"


def order_of(found: Found) -> Sequence[float]:
    return [hit.score for hit in found.hits]


async def test_hits_come_best_first(library: Acts, shelves: Shelves) -> None:
    found = await shelves.find(scope_of("sato"), "視聴ログ メール", limit=1)
    assert len(found.hits) == 1
    found = await shelves.find(scope_of("sato"), "視聴ログ メール")
    assert order_of(found) == sorted(order_of(found), reverse=True)
    assert found.hits[0].case_id == "wide"


async def test_a_reason_is_read_only_when_it_is_shown(
    library: Acts, shelves: Shelves, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    why = reasons.why

    def counted(asked: Question, fields: Mapping[str, str], *known: Any) -> Reason:
        read.append(fields["action"])
        return why(asked, fields, *known)

    monkeypatch.setattr(reasons, "why", counted)
    found = await shelves.find(scope_of("sato"), "メールで送った")
    assert (len(found.hits), read) == (2, [])
    assert found.hits[0].why().sentence == found.hits[0].fields["action"] == read[0]
