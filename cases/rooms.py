"""Rooms: which chat is which office's, whether the bot may post and listen there, and who says so.

An office posts in one room. A room listens only where somebody who may has said so. One room of a
workspace may be for those who run it: no office's, and the audit trail's daily head comes there.
"""

from __future__ import annotations

from cases import audit, rights
from cases.columns import new_id
from cases.db import Shelf
from cases.errors import NotFound
from cases.models.org import Office, Room
from cases.rights import Action
from cases.scope import Scope

ACTIVE, LEFT, ARCHIVED = "active", "left", "archived"


def may_register(scope: Scope, office_id: str | None) -> bool:
    """事務局 and IT for every office; promoters and managers for their own."""
    return rights.may(scope, Action.ROOM, office=office_id)


async def offices_for(shelf: Shelf) -> list[Office]:
    """The offices whose room the acting member may set, the own one first."""
    found = [one for one in await shelf.people.offices() if may_register(shelf.scope, one.id)]
    return sorted(found, key=lambda one: one.id not in shelf.scope.offices)


async def mine(shelf: Shelf) -> list[Room]:
    """The rooms that the acting member may change, also those that wait for an office."""
    may_all = rights.may(shelf.scope, Action.ROOM)
    return [
        room
        for room in await shelf.roster.rooms()
        if (room.office_id is None and may_all)
        or (room.office_id is not None and may_register(shelf.scope, room.office_id))
    ]


async def at(shelf: Shelf, workspace_id: str, channel: str) -> Room | None:
    """The room of a channel; None for one that the bot was never brought into."""
    for room in await shelf.roster.rooms():
        if room.workspace_id == workspace_id and room.address.get("channel") == channel:
            return room
    return None


async def found(shelf: Shelf, workspace_id: str, channel: str, name: str = "") -> Room:
    """The bot is in a channel: its room, which posts and listens only after somebody says so."""
    room = await at(shelf, workspace_id, channel)
    if room is None:
        room = Room(company_id=shelf.scope.company_id, id=new_id(), workspace_id=workspace_id)
        room.address, room.posts, room.listens = {"channel": channel}, False, False
        shelf.people.add(room)
        await audit.record(shelf, "room.found", room.id)
    elif room.state != ACTIVE:
        room.state = ACTIVE  # and what it may do is asked again
        room.posts = room.listens = room.for_admins = False
    room.name = name or room.name
    await shelf.people.flush()
    return room


async def register(
    shelf: Shelf, room_id: str, office_id: str, *, posts: bool, listens: bool
) -> Room:
    """Says whose room it is. Posting moves here from the office's other room.

    Raises NotFound, and NotAllowed for another office than one's own.
    """
    room = await shelf.people.room(room_id)
    office = await shelf.people.office(office_id)
    if room is None or office is None or room.state != ACTIVE:
        raise NotFound
    owners = [one for one in (office.id, room.office_id) if one is not None]
    for one in owners:
        rights.need(shelf, Action.ROOM, room_id, office=one)
    if room.for_admins:
        rights.need(shelf, Action.ADMIN_ROOM, room_id)
    for other in await shelf.roster.rooms() if posts else ():
        if other.id != room.id and other.office_id == office.id:
            other.posts = False
    await shelf.people.flush()  # the index knows one posting room of an office
    room.office_id, room.posts, room.listens, room.for_admins = office.id, posts, listens, False
    await shelf.people.flush()
    uses = f"{'p' if posts else '-'}{'l' if listens else '-'}"
    await audit.record(shelf, "room.register", f"{room.id}:{office.id}:{uses}")
    return room


async def register_for_admins(shelf: Shelf, room_id: str) -> Room:
    """管理者の部屋: in the place of the workspace's former one, and no office's any more.

    Raises NotFound, and NotAllowed for all but 事務局 and IT.
    """
    rights.need(shelf, Action.ADMIN_ROOM, room_id)
    room = await shelf.people.room(room_id)
    if room is None or room.state != ACTIVE:
        raise NotFound
    for other in await shelf.roster.rooms():
        if other.id != room.id and other.workspace_id == room.workspace_id:
            other.for_admins = False
    await shelf.people.flush()  # the index knows one in each workspace
    room.office_id, room.posts, room.listens, room.for_admins = None, False, False, True
    await shelf.people.flush()
    await audit.record(shelf, "room.for_admins", room.id)
    return room


async def for_admins(shelf: Shelf) -> list[Room]:
    """The administrators' rooms that the bot is in; whoever reads in them decides nothing by it."""
    found = await shelf.roster.rooms()
    return [room for room in found if room.for_admins and room.state == ACTIVE]


async def told(shelf: Shelf, workspace_id: str, channel: str, what: str, name: str = "") -> None:
    """The platform says what became of a channel: `renamed`, `joined`, `shared`, or a state."""
    if what == "joined":
        await found(shelf, workspace_id, channel, name)
        return
    room = await at(shelf, workspace_id, channel)
    if room is None:
        return
    if what == "renamed":
        room.name = name
    elif what == "shared":  # another company came in: it is no office's own room any more
        room.posts = room.listens = room.for_admins = False
        await audit.record(shelf, "room.shared", room.id)
    elif room.state != what and not (what == ACTIVE and room.state == LEFT):
        if what == ACTIVE:  # out of the archive: whether it may post is asked again
            room.posts = room.for_admins = False
        room.state = what
        await audit.record(shelf, f"room.{what}", room.id)
