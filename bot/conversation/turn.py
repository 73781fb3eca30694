"""One turn of a conversation: who speaks, what they may reach, and the replies that gather.

A handler reads with `read()`, thinks outside any transaction, and writes in one `transaction()`,
which also commits the replies owed and closes the event (rule 21, decision 25).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.conversation.events import (
    Aside,
    Attached,
    Open,
    Post,
    Replace,
    Reply,
    Say,
    Speaker,
    Spoken,
    as_message,
)
from bot.conversation.pace import Pace, What
from bot.views.elements import Card
from bot.views.words import say
from cases import fields
from cases.db import Shelf
from cases.errors import GuardDown
from cases.library import Library
from cases.models.org import Member
from cases.scope import Scope

if TYPE_CHECKING:  # read when a text is checked: the pages need it not to be there
    from cases import guard


@dataclass(frozen=True, slots=True)
class Owed:
    """A message to somebody else (a member, a room, or all who read along), for the ledger."""

    key: str  # the same promise twice is one promise
    kind: str
    content: Mapping[str, Any]
    member_id: str | None = None
    room_id: str | None = None
    aside: Aside | None = None  # the chat of the event, in which everybody reads `content["card"]`
    here: bool = False  # to the speaker, on the platform where they spoke or were overheard
    unsolicited: bool = False  # counts for the budget, and keeps to the person's hours
    not_before: datetime | None = None
    expires_at: datetime | None = None

    def nobody_asked(self, at: datetime, until: datetime) -> Owed:
        """The same as a push within the budget and the person's hours, worth sending `until`."""
        return replace(self, unsolicited=True, not_before=at, expires_at=until)


@dataclass(frozen=True, slots=True)
class Reach:
    """What a handler may look at on the event's platform, outside any transaction."""

    workspace_id: str
    fetch: Callable[[Attached], Awaitable[bytes]]
    room_name: Callable[[str], Awaitable[str | None]]
    shared: Callable[[str], Awaitable[bool | None]]  # with another company; None: unknown


@dataclass(slots=True)
class Turn:
    """What a handler holds. `close` is called in the last transaction with everything said."""

    library: Library
    speaker: Speaker
    scope: Scope
    event: Spoken
    event_id: str
    close: Callable[[Shelf, Turn], Awaitable[None]]
    safety_form_url: str = ""
    quality_form_url: str = ""
    workspace_id: str = ""  # where the event came from, and on which platform
    platform: str = ""
    status: Callable[[str, str], Awaitable[list[tuple[str, str]]]] | None = None
    pace: Pace | None = None  # None: nobody can hurry here
    read_post: Callable[[str], Awaitable[Post | None]] | None = None  # by the message's source
    find_person: Callable[[str], Awaitable[Member | None]] | None = None  # by the platform's user
    reach: Reach | None = None  # None: a platform without files and rooms
    replies: list[Reply] = field(default_factory=list)
    owed: list[Owed] = field(default_factory=list)
    first: Callable[[Shelf], Awaitable[None]] | None = None  # before the turn's one write
    closed: bool = False
    lexicon: int = 0  # version of the company's own words in the last check

    @property
    def source(self) -> str:
        """Where what is said comes from: its message, else the event."""
        return getattr(self.event, "source", "") or f"said:{self.event_id}"

    @property
    def screen(self) -> bool:
        """True while a screen of its own waits for the answer."""
        return getattr(self.event, "screen", False)

    @property
    def card(self) -> str:
        """The receipt of the message that holds the pressed button; empty where there is none."""
        return getattr(self.event, "card", "")

    @property
    def private(self) -> bool:
        """False where others read along."""
        return getattr(self.event, "private", True)

    @property
    def among_others(self) -> bool:
        """True where the answer stands among others, seen by the speaker alone."""
        return not self.private and not getattr(self.event, "aside", {}).get("open")

    @property
    def may_tell(self) -> bool:
        """True where colleagues read along who may see what the whole company may."""
        aside = getattr(self.event, "aside", {})
        hidden = aside.get("outsiders") or aside.get("open")
        return bool(aside) and not self.private and not hidden

    @property
    def thread(self) -> str:
        """The chat thread of the event; empty where the platform has none."""
        return getattr(self.event, "thread", "")

    @property
    def locale(self) -> str:
        """The member's language."""
        return self.speaker.locale

    def words(self, key: str, **values: object) -> str:
        """A sentence in the member's language."""
        return say(self.locale, key, **values)

    def form_url(self, rule: str) -> str:
        """The address of the desk that a stopped text belongs to; empty where none is set."""
        return self.quality_form_url if rule == "quality_complaint" else self.safety_form_url

    def takes(self, what: What) -> None:
        """Counts what is about to cost something. Raises TooOften for more than hands can do."""
        if self.pace is not None:
            self.pace.take(self.scope.company_id, self.scope.me, what)

    def say(self, card: Card) -> None:
        """A new message to the speaker."""
        self.replies.append(Say(card))

    def open(self, card: Card, instead: Card | None = None) -> None:
        """A form on its own screen; `instead` is said where that screen is gone by now."""
        self.replies.append(Open(card, self.locale, instead))

    def replace(self, card: Card, instead: Card | None = None) -> None:
        """The pressed card becomes this one; `instead` is said where it cannot."""
        self.replies.append(Replace(card, self.locale, instead))

    def leave(self, card: Card) -> None:
        """What a screen shows also as a message, unless one changes with it: screens are closed."""
        if self.screen and not self.card:
            self.say(card)

    def owe(self, owed: Owed) -> None:
        """A message to somebody else, committed with this turn."""
        self.owed.append(owed)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Shelf]:
        """A look at the database; nothing must be written in it."""
        async with self.library.db.transaction(self.scope) as shelf:
            yield shelf

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Shelf]:
        """The turn's one write: replies must be said before its block ends."""
        async with self.library.db.transaction(self.scope) as shelf:
            if self.first is not None:
                await self.first(shelf)
            yield shelf
            await self.close(shelf, self)
            self.closed = True

    def too_late(self) -> None:
        """No screen waits any more: all is said, with nothing that may lie nowhere in clear."""
        self.replies = [Say(as_message(one)) for one in self.replies]

    async def check(self, raw: Mapping[str, Any]) -> guard.Checked:
        """The guard's word on a post's texts. Raises GuardDown if it cannot run (fail closed)."""
        self.takes("read")
        found, self.lexicon = await checked(self.library, self.scope, raw)
        return found


async def checked(
    library: Library, scope: Scope, raw: Mapping[str, Any]
) -> tuple[guard.Checked, int]:
    """The guard's word on a draft's texts, and the version of the company's own words in it.

    Raises GuardDown if it cannot run.
    """
    texts = fields.texts(raw)
    try:
        from cases import guard, lexicon_changes

        async with library.db.reading(scope) as shelf:
            own = await lexicon_changes.in_force(shelf, library.ring)
        kept = (*(raw.get("not_names") or ()), *own.allow)
        said = raw.get("places")
        found = await asyncio.to_thread(
            guard.check_fields, texts, library.embedder, keep=kept, places=said
        )
        return lexicon_changes.applied(found, texts, own), own.version
    except Exception as error:
        raise GuardDown(type(error).__name__) from error
