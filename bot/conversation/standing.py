"""The roster's and the rooms' part of 状態: who can be reached, who is missing, what is to come."""

from __future__ import annotations

from bot.views.elements import Divider, Part, Text
from bot.views.words import say
from cases.db import Shelf
from cases.members import DEACTIVATED
from cases.models.org import Account

FEW = 10  # people by name on one card


async def rows(shelf: Shelf, locale: str) -> list[tuple[str, str]]:
    """Label and value: counts only, nobody's name; offices without a promoter by theirs."""
    members = await shelf.people.members()
    accounts = await shelf.people.accounts_by_member([one.id for one in members])
    stopped = [
        mine for mine in accounts.values() if mine and all(a.blocked == DEACTIVATED for a in mine)
    ]
    seats = {seat.office_id for seat in await shelf.people.promoters()}
    vacant = [one.name for one in await shelf.people.offices() if one.id not in seats]
    people = say(
        locale,
        "status.roster_of",
        count=len(members),
        alone=sum(not mine for mine in accounts.values()),
        stopped=len(stopped),
        moves=len(await shelf.roster.moves()),
    )
    found = [(say(locale, "status.roster"), people)]
    shut = sorted(a.blocked for mine in accounts.values() for a in mine if is_shut_out(a))
    if shut:
        codes = ", ".join(sorted(set(shut)))
        told = say(locale, "shut_out.row_of", count=len(shut), codes=codes)
        found.append((say(locale, "shut_out.row"), told))
    found.append((say(locale, "status.rooms"), await _rooms(shelf, locale)))
    if vacant:
        found.append((say(locale, "status.vacant"), ", ".join(vacant)))
    return found


def is_shut_out(account: Account) -> bool:
    """True for somebody who blocked the bot or took the app out; not for a closed account."""
    return account.blocked not in ("", DEACTIVATED)


async def shut_out(shelf: Shelf, locale: str) -> list[Part]:
    """Who gets nothing because they shut the bot out, by name: for administrators."""
    people = {one.id: one.name for one in await shelf.people.members()}
    accounts = await shelf.people.accounts_by_member(list(people))
    found = [one for mine in accounts.values() for one in mine if is_shut_out(one)]
    lines = [
        say(locale, "shut_out.one", name=people[one.member_id], code=one.blocked)
        for one in found[:FEW]
    ]
    if len(found) > FEW:
        lines.append(say(locale, "shut_out.others", count=len(found) - FEW))
    return [Divider(), *map(Text, lines)] if lines else []


async def _rooms(shelf: Shelf, locale: str) -> str:
    """How many the bot is in and uses, and how many wait for somebody to say whose they are."""
    rooms = await shelf.roster.rooms()
    there = [room for room in rooms if room.state == "active"]
    return say(
        locale,
        "status.rooms_of",
        count=len(there),
        posts=sum(room.posts for room in there),
        listens=sum(room.listens for room in there),
        waiting=sum(room.office_id is None and not room.for_admins for room in there),
        gone=len(rooms) - len(there),
    )
