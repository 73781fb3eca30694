"""Two people at one case in the same moment: whoever comes second sees what the first one did."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from cases import (
    clearing,
    ending,
    erasing,
    holds,
    keeping,
    legal_holds,
    names,
    review,
    review_deeds,
    review_rules,
    revisions,
    roles,
    sharing,
)
from cases.db import Shelf
from cases.errors import CaseError, NotFound, OnHold
from cases.guard import Checked
from cases.models.case import Hold
from cases.models.org import Member
from cases.revisions import INSERT, Change
from cases.scope import Scope
from cases.vocabulary import GONE, Decision, Role, Status
from tests.conformance.conftest import Acts
from tests.fakes.cast import NOON, RING, case_of
from tests.fakes.clocked import ClockedDatabase

Act = Callable[[Shelf], Awaitable[object]]
NEW = {"action": "別のことをした", "result": "会えた"}
EDITED = Checked(Decision.PUBLISH, {}, NEW)
CHANGE = Change(INSERT, NOON.date(), "資材")
SOON = 0.4  # seconds: the second one has read, and waits


async def at_once(acts: Acts, first: tuple[str, Act], second: tuple[str, Act]) -> CaseError | None:
    """The second begins while the first is not committed; what it was refused with."""

    async def follow() -> None:
        async with acts(second[0]) as shelf:
            await second[1](shelf)

    async with acts(first[0]) as shelf:
        await first[1](shelf)
        await shelf.session.flush()
        running = asyncio.create_task(follow())
        await asyncio.sleep(SOON)
    try:
        await running
    except CaseError as error:
        return error
    return None


async def shared(acts: Acts, status: Status) -> tuple[str, str]:
    """Sato's case, and the draft in which she edits it."""
    async with acts() as shelf:
        row = case_of("one", show_author=False, status=status, release_asked_at=NOON)
        shelf.cases.add(row)
        await shelf.cases.flush()
        case_id = row.id
    async with acts("sato") as shelf:
        draft = await sharing.edit(shelf, RING, case_id)
        await sharing.keep_draft(shelf, RING, NEW, EDITED, draft=draft)
        return case_id, draft.id


async def confirm(shelf: Shelf) -> None:
    """As bot/conversation/still_valid.py."""
    case = await shelf.cases.alone("one")
    if case is not None and case.status not in GONE:
        await keeping.confirm(shelf, case)


def puts_out(draft_id: str) -> Act:
    async def act(shelf: Shelf) -> None:
        draft = await shelf.cases.draft_alone(draft_id)
        assert draft is not None
        ticks = sharing.DECLARATIONS
        await sharing.publish(shelf, draft, Decision.PUBLISH, ticks, show_author=False)

    return act


async def state_of(acts: Acts, case_id: str) -> tuple[Status, str]:
    async with acts() as shelf:
        case = await shelf.cases.any(case_id)
        assert case is not None
        return case.status, case.action


async def test_an_edit_beside_its_approval_waits_for_another_approval(acts: Acts) -> None:
    case_id, draft_id = await shared(acts, Status.OFFICE)
    release = ("nakamura", lambda shelf: review.release(shelf, case_id))
    assert await at_once(acts, release, ("sato", puts_out(draft_id))) is None
    assert await state_of(acts, case_id) == (Status.OFFICE, NEW["action"])


async def test_what_a_reviewer_lets_in_just_now_is_not_said_to_be_dropped(acts: Acts) -> None:
    async with acts("sato") as shelf:
        draft = await sharing.keep_draft(shelf, RING, NEW, EDITED)
        ticks = sharing.DECLARATIONS
        await review_rules.submit(shelf, draft, Decision.PUBLISH, ticks, show_author=False)
    release = ("nakamura", lambda shelf: review.release(shelf, draft.id))
    drop = ("sato", lambda shelf: sharing.drop(shelf, draft.id))
    assert isinstance(await at_once(acts, release, drop), NotFound)


async def test_an_edit_beside_a_reviewers_withdrawal_brings_nothing_back(acts: Acts) -> None:
    case_id, draft_id = await shared(acts, Status.COMPANY)
    out = ("nakamura", lambda shelf: review_deeds.withdraw(shelf, case_id, "理由"))
    assert await at_once(acts, out, ("sato", puts_out(draft_id))) is not None
    assert (await state_of(acts, case_id))[0] is Status.WITHDRAWN


async def test_a_yes_beside_a_reviewers_withdrawal_brings_nothing_back(acts: Acts) -> None:
    case_id, _ = await shared(acts, Status.STALE)
    out = ("nakamura", lambda shelf: review_deeds.withdraw(shelf, case_id, "理由"))

    await at_once(acts, out, ("sato", confirm))
    assert (await state_of(acts, case_id))[0] is Status.WITHDRAWN


async def test_a_name_hidden_beside_a_withdrawal_is_refused(acts: Acts) -> None:
    case_id, _ = await shared(acts, Status.COMPANY)
    out = ("nakamura", lambda shelf: review_deeds.withdraw(shelf, case_id, "理由"))
    hide = ("sato", lambda shelf: names.choose(shelf, case_id, show=True))
    assert isinstance(await at_once(acts, out, hide), NotFound)


async def purge(shelf: Shelf) -> None:
    await keeping.purge(shelf, await legal_holds.held(shelf))


async def test_what_is_confirmed_beside_the_nightly_purge_stays(
    acts: Acts, database: ClockedDatabase
) -> None:
    case_id, _ = await shared(acts, Status.STALE)
    database.turn(days=keeping.ARCHIVED.days)

    await at_once(acts, ("sato", confirm), ("nakamura", purge))
    assert await state_of(acts, case_id) == (Status.COMPANY, "資材を送った")


async def asked(acts: Acts, status: Status) -> str:
    """Sato's case, which a named change put in question."""
    case_id, _ = await shared(acts, status)
    async with acts("nakamura") as shelf:
        await revisions.name(shelf, CHANGE, [case_id])
    return case_id


async def test_an_answer_to_a_named_change_beside_the_nightly_purge_lifts_it_again(
    acts: Acts, database: ClockedDatabase
) -> None:
    case_id = await asked(acts, Status.COMPANY)
    database.turn(days=keeping.ANSWERED_IN.days)
    yes = ("sato", lambda shelf: revisions.stand_for(shelf, case_id))
    await at_once(acts, ("nakamura", purge), yes)
    assert (await state_of(acts, case_id))[0] is Status.COMPANY


async def test_who_stands_for_a_case_just_now_is_not_asked_at_once(acts: Acts) -> None:
    case_id, _ = await shared(acts, Status.COMPANY)
    name = ("nakamura", lambda shelf: revisions.name(shelf, CHANGE, [case_id]))
    await at_once(acts, ("sato", confirm), name)
    async with acts() as shelf:
        assert await revisions.waiting(shelf) == []


async def test_an_edit_beside_the_end_of_its_case_brings_no_text_back(acts: Acts) -> None:
    case_id, draft_id = await shared(acts, Status.COMPANY)
    second = Scope("c1", "tanaka", frozenset({Role.HQ_ADMIN}))
    ends = ("nakamura", lambda shelf: erasing.delete(shelf, case_id, second, "hcp"))
    await at_once(acts, ("sato", puts_out(draft_id)), ends)
    assert await state_of(acts, case_id) == (Status.WITHDRAWN, "")


async def test_what_is_typed_beside_the_nightly_purge_stays(
    acts: Acts, database: ClockedDatabase
) -> None:
    _, draft_id = await shared(acts, Status.COMPANY)
    database.turn(days=20)

    async def type_on(shelf: Shelf) -> None:
        draft = await shelf.cases.draft(draft_id)
        await sharing.keep_draft(shelf, RING, NEW, EDITED, draft=draft)

    await at_once(acts, ("sato", type_on), ("nakamura", purge))
    async with acts("sato") as shelf:
        draft = await shelf.cases.draft(draft_id)
        assert draft is not None
        assert draft.original is not None


async def test_a_hold_that_is_being_placed_spares_what_the_purge_would_take(
    acts: Acts, database: ClockedDatabase
) -> None:
    _, draft_id = await shared(acts, Status.COMPANY)
    database.turn(days=20)

    async def place(shelf: Shelf) -> None:
        await legal_holds.place(shelf, legal_holds.MEMBER, "sato", "2026-017")

    await at_once(acts, ("nakamura", place), ("nakamura", purge))
    async with acts("sato") as shelf:
        assert await shelf.cases.draft(draft_id) is not None


async def test_of_a_hold_and_the_end_of_the_company_the_second_is_refused(acts: Acts) -> None:
    second = Scope("c1", "tanaka", frozenset({Role.HQ_ADMIN}))
    place = ("nakamura", lambda s: legal_holds.place(s, legal_holds.COMPANY, "c1", "2026-017"))
    ends = ("nakamura", lambda shelf: ending.begin(shelf, second))
    assert isinstance(await at_once(acts, place, ends), OnHold)
    async with acts("nakamura") as shelf:
        for row in await legal_holds.listing(shelf):
            await legal_holds.lift(shelf, row.id)
    assert isinstance(await at_once(acts, ends, place), NotFound)


async def test_a_hold_is_not_said_to_stand_before_the_purge_has_ended(
    acts: Acts, database: ClockedDatabase
) -> None:
    """Whoever is told 「保全しました」 can rely on what is there then."""
    _, draft_id = await shared(acts, Status.COMPANY)
    database.turn(days=20)
    there: list[bool] = []

    async def place(shelf: Shelf) -> None:
        await legal_holds.place(shelf, legal_holds.MEMBER, "sato", "2026-017")
        there.append(await shelf.reviews.draft_of(draft_id) is not None)

    await at_once(acts, ("nakamura", purge), ("nakamura", place))
    assert there == [False]


async def test_of_two_who_decide_on_a_held_text_one_decides(acts: Acts) -> None:
    async with acts() as shelf:
        for who in ("mori", "nakamura"):
            (await shelf.session.get_one(Member, ("c1", who))).roles = [Role.MODERATOR]
        row = Hold(company_id="c1", id="h", draft_id="d", author_id="sato", text=b"", rules=[])
        row.text_hash, row.queue, row.created_at = "x", holds.COMPLIANCE, NOON
        shelf.cases.add(row)

    def says(state: str) -> Act:
        async def act(shelf: Shelf) -> None:
            shelf.scope = replace(shelf.scope, roles=frozenset([Role.MODERATOR]))
            await clearing.decide(shelf, RING, "h", state)

        return act

    first, second = says(holds.CLOSED), says(holds.RETURNED)
    refused = await at_once(acts, ("mori", first), ("nakamura", second))
    assert isinstance(refused, NotFound)
    async with acts() as shelf:
        hold = await shelf.holds.get("h")
        assert hold is not None
        assert (hold.state, hold.decided_by) == (holds.CLOSED, "mori")


async def test_of_two_who_take_the_last_role_from_each_other_one_keeps_it(acts: Acts) -> None:
    async with acts() as shelf:
        (await shelf.session.get_one(Member, ("c1", "mori"))).roles = [Role.HQ_ADMIN]

    def takes(whom: str) -> Act:
        async def act(shelf: Shelf) -> None:
            shelf.scope = replace(shelf.scope, roles=frozenset([Role.HQ_ADMIN]))
            await roles.take(shelf, whom, Role.HQ_ADMIN)

        return act

    refused = await at_once(acts, ("mori", takes("nakamura")), ("nakamura", takes("mori")))
    assert isinstance(refused, roles.LastOne)
