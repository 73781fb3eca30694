"""What a platform tells without anybody speaking, and what a turn may look at on its platform."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.conversation.events import Attached, Detached, PersonTold, RoomTold, Said, Told
from bot.conversation.events import Event as Neutral
from bot.platform import Credentials, Platform, Reaches
from cases import members, rooms
from cases.db import Database
from cases.scope import Scope
from cases.searches import asked_in
from cases.store.org import Route
from scheduler import inbox
from scheduler.ports import Event

if TYPE_CHECKING:
    from bot.conversation.turn import Reach


async def take_note(db: Database, event: Event, told: Told) -> None:
    """Follows what became of a person's account or of a room, and ends the event."""
    async with db.transaction(Scope(event.company_id)) as shelf:
        match told:
            case PersonTold():
                await members.told(
                    shelf,
                    event.workspace_id,
                    told.user,
                    told.place,
                    email=told.email,
                    gone=told.gone,
                    ours=told.ours,
                )
            case RoomTold():
                await rooms.told(shelf, event.workspace_id, told.room, told.what, told.name)
        await inbox.finish(shelf, event.id)


async def matters(db: Database, route: Route, said: Neutral | Detached | None) -> bool:
    """False where nothing follows: news that change nothing, and what was said in a thread in which
    this person has not asked the bot before."""
    if isinstance(said, PersonTold):
        return await _is_news(db, route, said)
    if not isinstance(said, Said) or not said.overheard:
        return True
    async with db.transaction(Scope(route.company_id)) as shelf:
        account = await shelf.people.account(route.workspace_id, said.user)
        return account is not None and await asked_in(shelf, account.member_id, said.thread)


async def _is_news(db: Database, route: Route, told: PersonTold) -> bool:
    """False for what would change nothing.

    Who is put out and let in again before the first of it was handled stays out until the next
    word about them; they are handled at once, and people take longer.
    """
    async with db.transaction(Scope(route.company_id)) as shelf:
        return await members.is_news(
            shelf,
            route.workspace_id,
            told.user,
            email=told.email,
            gone=told.gone,
            ours=told.ours,
        )


def reach_of(platform: Platform, event: Event, credentials: Credentials) -> Reach | None:
    """The platform's files and rooms with this workspace's credentials; None where it has none."""
    if not isinstance(platform, Reaches):
        return None
    from bot.conversation.turn import Reach  # with the guard: not for the first page

    async def opened() -> dict[str, Any]:
        return await credentials(event.workspace_id, event.company_id)

    async def fetch(file: Attached) -> bytes:
        return await platform.fetch(await opened(), file)

    async def room_name(room: str) -> str | None:
        return await platform.room_name(await opened(), room)

    async def shared(room: str) -> bool | None:
        return await platform.shared(await opened(), room)

    return Reach(event.workspace_id, fetch, room_name, shared)
