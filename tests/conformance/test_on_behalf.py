"""聞き書き in both databases: who writes for whom, whose the draft is, what is left of it."""

from __future__ import annotations

from typing import Any

import pytest

from cases import marks, on_behalf, sharing
from cases.errors import BadInput, NotAllowed, NotFound
from cases.guard import Checked
from cases.models.case import Draft
from cases.vocabulary import Decision, DraftState
from tests.conformance.conftest import Acts
from tests.fakes.cast import RING

TEXT = {"action": "A先生に資材を送った", "result": "返信が来た"}
CLEAN = Checked(Decision.PUBLISH, {}, TEXT)


async def handed_over(acts: Acts, **more: Any) -> str:
    """安藤, the promoter of 仙台, writes for 佐藤; gives the draft's id."""
    raw = {**TEXT, on_behalf.FOR: "sato", "typed": "山田先生に…", "not_names": ["山田"], **more}
    async with acts("ando") as shelf:
        draft = await sharing.keep_draft(shelf, RING, raw, CLEAN)
        person = await shelf.people.member("sato")
        assert person is not None
        await on_behalf.may_write_for(shelf, person, raw)
        await on_behalf.hand_over(shelf, RING, draft, raw, person)
        return draft.id


async def test_a_draft_that_was_handed_over_is_its_persons_alone(acts: Acts) -> None:
    draft_id = await handed_over(acts)
    async with acts("ando") as shelf:
        assert await shelf.cases.draft(draft_id) is None
        assert await shelf.cases.drafts() == []
        with pytest.raises(NotFound):
            await on_behalf.decline(shelf, draft_id)
    async with acts("sato") as shelf:
        draft = await shelf.cases.draft(draft_id)
        assert draft is not None
        assert (draft.author_id, draft.written_by, draft.origin) == ("sato", "ando", "requested")
        assert sharing.original(RING, draft) == {**TEXT, "steps": [], "not_names": ["山田"]}
        assert on_behalf.FOR not in draft.values
        assert (await shelf.cases.proposal(draft_id)) is draft
        case = await sharing.publish(
            shelf, draft, Decision.PUBLISH, sharing.DECLARATIONS, show_author=True
        )
        assert (case.author_id, case.source) == ("sato", f"on_behalf:{draft_id}")
    async with acts() as shelf:
        acts_of = [(one.actor, one.what) for one in await shelf.audit.entries()]
        assert acts_of[:2] == [("ando", "on_behalf.ask"), ("sato", "on_behalf.approve")]
        assert await on_behalf.waiting(shelf) == []


async def test_nobody_publishes_what_is_meant_for_another(acts: Acts) -> None:
    raw = {**TEXT, on_behalf.FOR: "sato"}
    async with acts("ando") as shelf:
        draft = await sharing.keep_draft(shelf, RING, raw, CLEAN)
        with pytest.raises(NotAllowed):
            await sharing.publish(
                shelf, draft, Decision.PUBLISH, sharing.DECLARATIONS, show_author=True
            )


async def test_a_declined_draft_is_gone_and_a_held_one_stays_with_its_queue(acts: Acts) -> None:
    first, second = await handed_over(acts), await handed_over(acts)
    async with acts("sato") as shelf:
        await on_behalf.decline(shelf, first)
        held = await shelf.cases.draft(second)
        assert held is not None
        held.state = DraftState.HELD
        await on_behalf.decline(shelf, second)
        assert held.asked_at is None
    async with acts() as shelf:
        assert await shelf.session.get(Draft, ("c1", first)) is None
        assert await shelf.session.get(Draft, ("c1", second)) is not None
        assert await shelf.cases.proposal(second) is None


@pytest.mark.parametrize(
    ("writer", "person", "posted", "allowed"),
    [
        ("ando", "sato", False, True),
        ("ando", "ando", False, False),  # oneself
        ("ando", "ito", False, False),  # another office
        ("kato", "mori", False, False),  # a manager is no MR
        ("sato", "ando", False, False),  # an MR writes for nobody
        ("sato", "ito", True, True),  # their own message
        ("nakamura", "sato", False, False),
    ],
)
async def test_who_may_write_for_whom(
    acts: Acts, writer: str, person: str, posted: bool, allowed: bool
) -> None:
    async with acts(writer) as shelf:
        member = await shelf.people.member(person)
        assert member is not None
        raw = {on_behalf.POSTED: posted}
        if allowed:
            await on_behalf.may_write_for(shelf, member, raw)
            return
        with pytest.raises(NotAllowed):
            await on_behalf.may_write_for(shelf, member, raw)


async def test_a_message_has_one_key_whoever_comes_across_it(acts: Acts) -> None:
    link = "https://hibiki.slack.com/archives/C1/p1"
    draft_id = await handed_over(acts, link=link, posted=True)
    async with acts("sato") as shelf:
        draft = await shelf.cases.draft(draft_id)
        assert draft is not None
        assert (draft.source, draft.origin) == (f"on_behalf:{link}", "quoted")
        assert draft.values["link"] == link


async def test_a_promoter_is_offered_the_mrs_of_the_office(acts: Acts) -> None:
    async with acts("ando") as shelf:
        assert [one.id for one in await on_behalf.mrs(shelf)] == ["sato"]
    async with acts("sato") as shelf:
        with pytest.raises(NotAllowed):
            await on_behalf.mrs(shelf)


async def test_the_office_chooses_the_emoji_that_marks(acts: Acts) -> None:
    async with acts("nakamura") as shelf:
        company = await shelf.people.company()
        assert marks.emoji_of(company.settings) == "seedling"
        await marks.choose_emoji(shelf, ":Tada::skin-tone-3:")
        assert marks.emoji_of(company.settings) == "tada"
        await marks.choose_emoji(shelf, "tada")  # no change, no second line in the trail
        await marks.choose_emoji(shelf, "")
        assert marks.emoji_of(company.settings) == ""
        with pytest.raises(BadInput):
            await marks.choose_emoji(shelf, "だめ な 名前")
        assert [one.what for one in await shelf.audit.entries()] == ["company.emoji"] * 2
    async with acts("sato") as shelf:
        with pytest.raises(NotAllowed):
            await marks.choose_emoji(shelf, "tada")
