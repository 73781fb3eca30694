"""The four edges of the scheduler: who renders, sends, looks back and receives. `bot` fills them.

Adapters only say what happened (permanent, retry_after, unknown); the scheduler decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from cases.db import Shelf
from cases.models.org import Account, Room


class DeliveryFailed(Exception):
    """The message certainly did not arrive. `reason` is a code of the platform, never text.

    `permanent`: no retry can help. `retry_after` (seconds): a 429; None for everything else.
    `workspace_wide`: nothing can be sent there at all (a revoked token). `shut_out`: this person
    blocked the bot or is gone; nothing more is sent to the account until they write again.
    """

    def __init__(
        self,
        reason: str,
        *,
        permanent: bool = False,
        retry_after: float | None = None,
        workspace_wide: bool = False,
        shut_out: bool = False,
        http_status: int | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.retry_after = retry_after
        self.workspace_wide = workspace_wide
        self.shut_out = shut_out
        self.http_status = http_status


class DeliveryUnknown(Exception):
    """The answer proves nothing: a time-out, a reset, a 5xx. The message may have arrived."""

    def __init__(self, reason: str, *, http_status: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.http_status = http_status


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message to send: frozen bytes and where they go. `id` is the marker to send along.

    The marker is opaque: any app of a Slack workspace can read metadata.
    """

    company_id: str
    id: str
    kind: str
    platform: str
    workspace_id: str
    address: Mapping[str, Any]
    payload: bytes = field(repr=False)
    client_msg_id: str
    user: str | None = None
    member_id: str | None = None
    room_id: str | None = None
    shut_out: str = ""  # the account blocked the bot: nothing is sent


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where a message is: the platform's room and its id of the message there."""

    room: str
    message_id: str


@dataclass(frozen=True, slots=True)
class Event:
    """An event that was kept; `raw` is what came, opened again."""

    company_id: str
    id: str
    workspace_id: str
    platform: str
    external_id: str
    received_at: datetime
    raw: str = field(repr=False)


class Composer(Protocol):
    """Turns what a job decided into the bytes of one platform, once, at fan-out."""

    async def render(
        self, shelf: Shelf, kind: str, content: Mapping[str, Any], account: Account | Room
    ) -> bytes:
        """The payload. It reads through `shelf` (never opens a transaction) and sends nothing."""


class Courier(Protocol):
    """Sends a parcel's bytes once, or over a sent message; the SDK's own retries are off."""

    async def send(self, parcel: Parcel) -> Receipt:
        """Raises DeliveryFailed or DeliveryUnknown; any other error counts as unknown."""

    async def replace(self, parcel: Parcel, receipt: Receipt) -> None:
        """Puts the parcel's bytes in the place of a message that was sent; safe to repeat."""


class LookBack(Protocol):
    """Reads the platform's history for a marker."""

    async def find(self, parcel: Parcel, since: datetime) -> list[Receipt] | None:
        """The copies sent at or after `since`, oldest first; None where history cannot be read.

        Raises DeliveryFailed or DeliveryUnknown when it should be asked again later.
        """

    async def remove(self, parcel: Parcel, receipt: Receipt) -> None:
        """Deletes an extra copy; a copy that is gone already is no error."""


class Receiver(Protocol):
    """Handles a kept event: domain write, replies owed and `inbox.finish` in one transaction."""

    async def receive(self, event: Event) -> None:
        """Any error leaves the event in the inbox for another try."""
