"""Signing in to the pages: a link from chat opens once, a session lives half a day at most.

Secrets are kept as hashes only. Every deed is in the audit trail (reliability.md §11).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from cases import audit, members, tickets
from cases.columns import new_id
from cases.db import Shelf
from cases.errors import NotFound
from cases.models.org import Account, Member
from cases.models.sign_in import SignInLink, WebSession
from cases.store.sign_in import WEB as WEB
from cases.store.sign_in import SignIns
from cases.tickets import Ticket

VALID = timedelta(minutes=10)  # of a link
LONGEST = timedelta(hours=12)  # of a session
IDLE = timedelta(minutes=30)
STEP = timedelta(minutes=1)  # a session's last sight is noted so often
KNOWN = timedelta(days=1)  # so long it is told why an old link does not open


class Why(StrEnum):
    """Why a link does not open."""

    UNKNOWN = "unknown"
    USED = "used"
    OVER = "over"
    LEFT = "left"
    OTHER = "other"  # somebody else has signed in in this browser


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session: what its cookie holds, and whose it is."""

    ticket: Ticket
    member_id: str


@dataclass(frozen=True, slots=True)
class Seen:
    """A session that lives: whose it is as the roster has them now, and their events' way in."""

    session_id: str
    member: Member
    team: str  # the web workspace's external id
    stale: bool  # its last sight is to be noted


async def link(shelf: Shelf, member_id: str) -> Ticket:
    """A way in for a member; their earlier ones open no more. Raises NotFound."""
    member = await shelf.people.member(member_id)
    if member is None or not member.active:
        raise NotFound
    store, now = SignIns(shelf), await _now(shelf)
    await store.void_links(member.id)
    await store.open_workspace()
    ticket = tickets.fresh(shelf.scope.company_id)
    row = SignInLink(company_id=ticket.company_id, id=new_id(), member_id=member.id)
    row.digest, row.expires_at = ticket.digest, now + VALID
    store.add(row)
    await audit.record(shelf, "sign_in.link", f"{member.id}:{row.id}")
    return ticket


def address(pages: str, ticket: Ticket) -> str:
    """The link itself, to be shown to its member and kept nowhere."""
    return f"{pages}/sign-in/{ticket}"


async def is_known(shelf: Shelf, ticket: Ticket) -> bool:
    """Whether a link was ever given, so that guesses are only read and wait for no writer."""
    return await SignIns(shelf).link(ticket.digest) is not None


async def redeem(shelf: Shelf, ticket: Ticket, here: str | None = None) -> SignedIn | Why:
    """Opens a session for a link, once. `here`: the member who is signed in in this browser.

    It raises nothing, so that the refusal stays in the audit trail; UNKNOWN is left to the
    caller, who knows how many guesses there were.
    """
    store = SignIns(shelf)
    row = await store.link(ticket.digest)
    if row is None:
        return Why.UNKNOWN
    now = await _now(shelf)
    member = await shelf.people.member(row.member_id)
    why = _why_not(row, member, here, now)
    if why is None and not await store.use(row.id, now):
        why = Why.USED
    if why is not None or member is None:
        await audit.record(shelf, "sign_in.refused", f"{why}:{row.id}")
        return why or Why.LEFT
    fresh = tickets.fresh(ticket.company_id)
    began = WebSession(company_id=ticket.company_id, id=new_id(), member_id=member.id)
    began.digest, began.begun_at, began.seen_at = fresh.digest, now, now
    store.add(began)
    await _account(shelf, store, member)
    acting = replace(shelf, scope=members.scope_of(member))
    await audit.record(acting, "sign_in", row.id)
    return SignedIn(fresh, member.id)


async def refused(shelf: Shelf, what: str) -> None:
    """A link that nobody was given: noted, if there is such a company."""
    if await SignIns(shelf).is_there():
        await audit.record(shelf, what, Why.UNKNOWN)


async def who(shelf: Shelf, ticket: Ticket) -> Seen | None:
    """Whose session it is; None when it is over, or its member has left. Nothing is written."""
    store = SignIns(shelf)
    row = await store.browser(ticket.digest)
    if row is None:
        return None
    now = await _now(shelf)
    if now >= row.begun_at + LONGEST or now >= row.seen_at + IDLE:
        return None
    member = await shelf.people.member(row.member_id)
    workspace = await store.workspace()
    if member is None or not member.active or workspace is None:
        return None
    return Seen(row.id, member, workspace.external_id, stale=now >= row.seen_at + STEP)


async def touch(shelf: Shelf, session_id: str) -> None:
    """The browser was there just now."""
    await SignIns(shelf).seen(session_id, await _now(shelf))


async def sign_out(shelf: Shelf, ticket: Ticket) -> None:
    """Ends one session of the acting member."""
    if await SignIns(shelf).end(ticket.digest):
        await audit.record(shelf, "sign_out", shelf.scope.me)


async def sign_out_everywhere(shelf: Shelf) -> int:
    """Ends all sessions and open links of the acting member: how many sessions there were."""
    ended = await SignIns(shelf).end_all(shelf.scope.me)
    await audit.record(shelf, "sign_out.all", shelf.scope.me)
    return ended


async def forget(shelf: Shelf, spared: Collection[str] = ()) -> int:
    """Deletes links and sessions that are over for a day: how many.

    `spared`: members under a legal hold.
    """
    over = await _now(shelf) - KNOWN
    return await SignIns(shelf).forget(over, over - LONGEST, over - IDLE, spared)


async def is_used(shelf: Shelf) -> bool:
    """Whether anybody of a company with a chat has asked for the pages yet."""
    workspace = await SignIns(shelf).workspace()
    return workspace is not None and workspace.external_id == shelf.scope.company_id


def _why_not(row: SignInLink, member: Member | None, here: str | None, now: datetime) -> Why | None:
    """Why the link does not open; None when it does."""
    if row.used_at is not None:
        return Why.USED
    if row.expires_at <= now:
        return Why.OVER
    if member is None or not member.active:
        return Why.LEFT
    return Why.OTHER if here not in (None, row.member_id) else None


async def _account(shelf: Shelf, store: SignIns, member: Member) -> None:
    """What a member does on the pages comes in like what they say in a chat."""
    workspace = await store.open_workspace()
    if await shelf.people.account(workspace.id, member.id) is not None:
        return
    account = Account(company_id=member.company_id, workspace_id=workspace.id, user=member.id)
    account.member_id, account.address = member.id, {}
    shelf.people.add(account)


async def _now(shelf: Shelf) -> datetime:
    """Real time: the sample company's date may be moved, and nobody is signed out by that."""
    company = await shelf.people.company()
    return shelf.now - timedelta(seconds=company.clock_shift)
