"""What each store gives, and in which order, on both databases."""

from __future__ import annotations

from datetime import timedelta

from cases.models.case import Draft, Embedding, Hold
from cases.models.loop import Reaction, Wish
from cases.models.org import Account, Room
from cases.models.talk import Digest, Reflection
from cases.vocabulary import DraftState, Status, TrialState
from tests.conformance.conftest import Acts
from tests.fakes.cast import NOON, case_of, trial_of

DAY = timedelta(days=1)


def draft_of(draft_id: str, author: str = "sato", *, age: int = 0, **values: object) -> Draft:
    then = NOON - age * DAY
    return Draft(
        company_id="c1", id=draft_id, author_id=author, created_at=then, updated_at=then, **values
    )


async def test_a_draft_is_its_authors_alone(acts: Acts) -> None:
    async with acts() as shelf:
        shelf.cases.add(
            draft_of("old", age=3),
            draft_of("new", state=DraftState.HELD),
            draft_of("done", state=DraftState.PUBLISHED),
            draft_of("theirs", "kato"),
        )
    async with acts("sato") as shelf:
        assert [row.id for row in await shelf.cases.drafts()] == ["new", "old"]
        assert await shelf.cases.draft("theirs") is None
        assert await shelf.cases.draft("done") is not None
        old = [row.id for row in await shelf.cases.drafts_before(NOON - 2 * DAY)]
        assert old == ["old"]


async def test_cases_come_newest_first_and_the_waiting_ones_oldest_first(acts: Acts) -> None:
    async with acts() as shelf:
        for days in (3, 1, 2):
            asked = NOON - days * DAY
            shelf.cases.add(
                case_of(f"c{days}", days_ago=days),
                case_of(f"o{days}", "kato", status=Status.OFFICE, release_asked_at=asked),
            )
    async with acts() as shelf:
        assert [case.id for case in await shelf.cases.company_wide()] == ["c1", "c2", "c3"]
        within = await shelf.cases.company_wide(NOON - 2 * DAY, NOON - DAY)
        assert [case.id for case in within] == ["c2"]
        assert [case.id for case in await shelf.cases.by_author("sato")] == ["c1", "c2", "c3"]
        assert [case.id for case in await shelf.cases.waiting_for_release()] == ["o3", "o2", "o1"]
        changed = await shelf.cases.changed_since(NOON - 2 * DAY)
        assert sorted(case.id for case in changed) == ["c1", "c2"]


async def test_the_sources_of_the_cases_are_known(acts: Acts) -> None:
    async with acts() as shelf:
        shelf.cases.add(case_of("one", source="slack:Ev1"))
        shelf.cases.add(case_of("two"))
    async with acts() as shelf:
        assert await shelf.cases.sources() == {"slack:Ev1"}


def vector_of(part: str, digest: str, *, age: int = 0) -> Embedding:
    return Embedding(
        company_id="c1", case_id="one", model="m", part=part, content_hash=digest,
        vector=digest.encode(), written_at=NOON - age * DAY,
    )  # fmt: skip


async def test_a_newer_vector_takes_the_place_of_the_older(acts: Acts) -> None:
    async with acts() as shelf:
        first = [vector_of("whole", "a", age=2), vector_of("0", "b"), vector_of("1", "c")]
        await shelf.cases.put_vectors(first)
    async with acts() as shelf:
        await shelf.cases.put_vectors([vector_of("whole", "d", age=1)])
    async with acts() as shelf:
        keys = {("one", "whole"): "d", ("one", "0"): "b", ("one", "1"): "c"}
        assert await shelf.cases.hashes("m") == keys
        assert await shelf.cases.hashes("other") == {}
        young = await shelf.cases.vectors_since("m", NOON)
        assert {row.part for row in young} == {"0", "1"}
        await shelf.cases.drop_vectors("one", ["0"])
        assert set(await shelf.cases.hashes("m")) == {("one", "whole"), ("one", "1")}
        await shelf.cases.drop_vectors("one")
        assert await shelf.cases.vectors_since("m", None) == []


async def test_the_latest_hold_of_a_draft_counts(acts: Acts) -> None:
    async with acts() as shelf:
        for number, queue in enumerate(("compliance", "safety")):
            shelf.cases.add(
                Hold(
                    company_id="c1", id=queue, draft_id="d", author_id="sato", queue=queue,
                    created_at=NOON + number * DAY,
                )
            )  # fmt: skip
    async with acts() as shelf:
        hold = await shelf.holds.latest("d", "safety")
        assert hold is not None
        assert hold.queue == "safety"
        assert await shelf.holds.latest("e", "safety") is None


async def test_trials_by_case_by_member_and_by_what_they_wait_for(acts: Acts) -> None:
    async with acts() as shelf:
        for number, (member, state) in enumerate(
            zip(("sato", "kato", "ito", "ando", "mori"), TrialState, strict=True)
        ):
            opened = NOON - (10 - number) * DAY
            shelf.loop.add(trial_of("one", member, state, id=str(state), opened_at=opened))
        shelf.loop.add(trial_of("two", "sato", id="told", told_at=NOON))
    async with acts() as shelf:
        states = ["open", "worked", "did_not", "later", "closed"]
        assert [row.id for row in await shelf.loop.trials_of(["one"])] == states
        assert [row.id for row in await shelf.loop.open_trials()] == ["open", "later"]
        assert {row.id for row in await shelf.loop.untold()} == {"worked", "did_not"}
        assert [row.id for row in await shelf.loop.trials_by("sato")] == ["open", "told"]
        assert len(await shelf.loop.all_trials()) == 6
        mine = await shelf.loop.trial_of("one", "kato")
        assert mine is not None
        assert mine is await shelf.loop.trial("worked")
        assert await shelf.loop.trial_of("two", "kato") is None


async def test_reactions_and_wishes(acts: Acts) -> None:
    async with acts() as shelf:
        for member, kind in (("sato", "helpful"), ("sato", "not_a_match"), ("kato", "helpful")):
            shelf.loop.add(
                Reaction(company_id="c1", case_id="one", member_id=member, kind=kind, at=NOON)
            )
        for number, state in enumerate(("answered", "open", "closed", "open")):
            asked = NOON - number * DAY
            shelf.loop.add(
                Wish(
                    company_id="c1", id=f"{state}{number}", theme="題", asker_id="sato",
                    state=state, asked_at=asked,
                )
            )  # fmt: skip
    async with acts("sato") as shelf:
        assert await shelf.loop.hidden("not_a_match") == {"one"}
        assert len(await shelf.loop.reactions_of(["one"])) == 3
        assert await shelf.loop.reaction("one", "kato", "helpful") is not None
        assert [row.id for row in await shelf.loop.wishes()] == ["open3", "open1"]
        assert len(await shelf.loop.wishes(only_open=False)) == 4
        assert [row.id for row in await shelf.loop.untold_wishes()] == ["answered0"]
        assert await shelf.loop.wish("none") is None


async def test_the_roster(acts: Acts) -> None:
    async with acts() as shelf:
        people = shelf.people
        assert (await people.company()).name == "サンプル製薬"
        assert [office.id for office in await people.offices()] == ["sendai", "osaka", "kobe"]
        assert await people.office(None) is None
        assert await people.office("nowhere") is None
        assert [row.id for row in await people.members("sendai")] == ["ando", "sato"]
        everyone = await people.members("sendai", active=False)
        assert [row.id for row in everyone] == ["ando", "ono", "sato"]
        assert len(await people.members()) == 6
        by_email = await people.by_email("SATO@c1.example")
        assert by_email is not None
        assert by_email.id == "sato"
        assert [row.office_id for row in await people.promoters()] == ["kobe", "sendai"]
        assert await people.promoter("osaka") is None
        assert await people.room("room-kobe") is not None


async def test_the_account_seen_last_comes_first(acts: Acts) -> None:
    async with acts() as shelf:
        for age in (3, 1, 2):
            shelf.people.add(
                Account(
                    company_id="c1", workspace_id="w1", user=f"U{age}", member_id="kato",
                    seen_at=NOON - age * DAY,
                )
            )  # fmt: skip
    async with acts() as shelf:
        assert [row.user for row in await shelf.people.accounts("kato")] == [
            "U1", "U2", "U3", "kato",
        ]  # fmt: skip


async def test_an_office_room_is_one_that_the_bot_may_post_to(acts: Acts) -> None:
    async with acts() as shelf:
        silent = await shelf.people.room("room-kobe")
        assert silent is not None
        silent.posts = False
        assert await shelf.people.office_room("kobe") is None
        shelf.people.add(Room(company_id="c1", id="z", workspace_id="w1", office_id="kobe"))
        await shelf.people.flush()
        found = await shelf.people.office_room("kobe")
        assert found is not None
        assert found.id == "z"


async def test_digests_newest_first_and_reflections_their_members_alone(acts: Acts) -> None:
    async with acts() as shelf:
        for month in ("2026-08", "2026-10", "2026-09"):
            row = Digest(company_id="c1", office_id="kobe", month=month, made_at=NOON)
            shelf.talks.add(row)
        for day, member in (("2026-11-02", "sato"), ("2026-11-01", "kato")):
            shelf.talks.add(
                Reflection(
                    company_id="c1", id=day, member_id=member, asked_on=day, prompt="p",
                    shared="答え" if member == "kato" else None,
                )
            )  # fmt: skip
    async with acts("sato") as shelf:
        talks = shelf.talks
        assert [row.month for row in await talks.digests("kobe")] == [
            "2026-10", "2026-09", "2026-08",
        ]  # fmt: skip
        assert await talks.digest("kobe", "2026-07") is None
        assert await talks.reflection("2026-11-01") is None
        assert await talks.reflection("2026-11-02") is not None
        assert [row.id for row in await talks.shared_answers("p")] == ["2026-11-01"]
        assert [row.id for row in await talks.all_shared()] == ["2026-11-01"]
        assert [row.id for row in await talks.reflections_of("sato")] == ["2026-11-02"]


async def test_a_conversation_is_made_once_and_kept(acts: Acts) -> None:
    async with acts("sato") as shelf:
        talk = await shelf.talks.mine(shelf.now)
        assert (talk.waiting_for, talk.search) == ({}, {})
        talk.search = {"text": "訪問できない"}
    async with acts("sato") as shelf:
        assert (await shelf.talks.mine(shelf.now)).search == {"text": "訪問できない"}
    async with acts("kato") as shelf:
        assert (await shelf.talks.mine(shelf.now)).search == {}
