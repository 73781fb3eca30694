"""Invitations, installations under way and turns to renew, on both databases."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from cases.models.install import InstallState, Invitation
from cases.models.org import Workspace
from cases.store.installs import Installs, InstallStates
from tests.conformance.conftest import Acts
from tests.fakes.clocked import ClockedDatabase

WEEK = timedelta(days=7)


async def invited(acts: Acts, company_id: str, valid: timedelta = WEEK) -> str:
    async with acts(None, company_id) as shelf:
        ends = shelf.now + valid
        row = Invitation(company_id=company_id, id="i1", digest="d1", expires_at=ends)
        Installs(shelf).add(row)
    return "i1"


async def test_an_invitation_is_of_one_company_and_is_used_once(two_companies: Acts) -> None:
    await invited(two_companies, "c1")
    async with two_companies(None, "c2") as shelf:
        assert await Installs(shelf).invitation("d1") is None
        assert not await Installs(shelf).use("i1")

    async def use() -> bool:
        async with two_companies(None, "c1") as shelf:
            return await Installs(shelf).use("i1")

    assert sorted(await asyncio.gather(use(), use(), use())) == [False, False, True]
    async with two_companies(None, "c1") as shelf:
        assert await Installs(shelf).invitation("d1") is None


async def test_an_invitation_that_is_over_cannot_be_used(two_companies: Acts) -> None:
    await invited(two_companies, "c1", -WEEK)
    async with two_companies(None, "c1") as shelf:
        assert await Installs(shelf).invitation("d1") is None
        assert not await Installs(shelf).use("i1")


async def test_one_process_has_the_turn_to_renew(two_companies: Acts) -> None:
    async with two_companies(None, "c1") as shelf:
        shelf.people.add(Workspace(company_id="c1", id="w9", platform="slack", external_id="T9"))

    async def claim(company_id: str = "c1", minutes: int = 2) -> bool:
        async with two_companies(None, company_id) as shelf:
            return await Installs(shelf).claim("w9", shelf.now + timedelta(minutes=minutes))

    assert not await claim("c2")
    assert sorted(await asyncio.gather(claim(), claim(), claim())) == [False, False, True]
    async with two_companies(None, "c1") as shelf:
        await Installs(shelf).give_back("w9")
    assert await claim(minutes=-1)
    assert await claim()  # the turn before is over


async def test_a_state_is_taken_once_and_forgotten_when_it_is_over(
    database: ClockedDatabase,
) -> None:
    states = InstallStates(database)
    now = await states.now()

    def state(digest: str, valid: timedelta) -> InstallState:
        return InstallState(digest=digest, browser="b", expires_at=now + valid)

    assert await states.put(state("old", -WEEK), most=2)
    assert await states.put(state("one", WEEK), most=2)
    assert await states.put(state("two", WEEK), most=2)  # the old one is gone by now
    assert not await states.put(state("three", WEEK), most=2)
    assert await states.take("old") is None
    taken = await asyncio.gather(*(states.take("one") for _ in range(3)))
    assert [row.browser for row in taken if row is not None] == ["b"]
    assert await states.take("three") is None
