"""Reception: an event is kept before its ack, handled once, and its replies are owed with it."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from bot import people
from bot.conversation.events import Event as Neutral
from bot.conversation.events import Joined, Left, Reply, Say, Speaker, Unsaid
from bot.courier import Composer
from bot.platform import Kept, Platform
from bot.views.notes import note
from bot.views.words import say
from cases import members
from cases.db import Shelf
from cases.library import Library
from cases.models.org import Account, Member, Room
from cases.scope import Scope
from scheduler import inbox, ledger
from scheduler.models import DeliveryState
from scheduler.places import NO_ACCOUNT, place_for
from scheduler.ports import Event

if TYPE_CHECKING:  # guard, search and all handlers: read at the first event, not for the first page
    from bot.conversation.turn import Owed, Turn

log = logging.getLogger(__name__)

AT_ONCE = 2  # events that are thought about at a time: a burst must leave room for the acks
CREDENTIALS_SECONDS = 60.0  # a renewed token is used after a minute at the latest
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
        self.opened: dict[str, tuple[float, dict[str, Any]]] = {}

    async def keep(
        self, platform: str, team: str, external_id: str, raw: dict[str, Any]
    ) -> Kept | None:
        """Commits the event, sealed, before any ack; None for a team that is no customer's."""
        route = await self.library.db.directory.route(platform, team)
        if route is None:
            return None
        text = json.dumps(raw, ensure_ascii=False)
        arrival = inbox.Arrival(route.company_id, route.workspace_id, platform, external_id, text)
        event = await inbox.keep(self.library.db, self.library.ring, arrival)
        if event is None:
            return Kept(route.company_id, route.workspace_id, "", fresh=False)
        self.events[event.id] = event
        return Kept(route.company_id, route.workspace_id, event.id, fresh=True)

    async def handle(self, kept: Kept, *, direct: bool = False) -> list[Reply]:
        """Runs the conversation on a kept event once; a second call does nothing."""
        event = self.events.pop(kept.event_id, None)
        if event is None:
            return []
        try:
            if direct:  # somebody looks at a page that waits for it
                return await self._latest(event, direct=True)
            async with self.turns:
                return await self._latest(event, direct=False)
        except inbox.AlreadyHandled:
            return []

    async def receive(self, event: Event) -> None:
        """The scheduler's Receiver: an event that its own process did not finish."""
        await self._latest(event, direct=False)

    async def credentials(self, workspace_id: str, company_id: str) -> dict[str, Any]:
        """The workspace's credentials, opened; empty when there are none. Kept for a minute."""
        known = self.opened.get(workspace_id)
        if known is not None and time.monotonic() - known[0] < CREDENTIALS_SECONDS:
            return known[1]
        async with self.library.db.transaction(Scope(company_id)) as shelf:
            workspace = await shelf.people.workspace(workspace_id)
        sealed = workspace.credentials if workspace else None
        opened = self.library.ring.open_json(sealed, company_id) if sealed else {}
        self.opened[workspace_id] = (time.monotonic(), opened)
        return opened

    async def _latest(self, event: Event, *, direct: bool) -> list[Reply]:
        """Handles the event unless the person has written something else in its place since."""
        try:
            async with self.library.db.transaction(Scope(event.company_id)) as shelf:
                await inbox.newest(shelf, event)
            return await self._handle(event, direct=direct)
        except inbox.Superseded:
            await self._finish(event)
            return []

    async def _handle(self, event: Event, *, direct: bool) -> list[Reply]:
        platform = self.platforms[event.platform]
        said = platform.read(json.loads(event.raw))
        if said is None:
            await self._finish(event)
            return []
        member, first = await self._member(event, platform, said)
        if member is None:
            await self._finish(event)
            return (
                [] if isinstance(said, Left | Unsaid) else [Say(note(say("ja", "home.stranger")))]
            )
        if isinstance(said, Joined) and not first:  # Slack says so at each opening: greet once
            await self._finish(event)
            return []
        from bot.conversation.answering import respond

        turn = self._turn(event, said, member, direct=direct)
        await respond(turn)
        if not turn.closed:
            async with turn.transaction():
                pass
        self.wake(event.company_id)
        if direct:
            return turn.replies
        return [reply for reply in turn.replies if not isinstance(reply, Say)]

    def _turn(self, event: Event, said: Neutral, member: Member, *, direct: bool) -> Turn:
        from bot.conversation.turn import Turn

        async def close(shelf: Shelf, turn: Turn) -> None:
            await inbox.newest(shelf, event)  # it may have come while this one was thought about
            await inbox.finish(shelf, event.id)
            if not direct:
                await self._owe_replies(shelf, turn, event, said.user)
            for owed in turn.owed:
                await self._owe(shelf, owed)

        return Turn(
            library=self.library,
            speaker=Speaker(member.company_id, member.id, member.name, member.locale),
            scope=members.scope_of(member),
            event=said,
            event_id=event.id,
            close=close,
            safety_form_url=self.safety_form_url,
            quality_form_url=self.quality_form_url,
            status=self.status,
            find_person=partial(
                people.find,
                self.library,
                self.platforms[event.platform],
                self.credentials,
                (event.company_id, event.workspace_id),
            ),
        )

    async def _member(
        self, event: Event, platform: Platform, said: Neutral
    ) -> tuple[Member | None, bool]:
        """Who speaks, and whether for the first time: then the roster is asked by e-mail."""
        address = {} if isinstance(said, Left) else said.place
        email = said.email if isinstance(said, Joined) else ""
        scope = Scope(event.company_id)
        async with self.library.db.transaction(scope) as shelf:
            known = await shelf.people.account(event.workspace_id, said.user)
        if known is None and not email:
            opened = await self.credentials(event.workspace_id, event.company_id)
            email = await platform.email_of(opened, said.user)
        async with self.library.db.transaction(scope) as shelf:
            member = await members.connect(shelf, event.workspace_id, said.user, address, email)
        return member, known is None or known.seen_at is None

    async def _finish(self, event: Event) -> None:
        async with self.library.db.transaction(Scope(event.company_id)) as shelf:
            await inbox.finish(shelf, event.id)

    async def _owe_replies(self, shelf: Shelf, turn: Turn, event: Event, user: str) -> None:
        """What is said goes through the ledger; the same event never says it twice."""
        platform = self.platforms[event.platform]
        for number, reply in enumerate(turn.replies):
            if isinstance(reply, Say):
                owed = ledger.Owed(
                    dedupe_key=f"reply:{event.id}:{number}",
                    kind="reply",
                    payload=platform.render(reply.card),
                    workspace_id=event.workspace_id,
                    user=user,
                    member_id=turn.speaker.member_id,
                )
                await ledger.owe(shelf, owed)

    async def _owe(self, shelf: Shelf, owed: Owed) -> None:
        """A message to somebody else; one that can reach nobody is recorded with its reason."""
        case_id = owed.content.get("case_id")
        promise = ledger.Owed(
            dedupe_key=owed.key,
            kind=owed.kind,
            payload=None,
            member_id=owed.member_id,
            room_id=owed.room_id,
            case_ids=(str(case_id),) if case_id else (),
            unsolicited=owed.unsolicited,
            not_before=owed.not_before,
            expires_at=owed.expires_at,
        )
        place = await place_for(shelf, member_id=owed.member_id, room_id=owed.room_id)
        if place is None:
            state, outcome = DeliveryState.CANCELLED, NO_ACCOUNT
            await ledger.owe(shelf, replace(promise, state=state, outcome=outcome))
            return
        promise = replace(
            promise, workspace_id=place.workspace_id, user=getattr(place, "user", None)
        )
        await ledger.owe(shelf, await self._rendered(shelf, promise, owed, place))

    async def _rendered(
        self, shelf: Shelf, promise: ledger.Owed, owed: Owed, place: Account | Room
    ) -> ledger.Owed:
        """With its frozen bytes; what cannot be rendered is dead, and the turn goes on."""
        try:
            async with shelf.session.begin_nested():
                payload = await self.composer.render(shelf, owed.kind, owed.content, place)
        except Exception as error:
            log.exception("%s cannot be rendered", owed.key)
            outcome = f"not_rendered:{type(error).__name__}"
            return replace(promise, state=DeliveryState.DEAD, outcome=outcome)
        return replace(promise, payload=payload)
