"""Reception: an event is kept before its ack, handled once, and its replies are owed with it."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from bot import people
from bot.conversation.events import (
    Detached,
    Joined,
    Left,
    Overheard,
    Pressed,
    Reply,
    Say,
    Speaker,
    Spoken,
    Told,
    Unsaid,
    unaddressed,
)
from bot.conversation.pace import Pace
from bot.courier import Composer
from bot.detach import detach
from bot.hearing import Hearing
from bot.notices import reach_of, take_note
from bot.owing import Owing, instead
from bot.platform import Kept, Platform
from bot.vault import Keys
from bot.views.elements import Card
from bot.views.notes import note
from bot.views.words import say
from cases import members
from cases.db import Shelf
from cases.library import Library
from cases.models.org import Member
from cases.scope import Scope
from scheduler import inbox
from scheduler.ports import Event

if TYPE_CHECKING:  # guard, search and all handlers: read at the first event, not for the first page
    from bot.conversation.turn import Turn

log = logging.getLogger(__name__)

AT_ONCE = 2  # events that are thought about at a time: a burst must leave room for the acks
Way = Literal["direct", "owed", "late"]  # how replies go; late: no screen waits for them any more
Status = Callable[[str, str], Coroutine[Any, Any, list[tuple[str, str]]]]


class Reception:
    """The one desk of all platforms (`bot.platform.Desk`), and the scheduler's Receiver."""

    def __init__(
        self,
        library: Library,
        platforms: dict[str, Platform],
        composer: Composer,
        *,
        safety_form_url: str = "",
        quality_form_url: str = "",
        status: Status | None = None,
        wake: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.library = library
        self.platforms = platforms
        self.composer = composer
        self.safety_form_url = safety_form_url
        self.quality_form_url = quality_form_url
        self.status = status
        self.wake = wake
        self.events: dict[str, Event] = {}  # kept here and not handled yet
        self.turns = asyncio.Semaphore(AT_ONCE)
        self.hearing = Hearing(library, platforms, self.credentials)
        self.pace = Pace()
        self.keys = Keys(library.db, library.ring)

    async def keep(
        self, platform: str, team: str, external_id: str, raw: dict[str, Any]
    ) -> Kept | None:
        """Commits the event, sealed, before any ack; None for a team that is no customer's, and
        for what was not said to the bot and follows no question of this person's."""
        route = await self.library.db.directory.route(platform, team)
        if route is None:
            return None
        if not await self.hearing.wanted(route, platform, raw):
            return None
        place = (route.company_id, route.workspace_id)
        arrival = inbox.Arrival(*place, platform, external_id, json.dumps(raw, ensure_ascii=False))
        event = await inbox.keep(self.library.db, self.library.ring, arrival)
        if event is not None:
            self.events[event.id] = event
        return Kept(*place, event.id if event else "", fresh=event is not None)

    async def handle(
        self, kept: Kept, *, direct: bool = False, more: dict[str, Any] | None = None
    ) -> list[Reply]:
        """Runs the conversation on a kept event once; a second call does nothing."""
        event = self.events.pop(kept.event_id, None)
        if event is None:
            return []
        event = replace(event, raw=json.dumps({**json.loads(event.raw), **(more or {})}))
        try:
            if direct:  # somebody looks at a page that waits for it
                return await self._latest(event, "direct")
            async with self.turns:
                return await self._latest(event, "owed")
        except inbox.AlreadyHandled:
            return []

    async def receive(self, event: Event) -> None:
        """The scheduler's Receiver: an event that its own process did not finish."""
        await self._latest(event, "late")

    async def owe(self, kept: Kept, platform: str, user: str, card: Card) -> bool:
        """Owes an answer that could not be shown in its place; False for a stranger."""
        owed = await instead(self.library.db, self.platforms[platform], kept, user, card)
        self.wake(kept.company_id)
        return owed

    async def locale(self, kept: Kept, user: str) -> str:
        """The member's language; Japanese for a stranger."""
        async with self.library.db.transaction(Scope(kept.company_id)) as shelf:
            account = await shelf.people.account(kept.workspace_id, user)
            member = await shelf.people.member(account.member_id) if account else None
        return member.locale if member else "ja"

    async def home(self, kept: Kept, user: str) -> Card:
        """A user's own page, as it is now; for somebody not on the roster what to do."""
        from bot.conversation.home import page

        async with self.library.db.transaction(Scope(kept.company_id)) as shelf:
            account = await shelf.people.account(kept.workspace_id, user)
            member = await shelf.people.member(account.member_id) if account else None
        if member is None or not member.active:
            return note(say("ja", "home.stranger"))
        async with self.library.db.transaction(members.scope_of(member)) as shelf:
            return await page(shelf, member)

    async def credentials(self, workspace_id: str, company_id: str) -> dict[str, Any]:
        """The workspace's credentials, opened; empty when there are none. Kept for a minute."""
        return await self.keys.of(workspace_id, company_id)

    def forget(self, workspace_id: str) -> None:
        """The workspace's credentials were changed: they are read anew."""
        self.keys.forget(workspace_id)

    async def _latest(self, event: Event, way: Way) -> list[Reply]:
        """Handles the event unless the person has written something else in its place since."""
        try:
            if inbox.message_of(event.external_id):  # only a message has versions
                async with self.library.db.transaction(Scope(event.company_id)) as shelf:
                    await inbox.newest(shelf, event)
            return await self._handle(event, way)
        except inbox.Superseded:
            return await self._finish(event)

    async def _handle(self, event: Event, way: Way) -> list[Reply]:
        platform = self.platforms[event.platform]
        said = platform.read(json.loads(event.raw))
        if isinstance(said, Detached):
            await detach(self.library, event, said)
            self.forget(event.workspace_id)
            return []
        if way == "late" and isinstance(said, Pressed):
            said = replace(said, screen=False)
        key = (event.company_id, event.workspace_id)
        closed = isinstance(said, Overheard) and not await self.hearing.allows(key, said, anew=True)
        if said is None or closed:
            return await self._finish(event)
        if isinstance(said, Told):
            await take_note(self.library.db, event, said)
            return []
        member, first = await self._member(event, platform, said)
        if member is None:
            await self._finish(event)
            silent = isinstance(said, Left | Unsaid) or unaddressed(said)
            return [] if silent else [Say(note(say("ja", "home.stranger")))]
        if isinstance(said, Joined) and not first:  # Slack says so at each opening: greet once
            return await self._finish(event)
        from bot.conversation.answering import respond

        turn = self._turn(event, said, member, way)
        await respond(turn)
        if not turn.closed:
            async with turn.transaction():
                pass
        self.wake(event.company_id)
        if way == "direct":
            return turn.replies
        return [reply for reply in turn.replies if not isinstance(reply, Say)]

    def _turn(self, event: Event, said: Spoken, member: Member, way: Way) -> Turn:
        from bot.conversation.turn import Turn

        async def close(shelf: Shelf, turn: Turn) -> None:
            await inbox.newest(shelf, event)  # it may have come while this one was thought about
            await inbox.finish(shelf, event.id)
            if way == "late":
                turn.too_late()
            owing = Owing(self.platforms[event.platform], self.composer, event, said.user)
            if way != "direct":
                await owing.replies(shelf, turn)
            for owed in turn.owed:
                await owing.owe(shelf, turn, owed)

        key = (event.company_id, event.workspace_id)
        return Turn(
            library=self.library,
            speaker=Speaker(member.company_id, member.id, member.name, member.locale),
            scope=members.scope_of(member),
            event=said,
            event_id=event.id,
            close=close,
            safety_form_url=self.safety_form_url,
            quality_form_url=self.quality_form_url,
            workspace_id=event.workspace_id,
            platform=event.platform,
            status=self.status,
            pace=self.pace,
            find_person=self.hearing.finder(event.platform, key),
            read_post=self.hearing.reader(event.platform, key),
            reach=reach_of(self.platforms[event.platform], event, self.credentials),
        )

    async def _member(
        self, event: Event, platform: Platform, said: Spoken
    ) -> tuple[Member | None, bool]:
        """Who speaks, and whether for the first time: then the roster is asked by e-mail."""
        key = (event.company_id, event.workspace_id)
        if isinstance(said, Overheard):  # not said to the bot: it is no first contact
            return await self.hearing.finder(event.platform, key)(said.user), False
        at = {} if isinstance(said, Left) else said.place
        email = said.email if isinstance(said, Joined) else ""
        who = people.Who(key, said.user, at, email)
        return await people.speaks(self.library.db, platform, self.credentials, who)

    async def _finish(self, event: Event) -> list[Reply]:
        async with self.library.db.transaction(Scope(event.company_id)) as shelf:
            await inbox.finish(shelf, event.id)
        return []
