"""Links open once and within ten minutes, sessions end in time, and both stay in their company."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from cases import audit, keeping, sign_in, tickets
from cases.errors import NotFound
from cases.legal_holds import Held
from cases.scope import Scope
from cases.sign_in import SignedIn, Why
from cases.tickets import Ticket
from scheduler import restored
from scheduler.places import place_for
from tests.conformance.conftest import Acts
from tests.fakes.clocked import ClockedDatabase


async def linked(acts: Acts, who: str = "sato", company_id: str = "c1") -> Ticket:
    async with acts(None, company_id) as shelf:
        return await sign_in.link(shelf, who)


async def redeemed(
    acts: Acts, ticket: Ticket, company_id: str = "c1", here: str | None = None
) -> SignedIn | Why:
    async with acts(None, company_id) as shelf:
        return await sign_in.redeem(shelf, ticket, here)


async def signed_in(acts: Acts, who: str = "sato", company_id: str = "c1") -> Ticket:
    found = await redeemed(acts, await linked(acts, who, company_id), company_id)
    assert isinstance(found, SignedIn)
    return found.ticket


async def who_is(acts: Acts, ticket: Ticket, company_id: str = "c1") -> str | None:
    async with acts(None, company_id) as shelf:
        seen = await sign_in.who(shelf, ticket)
        return seen.member.id if seen else None


async def deeds(acts: Acts, company_id: str = "c1") -> list[tuple[str, str]]:
    async with acts(None, company_id) as shelf:
        assert await audit.first_broken(shelf) is None
        return [(one.actor, one.what) for one in await shelf.audit.entries()]


async def test_a_link_opens_once_and_its_member_is_signed_in(acts: Acts) -> None:
    link = await linked(acts)
    found = await redeemed(acts, link)
    assert isinstance(found, SignedIn)
    assert found.member_id == "sato"
    assert found.ticket.secret != link.secret
    assert await who_is(acts, found.ticket) == "sato"
    assert await redeemed(acts, link) is Why.USED
    assert await deeds(acts) == [
        ("system", "sign_in.link"), ("sato", "sign_in"), ("system", "sign_in.refused"),
    ]  # fmt: skip


async def test_nothing_but_hashes_is_kept(acts: Acts) -> None:
    link = await linked(acts)
    found = await redeemed(acts, link)
    assert isinstance(found, SignedIn)
    async with acts() as shelf:
        store = sign_in.SignIns(shelf)
        kept = [await store.link(link.digest), await store.browser(found.ticket.digest)]
        assert all(row is not None and len(row.digest) == 64 for row in kept)
        assert await store.link(link.secret) is None
    assert link.secret not in repr(link)


async def test_a_link_is_over_after_ten_minutes(acts: Acts, database: ClockedDatabase) -> None:
    first, second = await linked(acts), await linked(acts, "kato")
    database.turn(minutes=10, seconds=-1)
    assert isinstance(await redeemed(acts, first), SignedIn)
    database.turn(seconds=1)
    assert await redeemed(acts, second) is Why.OVER


async def test_a_new_link_takes_the_earlier_one_back(acts: Acts) -> None:
    first = await linked(acts)
    assert isinstance(await redeemed(acts, await linked(acts)), SignedIn)
    assert await redeemed(acts, first) is Why.UNKNOWN


async def test_of_two_browsers_at_once_one_gets_in(acts: Acts) -> None:
    link = await linked(acts)
    found = await asyncio.gather(redeemed(acts, link), redeemed(acts, link))
    assert sorted(isinstance(one, SignedIn) for one in found) == [False, True]
    assert Why.USED in found


async def test_two_first_people_of_a_company_at_once_both_get_in(acts: Acts) -> None:
    links = await asyncio.gather(linked(acts, "sato"), linked(acts, "kato"))
    found = await asyncio.gather(*(redeemed(acts, link) for link in links))
    assert all(isinstance(one, SignedIn) for one in found)
    async with acts() as shelf:
        pages = [one for one in await shelf.people.workspaces() if one.platform == "web"]
        assert [one.external_id for one in pages] == ["c1"]


async def test_where_somebody_else_is_signed_in_the_link_is_refused_and_still_opens(
    acts: Acts,
) -> None:
    link = await linked(acts)
    assert await redeemed(acts, link, here="kato") is Why.OTHER
    assert await redeemed(acts, link, here="") is Why.OTHER  # of another company
    assert isinstance(await redeemed(acts, link, here="sato"), SignedIn)


async def test_who_has_left_gets_no_link_and_opens_none(acts: Acts) -> None:
    with pytest.raises(NotFound):
        await linked(acts, "ono")
    link, session = await linked(acts), await signed_in(acts, "kato")
    async with acts() as shelf:
        for who in ("sato", "kato"):
            member = await shelf.people.member(who)
            assert member is not None
            member.active = False
    assert await redeemed(acts, link) is Why.LEFT
    assert await who_is(acts, session) is None


async def test_a_session_ends_after_half_an_hour_without_use(
    acts: Acts, database: ClockedDatabase
) -> None:
    session = await signed_in(acts)
    for _ in range(3):
        database.turn(minutes=29)
        async with acts() as shelf:
            seen = await sign_in.who(shelf, session)
            assert seen is not None
            assert seen.stale
            await sign_in.touch(shelf, seen.session_id)
    database.turn(minutes=30)
    assert await who_is(acts, session) is None


async def test_a_session_ends_after_twelve_hours_however_it_is_used(
    acts: Acts, database: ClockedDatabase
) -> None:
    session = await signed_in(acts)
    for _ in range(29):
        database.turn(minutes=24.9)
        async with acts() as shelf:
            seen = await sign_in.who(shelf, session)
            if seen is not None:
                await sign_in.touch(shelf, seen.session_id)
    assert await who_is(acts, session) is None


async def test_the_sample_s_date_may_be_moved_without_signing_anybody_out(acts: Acts) -> None:
    session, link = await signed_in(acts), await linked(acts, "kato")
    shift = timedelta(days=14)
    async with acts() as shelf:
        (await shelf.people.company()).clock_shift += int(shift.total_seconds())
        shelf.now += shift
        assert await sign_in.who(shelf, session) is not None
        assert isinstance(await sign_in.redeem(shelf, link), SignedIn)


async def test_signing_out_ends_one_session_and_everywhere_ends_all(acts: Acts) -> None:
    phone, desk, other = await signed_in(acts), await signed_in(acts), await signed_in(acts, "kato")
    async with acts("sato") as shelf:
        await sign_in.sign_out(shelf, phone)
    assert [await who_is(acts, one) for one in (phone, desk)] == [None, "sato"]
    waiting = await linked(acts)
    async with acts("sato") as shelf:
        assert await sign_in.sign_out_everywhere(shelf) == 1
    assert [await who_is(acts, one) for one in (desk, other)] == [None, "kato"]
    assert await redeemed(acts, waiting) is Why.UNKNOWN
    assert ("sato", "sign_out") in await deeds(acts)
    assert ("sato", "sign_out.all") in await deeds(acts)


async def test_links_and_sessions_of_one_company_are_nothing_in_another(
    two_companies: Acts,
) -> None:
    acts = two_companies
    session, link = await signed_in(acts), await linked(acts)
    for ticket in (session, link, Ticket("c2", link.secret)):
        assert await who_is(acts, ticket, "c2") is None
        assert await redeemed(acts, ticket, "c2") is Why.UNKNOWN
    theirs = await signed_in(acts, "sato", "c2")
    async with acts("sato", "c2") as shelf:
        await sign_in.sign_out(shelf, session)
        assert await sign_in.sign_out_everywhere(shelf) == 1
    assert await who_is(acts, session) == "sato"
    assert await who_is(acts, theirs, "c2") is None
    assert isinstance(await redeemed(acts, link), SignedIn)


async def test_a_company_that_is_not_there_has_no_trail(database: ClockedDatabase) -> None:
    nobody = Ticket("nowhere", "x" * 43)
    async with database.transaction(Scope("nowhere")) as shelf:
        assert await sign_in.redeem(shelf, nobody) is Why.UNKNOWN
        assert await sign_in.who(shelf, nobody) is None
        await sign_in.refused(shelf, "sign_in.refused")
        assert await shelf.audit.entries() == []


async def test_what_is_over_is_forgotten_after_a_day(acts: Acts, database: ClockedDatabase) -> None:
    session, link = await signed_in(acts), await linked(acts)
    database.turn(days=1)
    async with acts() as shelf:
        assert await sign_in.forget(shelf) == 0
    assert await redeemed(acts, link) is Why.OVER  # so long it is told why
    database.turn(minutes=31)
    fresh = await signed_in(acts, "kato")
    async with acts() as shelf:
        gone = await keeping.purge(shelf, Held())
        assert gone["sign-in link, session"] == 3  # a session, and both links of 佐藤
        store = sign_in.SignIns(shelf)
        assert await store.browser(fresh.digest) is not None
        assert await store.link(link.digest) is None
        assert await store.browser(session.digest) is None


async def test_who_is_in_a_chat_is_written_to_there_and_not_on_the_pages(
    acts: Acts, database: ClockedDatabase
) -> None:
    await signed_in(acts)
    async with acts("sato") as shelf:
        pages = next(one for one in await shelf.people.workspaces() if one.platform == "web")
        account = await shelf.people.account(pages.id, "sato")
        assert account is not None
        account.seen_at = database.turn(days=1)
        await shelf.people.flush()
        place = await place_for(shelf, member_id="sato")
        assert place is not None
        assert place.workspace_id == "w1"
        chat = await shelf.people.account("w1", "sato")
        await shelf.session.delete(chat)
        await shelf.people.flush()
        assert await place_for(shelf, member_id="sato") is account


def test_a_ticket_comes_back_from_its_text_and_nothing_else_does() -> None:
    ticket = tickets.fresh("c1")
    assert tickets.read(str(ticket)) == ticket
    assert len(ticket.secret) == 43  # 256 bits
    broken = ("", ".", "c1.", f"c1.{'x' * 19}", f"c1.{'x' * 65}", f"{ticket} ", f"ｃ1.{'x' * 43}")
    assert [tickets.read(text) for text in broken] == [None] * len(broken)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_raw_sql_meets_the_walls_around_links_and_sessions(
    two_companies: Acts, database: ClockedDatabase
) -> None:
    await signed_in(two_companies)
    await signed_in(two_companies, "sato", "c2")
    for table in ("sign_in_link", "web_session"):
        read = text(f"select company_id from {table}")  # noqa: S608  # the two names above
        async with two_companies(None, "c1") as shelf:
            assert set(await shelf.session.scalars(read)) == {"c1"}
        async with database.engine.connect() as connection:
            with pytest.raises(DBAPIError, match="no company is set"):
                await connection.execute(read)


async def test_after_a_restore_nobody_is_signed_in(two_companies: Acts) -> None:
    session, link = await signed_in(two_companies), await linked(two_companies, "kato")
    theirs = await signed_in(two_companies, "sato", "c2")
    async with two_companies() as shelf:
        await restored.settle(shelf)
    assert await who_is(two_companies, session) is None
    assert await redeemed(two_companies, link) is Why.UNKNOWN
    assert await who_is(two_companies, theirs, "c2") == "sato"
