"""月次まとめ and 定例の資料 of one office: made once, from elsewhere, never of what is gone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases import counts, digests, packs, review_deeds, sharing
from cases.db import Shelf
from cases.errors import BadInput, NotFound
from cases.guard import Checked
from cases.models.case import Draft
from cases.models.loop import Wish
from cases.models.talk import Digest
from cases.review_deeds import Rewrite
from cases.vocabulary import Decision, Kind, Status
from tests.conformance.conftest import Acts
from tests.fakes.cast import NOON, RING, case_of, crowd, trial_of

MONTH = "2026-10"
OCTOBER = 20  # days ago


@pytest.fixture
async def library(acts: Acts) -> Acts:
    """Three cases of 仙台, two of 神戸, one of 大阪, all company-wide, shared in October."""
    async with acts() as shelf:
        for number, author in enumerate(("sato", "sato", "ando", "kato", "kato", "ito")):
            days = OCTOBER - number / 10
            shelf.cases.add(case_of(f"case{number}", author, days_ago=days, barrier=["urgency"]))
        shelf.loop.add(
            trial_of("case0", "kato"), trial_of("case0", "ito"),
            Wish(company_id="c1", id="w", theme="会えない先生", asker_id="ito", office_id="osaka",
                 asked_at=NOON - timedelta(days=9)),
        )  # fmt: skip
    return acts


def ids(digest: Digest) -> list[str]:
    return [item["case_id"] for item in digest.items]


async def test_a_digest_shows_three_cases_of_other_offices_and_is_made_once(library: Acts) -> None:
    async with library() as shelf:
        first = await digests.make(shelf, "kobe", MONTH)
        assert len(ids(first)) == 3
        assert set(ids(first)) <= {"case0", "case1", "case2", "case5"}
        assert first.content["summary"] == {
            "published": 6, "offices": 3, "tried": None, "worked": None,
            "barrier": "urgency", "barrier_cases": 6,
        }  # fmt: skip
        assert first.content["own"]["published"] is None  # two people
        assert first.content["items"][0]["worked"] in (0, 2)
        assert first.content["wishes"] == [{"id": "w", "theme": "会えない先生"}]
        assert first.content["next_step"] == "invite"
        shelf.cases.add(case_of("newer", "sato", days_ago=6, barrier=["urgency"]))
    async with library() as shelf:
        again = await digests.make(shelf, "kobe", MONTH)
        assert ids(again) == ids(first)
        assert again.content == first.content


async def test_a_withdrawn_case_is_replaced_and_the_others_stay(library: Acts) -> None:
    async with library() as shelf:
        before = ids(await digests.make(shelf, "kobe", MONTH))
        gone = await shelf.cases.any(before[1])
        assert gone is not None
        gone.status = Status.WITHDRAWN
    async with library() as shelf:
        shown = await digests.current(shelf, "kobe", MONTH)
        kept = await shelf.talks.digest("kobe", MONTH)
        assert kept is not None
        assert ids(kept) == before  # only looking keeps nothing
        made = await digests.make(shelf, "kobe", MONTH)
        assert made is kept
        assert ids(made) == ids(shown)
        assert set(before) - set(ids(made)) == {before[1]}
        assert len(ids(made)) == 3
        assert [item["case_id"] for item in made.content["items"]] == ids(made)


async def test_a_masked_name_stays_in_no_draft_and_no_digest(library: Acts) -> None:
    name = "ひみつの先生"
    said = {"action": f"{name}に資材を送った", "result": "返信が来た", "tip": f"{name}は午後"}
    async with library("sato") as shelf:
        draft = await sharing.keep_draft(shelf, RING, said, Checked(Decision.PUBLISH, {}, said))
        case = await sharing.publish(
            shelf, draft, Decision.PUBLISH, sharing.DECLARATIONS, show_author=False
        )
        assert (draft.values, bool(draft.declared_hash)) == ({}, True)
        case.status, case.shared_at = Status.COMPANY, NOON - timedelta(days=OCTOBER)
    async with library() as shelf:
        shelf.talks.add(
            Digest(company_id="c1", office_id="kobe", month=MONTH, made_at=NOON,
                   items=[{"case_id": case.id, "reason": {}}],
                   content={"missed": ["2026-09"], "items": [{"tip": case.tip}]})
        )  # fmt: skip
    async with library("nakamura") as shelf:
        texts = {"action": "A先生に資材を送った", "result": "返信が来た", "tip": "A先生は午後"}
        await review_deeds.rewrite(shelf, RING, case.id, "", Rewrite(texts))
    async with library() as shelf:
        kept = await shelf.talks.digest("kobe", MONTH)
        assert kept is not None
        assert kept.content == {"missed": ["2026-09"]}
        assert (await shelf.session.get_one(Draft, ("c1", draft.id))).values == {}
        again = await digests.make(shelf, "kobe", MONTH)
        assert case.id in ids(again)
        assert again.content["missed"] == ["2026-09"]
        assert "A先生は午後" in [item["tip"] for item in again.content["items"]]


async def test_a_case_is_not_shown_again_within_three_digests(library: Acts) -> None:
    async with library() as shelf:
        shown = [{"case_id": "case0", "reason": {}}]
        for month, items in (("2026-09", shown), ("2026-08", []), ("2026-07", []), ("2026-06", [])):
            row = Digest(company_id="c1", office_id="kobe", month=month, items=items, made_at=NOON)
            shelf.talks.add(row)
    async with library() as shelf:
        assert "case0" not in ids(await digests.preview(shelf, "kobe", MONTH))
    async with library() as shelf:
        row = await shelf.talks.digest("kobe", "2026-06")
        last = await shelf.talks.digest("kobe", "2026-09")
        assert row is not None
        assert last is not None
        row.items, last.items = last.items, []
    async with library() as shelf:
        assert "case0" in ids(await digests.preview(shelf, "kobe", MONTH))


async def test_an_empty_month_still_says_something(acts: Acts) -> None:
    async with acts() as shelf:
        digest = await digests.make(shelf, "osaka", "2026-01")
        assert digest.items == []
        assert digest.content["question"]["ja"]
        assert digest.content["next_step"] == "listen"
        assert digest.content["summary"]["barrier"] == ""
        assert digest.content["wishes"] == []
        assert digest.content["small"] is True


async def test_a_company_of_one_asker_reads_its_own_wish(library: Acts) -> None:
    async with library() as shelf:
        digest = await digests.preview(shelf, "osaka", MONTH)
        assert digest.content["wishes"] == [{"id": "w", "theme": "会えない先生"}]


async def test_an_unknown_office_or_month_is_refused(acts: Acts) -> None:
    async with acts() as shelf:
        with pytest.raises(NotFound):
            await digests.make(shelf, "nowhere", MONTH)
        with pytest.raises(BadInput):
            await digests.make(shelf, "kobe", "October")


async def test_a_lesson_and_voices_are_carried_into_the_item(acts: Acts) -> None:
    async with acts() as shelf:
        shelf.cases.add(
            case_of("l", "sato", days_ago=OCTOBER, kind=Kind.LESSON, voice="助かる",
                    details={"pitfalls": "遅いと次がない"}, channels=["mr_email"])
        )  # fmt: skip
        await shelf.cases.flush()
        (item,) = (await digests.preview(shelf, "kobe", MONTH)).content["items"]
        assert (item["lesson"], item["voice"], item["pitfalls"]) == (
            True,
            "助かる",
            "遅いと次がない",
        )
        assert item["reason"] == {"kind": "new", "key": ""}


# 定例の資料


async def test_a_pack_holds_the_digest_and_last_months_homework(library: Acts) -> None:
    async with library() as shelf:
        await digests.make(shelf, "kobe", MONTH)
        shelf.cases.add(case_of("nov", "sato", days_ago=2, barrier=["benefit.no_time"]))
    async with library() as shelf:
        pack = await packs.make(shelf, "kobe", "2026-11")
        assert (pack.office, pack.office_en, pack.month) == ("神戸営業所", "神戸営業所", "2026-11")
        assert pack.barriers == [("urgency", 6), ("benefit.no_time", 1)]
        assert [wish.id for wish in pack.wishes] == ["w"]
        assert {row["tried"] for row in pack.homework} == {None}  # no number of a few people
        crowd(shelf, "kobe")
        await shelf.people.flush()
        pack = await packs.make(shelf, "kobe", "2026-11")
        assert {row["tried"] for row in pack.homework} == {None}  # one of them tried it
        for number in range(4):
            trial = trial_of("case0", "kato")
            trial.member_id = f"kobe{number}"
            shelf.loop.add(trial)
        await shelf.loop.flush()
        pack = await packs.make(shelf, "kobe", "2026-11")
        tried = {row["case_id"]: row["tried"] for row in pack.homework}
        assert tried["case0"] == 5  # by 神戸; 大阪 tried it too
        assert len(tried) == 3
        gone = await shelf.cases.any("case0")
        assert gone is not None
        gone.status = Status.WITHDRAWN
    async with library() as shelf:
        pack = await packs.make(shelf, "kobe", "2026-11")
        assert "case0" not in {row["case_id"] for row in pack.homework}
        assert "case0" not in {
            row["case_id"] for row in (await packs.make(shelf, "kobe", MONTH)).items
        }


async def test_the_first_pack_has_no_homework(library: Acts) -> None:
    async with library() as shelf:
        assert (await packs.make(shelf, "kobe", MONTH)).homework == []
        with pytest.raises(NotFound):
            await packs.make(shelf, "nowhere", MONTH)


# figures


@pytest.mark.attack(28)
async def test_figures_are_hidden_for_fewer_than_five(library: Acts) -> None:
    async with library() as shelf:
        assert await counts.office_figures(shelf, "sendai", "2026-11") is None


async def test_figures_count_what_five_people_or_more_did(library: Acts) -> None:
    async with library() as shelf:
        await six_weeks_of_work(shelf)
        figures = await counts.office_figures(shelf, "sendai", "2026-11", 3)
        assert figures is not None
        assert [one.month for one in figures] == ["2026-09", MONTH, "2026-11", ""]
        september, october, november, whole = figures
        assert (september.posted, september.tried, september.reproduced) == (None, None, None)
        # Five posted in October beside the three of before; four tried then, one in November.
        assert (october.posted, october.tried, october.reproduced) == (8, None, 7)
        assert (november.posted, november.tried, november.reproduced) == (None, None, None)
        # What a month gives is not given again: October taken from it would be the rest.
        assert (whole.posted, whole.tried) == (None, 5)
        digest = await digests.preview(shelf, "sendai", MONTH)
        assert digest.content["small"] is False
        assert digest.content["own"] == {
            "published": 8, "published_median": None, "tried": None, "tried_median": None,
        }  # fmt: skip  # of three offices a median is one office's own figure


async def six_weeks_of_work(shelf: Shelf) -> None:
    """Five more in 仙台: each posts in October; the first four try a case then, one later."""
    crowd(shelf, "sendai")
    await shelf.people.flush()
    for number in range(5):
        case, trial = case_of(f"post{number}", "sato", days_ago=20), trial_of("case1", "sato")
        case.author_id = trial.member_id = f"sendai{number}"
        if number == 4:
            trial.opened_at = NOON
        shelf.cases.add(case)
        shelf.loop.add(trial)
    await shelf.cases.flush()
