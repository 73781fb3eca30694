"""What a restore does again beside deletions: holds, hidden names, roles that were taken, masks."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace

import pytest
from sqlalchemy import delete

from cases import burying, legal_holds, names, review_deeds, roles, rooms, sharing, tombstones
from cases.db import Shelf
from cases.errors import WrongKey
from cases.models.case import Case, Draft
from cases.models.keeping import LegalHold
from cases.models.org import Member, Room
from cases.tombstones import Tombstone
from cases.vocabulary import Decision, Role, Status
from tests.conformance.conftest import Acts
from tests.fakes.cast import NOON, RING, case_of


async def stones_of(acts: Acts) -> list[Tombstone]:
    async with acts() as shelf:
        return await tombstones.tombstones(shelf, RING)


async def replay(acts: Acts, stones: list[Tombstone]) -> list[str]:
    """What the stones changed; a second replay changes nothing."""
    for stone in stones:
        burying.check(RING, stone)
    async with acts() as shelf:
        changed = [stone.what for stone in stones if await burying.bury(shelf, RING, stone)]
    async with acts() as shelf:
        assert not any([await burying.bury(shelf, RING, stone) for stone in stones])
    return changed


async def case(shelf: Shelf, case_id: str) -> Case:
    return await shelf.session.get_one(Case, ("c1", case_id))


async def test_a_hold_that_an_older_copy_does_not_know_is_in_force_again(acts: Acts) -> None:
    async with acts("nakamura") as shelf:
        await legal_holds.place(shelf, legal_holds.MEMBER, "sato", "2026-017")
    stones = await stones_of(acts)
    async with acts() as shelf:
        await shelf.session.execute(delete(LegalHold))
    assert await replay(acts, stones) == ["hold"]
    async with acts() as shelf:
        (row,) = await legal_holds.listing(shelf)
        assert (row.reference, row.placed_by, row.placed_at) == ("2026-017", "nakamura", NOON)
        assert (await legal_holds.held(shelf)).member("sato")
    assert await stones_of(acts) == stones


async def test_a_hold_that_was_lifted_since_is_lifted_again(acts: Acts) -> None:
    async with acts("nakamura") as shelf:
        row = await legal_holds.place(shelf, legal_holds.MEMBER, "sato", "2026-017")
        await legal_holds.lift(shelf, row.id)
    stones = await stones_of(acts)
    async with acts() as shelf:
        (await shelf.session.get_one(LegalHold, ("c1", row.id))).lifted_at = None
    assert await replay(acts, stones) == ["lifted"]
    async with acts() as shelf:
        assert await legal_holds.listing(shelf) == []
        again = await shelf.session.get_one(LegalHold, ("c1", row.id))
        assert (again.lifted_by, again.lifted_at) == ("nakamura", NOON)


@pytest.mark.parametrize("show", [False, True])
async def test_the_last_word_on_a_name_holds_after_a_restore(acts: Acts, show: bool) -> None:
    async with acts("sato") as shelf:
        shelf.cases.add(case_of("one", show_author=show))
        await shelf.cases.flush()
        await names.choose(shelf, "one", show=not show)
        await names.choose(shelf, "one", show=show)
        (await shelf.session.get_one(Member, ("c1", "sato"))).show_name = show
    stones = await stones_of(acts)
    async with acts() as shelf:
        (await case(shelf, "one")).show_author = not show
        (await shelf.session.get_one(Member, ("c1", "sato"))).show_name = True
    again = ["name_shown"] if show else ["name_hidden", "name"]
    assert await replay(acts, stones) == again
    async with acts() as shelf:
        assert (await case(shelf, "one")).show_author is show
        member = await shelf.session.get_one(Member, ("c1", "sato"))
        assert member.show_name is show


async def test_a_name_is_never_shown_again_of_somebody_whose_data_ended(acts: Acts) -> None:
    async with acts() as shelf:
        shelf.cases.add(case_of("one", "ono", show_author=False))
        (await shelf.session.get_one(Member, ("c1", "ono"))).name = ""
    assert await replay(acts, [Tombstone("c1", "name_shown", "one")]) == []


async def test_a_role_that_was_taken_is_taken_again_but_not_the_last(acts: Acts) -> None:
    async with acts("nakamura") as shelf:
        for member_id in ("sato", "kato"):
            await roles.give(shelf, member_id, Role.MANAGER)
            await roles.take(shelf, member_id, Role.MANAGER)
        await roles.give(shelf, "kato", Role.MANAGER)  # has it again
    stones = [stone for stone in await stones_of(acts) if stone.what == "role"]
    assert [stone.id for stone in stones] == ["sato:manager"]
    async with acts() as shelf:
        (await shelf.session.get_one(Member, ("c1", "sato"))).roles = ["manager"]
    last = Tombstone("c1", "role", f"nakamura:{Role.HQ_ADMIN}")
    assert await replay(acts, [*stones, last]) == ["role"]
    async with acts() as shelf:
        assert (await shelf.session.get_one(Member, ("c1", "sato"))).roles == [Role.MEMBER]
        head = await shelf.session.get_one(Member, ("c1", "nakamura"))
        assert Role.HQ_ADMIN in head.roles


async def test_a_mask_is_there_again_and_its_words_are_in_no_tombstone(acts: Acts) -> None:
    async with acts() as shelf:
        shelf.cases.add(case_of("one", action="山田さんに送った", facility="clinic"))
    async with acts("sato") as shelf:
        await sharing.edit(shelf, RING, "one")
    async with acts("nakamura") as shelf:
        masked = review_deeds.Rewrite({"action": "Aさんに送った", "result": "来た"}, "山田", "A")
        await review_deeds.rewrite(shelf, RING, "one", "", masked)
    stones = [stone for stone in await stones_of(acts) if stone.what == "masked"]
    assert not any(word in str(stones) for word in ("山田", "送った", "来た"))
    assert await replay(acts, stones) == []  # this copy knows the mask
    async with acts() as shelf:
        (await case(shelf, "one")).action = "山田さんに送った"  # as an older copy has it
    older = [replace(stones[0], row=stones[0].row | {"hash": "of a later day"})]
    async with acts() as shelf:
        assert [await burying.bury(shelf, RING, one) for one in older] == [True]
    async with acts("sato") as shelf:
        one = await case(shelf, "one")
        told = (one.action, one.result, one.facility, one.status)
        assert told == ("Aさんに送った", "来た", "clinic", Status.COMPANY)
        assert await shelf.cases.drafts() == []  # the edit still had the name
    assert [stone.id for stone in await stones_of(acts) if stone.what == "masked"] == ["one"]


async def test_a_hold_placed_since_keeps_the_edit_that_a_mask_would_drop(acts: Acts) -> None:
    async with acts("sato") as shelf:
        shelf.cases.add(case_of("one", action="山田さんに送った"))
        await shelf.cases.flush()
        draft_id = (await sharing.edit(shelf, RING, "one")).id
    async with acts("nakamura") as shelf:
        await legal_holds.place(shelf, legal_holds.MEMBER, "sato", "2026-017")
        masked = review_deeds.Rewrite({"action": "Aさんに送った"})
        await review_deeds.rewrite(shelf, RING, "one", "", masked)
    stones = (await stones_of(acts))[:2]
    assert [stone.what for stone in stones] == ["hold", "masked"]
    async with acts() as shelf:
        await shelf.session.execute(delete(LegalHold))
        (await case(shelf, "one")).action = "山田さんに送った"
    stones[1] = replace(stones[1], row=stones[1].row | {"hash": "of a later day"})
    async with acts() as shelf:
        assert [await burying.bury(shelf, RING, stone) for stone in stones] == [True, True]
    async with acts("sato") as shelf:
        kept = await shelf.session.get_one(Draft, ("c1", draft_id))
        assert (kept.values, sharing.original(RING, kept)["action"]) == ({}, "山田さんに送った")
        assert await shelf.cases.drafts() == []  # nobody goes on with it
        assert await shelf.reviews.drafts_of(["one"]) == []  # not where the case came from


@pytest.mark.parametrize(
    ("what", "row", "raises"),
    [
        ("masked", {"hash": "h", "sealed": b64encode(b"k9:of another key").decode()}, WrongKey),
        ("masked", {"hash": "h", "sealed": "no base64"}, ValueError),
        ("masked", {}, ValueError),
        ("lifted", {"by": "nakamura", "at": "yesterday"}, ValueError),
        ("of a later version", {}, ValueError),
    ],
)
def test_a_tombstone_that_nothing_could_be_done_with_is_found_ahead(
    what: str, row: dict[str, str], raises: type[Exception]
) -> None:
    with pytest.raises(raises):
        burying.check(RING, Tombstone("c1", what, "one", row))


@pytest.mark.parametrize("row", [{}, {"status": "office"}])
async def test_a_mask_of_which_only_the_fact_is_known_waits_for_a_reviewer(
    acts: Acts, row: dict[str, str]
) -> None:
    async with acts() as shelf:
        shelf.cases.add(case_of("one"))
    stone = Tombstone("c1", "masked", "one", {"hash": "of a later day", **row})
    async with acts() as shelf:
        assert await burying.bury(shelf, RING, stone)
        one = await case(shelf, "one")
        assert (one.status, one.release_asked_at) == (Status.OFFICE, NOON)


async def test_an_edit_that_hides_its_author_says_so_to_a_restore(acts: Acts) -> None:
    async with acts("sato") as shelf:
        shelf.cases.add(case_of("one", show_author=True))
        await shelf.cases.flush()
        draft = await sharing.edit(shelf, RING, "one")
        ticks = sharing.DECLARATIONS
        await sharing.publish(shelf, draft, Decision.PUBLISH, ticks, show_author=False)
    found = [(stone.what, stone.id) for stone in await stones_of(acts)]
    assert ("name_hidden", "one") in found


async def test_what_a_promoter_pulled_back_stays_out_after_a_restore(acts: Acts) -> None:
    async with acts("sato") as shelf:
        shelf.cases.add(case_of("one", status=Status.OFFICE))
    async with acts("ando") as shelf:
        await review_deeds.pull_back(shelf, "one", "先に相談してください")
    stones = await stones_of(acts)
    async with acts() as shelf:
        (await case(shelf, "one")).status = Status.OFFICE
    assert await replay(acts, stones) == ["case"]
    async with acts() as shelf:
        assert (await case(shelf, "one")).status is Status.WITHDRAWN


async def test_a_room_that_was_closed_to_the_bot_stays_closed_after_a_restore(acts: Acts) -> None:
    """Another company may have come into it since, or the people there may have said no."""
    async with acts() as shelf:
        for room in await shelf.roster.rooms():
            room.posts = room.listens = room.id != "room-kobe"
        (await shelf.session.get_one(Member, ("c1", "sato"))).wants_nudges = False
    stones = await stones_of(acts)
    async with acts() as shelf:
        for room in await shelf.roster.rooms():
            room.posts = room.listens = True
        (await shelf.session.get_one(Member, ("c1", "sato"))).wants_nudges = True
    assert sorted(await replay(acts, stones)) == ["listens", "nudges", "posts"]
    async with acts() as shelf:
        closed = [one.id for one in await shelf.roster.rooms() if not (one.posts or one.listens)]
        assert closed == ["room-kobe"]


async def test_a_former_administrators_room_hears_no_head_after_a_restore(acts: Acts) -> None:
    stones = await stones_of(acts)
    async with acts() as shelf:
        (await shelf.session.get_one(Room, ("c1", "room-kobe"))).for_admins = True
    assert await replay(acts, stones) == ["admins"]
    async with acts() as shelf:
        assert await rooms.for_admins(shelf) == []
