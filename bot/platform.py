"""What a chat platform is to the rest of the bot, and what reception is to a platform."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from aiohttp import web

from bot.conversation.events import Aside, Attached, Detached, Event, Post, Reply
from bot.views.elements import Card

Key = tuple[str, str]  # company and workspace
# Workspace and company to the workspace's credentials, opened; empty when there are none.
Credentials = Callable[[str, str], Awaitable[dict[str, Any]]]


class Platform(Protocol):
    """One way to reach people. Sending follows scheduler/ports.py: one POST, no retries of its own.

    `send`, `replace` and `look_back` raise DeliveryFailed (certainly not done) or DeliveryUnknown.
    """

    name: str

    def prepare(self, app: web.Application) -> None:
        """What the platform needs of the server before its routes are added; mostly nothing."""
        ...

    def routes(self) -> list[web.RouteDef]:
        """The HTTP routes of this platform, for the one aiohttp server."""
        ...

    def read(self, raw: dict[str, Any]) -> Event | Detached | None:
        """A kept event as a neutral one; None when there is nothing to do for it."""
        ...

    def render(self, card: Card, aside: Aside | None = None) -> bytes:
        """The card as this platform's payload, within its limits; the ledger freezes the bytes.

        `aside` is an event's own, with `locale`, and `everyone` where all who read along may see
        the card. The bytes then say where they go; a platform without such places ignores it.
        """
        ...

    async def send(
        self, credentials: dict[str, Any], address: dict[str, Any], payload: bytes, key: str
    ) -> str:
        """Sends once and gives the receipt, `room/message`. `key` is opaque metadata."""
        ...

    async def replace(
        self, credentials: dict[str, Any], address: dict[str, Any], receipt: str, payload: bytes
    ) -> None:
        """Puts new bytes in the place of a message that was sent; safe to repeat."""
        ...

    async def look_back(
        self,
        credentials: dict[str, Any],
        address: dict[str, Any],
        payload: bytes,
        key: str,
        since: float,
    ) -> list[str] | None:
        """Receipts of messages with `key` since a Unix time; None where history cannot be read."""
        ...

    async def remove(self, credentials: dict[str, Any], receipt: str) -> None:
        """Deletes an extra copy; one that is gone already is no error."""
        ...

    async def start(self) -> None:
        """Called once the server listens: fetches what it needs (signing keys); mostly nothing."""
        ...

    async def close(self) -> None:
        """Waits for the events that were acknowledged and are being handled."""
        ...

    async def email_of(self, credentials: dict[str, Any], user: str) -> str | None:
        """The user's e-mail, to find a stranger on the roster; empty where it cannot be read.

        None for a guest of the workspace, who is never a member.
        """
        ...


@runtime_checkable
class Reaches(Protocol):
    """A platform on which the bot can look at what a message or an event is about."""

    async def fetch(self, credentials: dict[str, Any], file: Attached) -> bytes:
        """The bytes of a file that came with a message. Raises NotFetched."""
        ...

    async def room_name(self, credentials: dict[str, Any], room: str) -> str | None:
        """The name of a chat; empty where it cannot be read; None where the bot is not in it."""
        ...

    async def shared(self, credentials: dict[str, Any], room: str) -> bool | None:
        """Whether people of another company are in a chat, or invited; None: it cannot be read."""
        ...


class Rereads(Protocol):
    """A platform whose history can be read again, to find what was missed."""

    async def reread(
        self, credentials: dict[str, Any], team: str, room: str, oldest: float, *, direct: bool
    ) -> str | None:
        """Keeps and handles what was said in a room since a Unix time; the newest message's time.

        Empty: there was nothing. None: the token may not read there. Raises DeliveryFailed.
        """
        ...


@runtime_checkable
class Quotes(Protocol):
    """A platform on which a message of a room can be read by its source."""

    async def post(self, credentials: dict[str, Any], source: str) -> Post | None:
        """The message; None where it is gone, a guest's or a bot's, or may not be read.

        Raises DeliveryFailed.
        """
        ...


@dataclass(frozen=True, slots=True)
class Kept:
    """An event that is committed in the inbox. `fresh` is False when it was there already."""

    company_id: str
    workspace_id: str
    event_id: str  # the inbox row
    fresh: bool


class Desk(Protocol):
    """Reception as a platform sees it: keep first, acknowledge, then handle."""

    async def keep(
        self, platform: str, team: str, external_id: str, raw: dict[str, Any]
    ) -> Kept | None:
        """Commits the verified raw event, sealed, once; None when the team is not a customer's, or
        the room is none in which the company lets the bot listen: nothing is stored then.

        Raises when the commit fails: then the door answers 5xx and the platform tries again.
        """
        ...

    async def handle(
        self, kept: Kept, *, direct: bool = False, more: dict[str, Any] | None = None
    ) -> list[Reply]:
        """Runs the conversation on a kept event and marks it done.

        `Say` replies are owed in the ledger and sent from there, unless `direct` (the web page
        and the console show them at once). What comes back is for the platform to carry out:
        `Open` and `Replace`, and `Say` when direct. A second call for one event does nothing.
        `more` is what the platform has learnt since the ack; it is read with the envelope.
        """
        ...

    async def owe(self, kept: Kept, platform: str, user: str, card: Card) -> bool:
        """Puts an answer that could not be shown in its place into the ledger, as a message.

        False for somebody without an account: then nobody else will send it.
        """
        ...

    async def locale(self, kept: Kept, user: str) -> str:
        """The language of a user, for a screen that cannot wait for the answer."""
        ...

    async def home(self, kept: Kept, user: str) -> Card:
        """A user's own page, as it is now; for a stranger what to do."""
        ...

    async def credentials(self, workspace_id: str, company_id: str) -> dict[str, Any]:
        """The workspace's credentials, opened."""
        ...
