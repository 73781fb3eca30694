"""Composer, Courier and LookBack of the scheduler: cards rendered at fan-out, bytes sent once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.platform import Platform
from bot.views.elements import Style, Text
from bot.views.words import say
from cases.db import Shelf
from cases.errors import NotFound
from cases.models.org import Account, Room
from scheduler.ports import DeliveryFailed, Parcel, Receipt

Platforms = Mapping[str, Platform]


class Composer:
    """Renders what a job decided into the bytes of the reader's platform, once."""

    def __init__(self, platforms: Platforms) -> None:
        self.platforms = platforms

    async def render(
        self, shelf: Shelf, kind: str, content: Mapping[str, Any], account: Account | Room
    ) -> bytes:
        """The payload in the member's language. Raises NotFound when what it shows is gone."""
        workspace = await shelf.people.workspace(account.workspace_id)
        if workspace is None or workspace.platform not in self.platforms:
            raise NotFound(account.workspace_id)
        from bot.conversation.letters import CARDS  # the first page is there before them

        locale = await _locale(shelf, account)
        card = await CARDS[kind](shelf, content, locale)
        if content.get("test"):
            mark = Text(say(locale, "schedule.test_mark"), Style.WARN)
            card = replace(card, parts=(mark, *card.parts))
        return self.platforms[workspace.platform].render(card)


async def _locale(shelf: Shelf, account: Account | Room) -> str:
    if isinstance(account, Room):
        return (await shelf.people.company()).locale
    member = await shelf.people.member(account.member_id)
    return member.locale if member else "ja"


class Courier:
    """Hands a parcel's bytes to its platform, once; the SDKs' own retries are off."""

    def __init__(
        self, platforms: Platforms, credentials: Callable[[str, str], Awaitable[dict[str, Any]]]
    ) -> None:
        self.platforms = platforms
        self.credentials = credentials

    async def send(self, parcel: Parcel) -> Receipt:
        """Where the message is now. Raises DeliveryFailed or DeliveryUnknown."""
        platform = self._platform(parcel)
        opened = await self.credentials(parcel.workspace_id, parcel.company_id)
        sent = await platform.send(opened, dict(parcel.address), parcel.payload, parcel.id)
        room, _, message_id = sent.rpartition("/")
        return Receipt(room, message_id)

    async def replace(self, parcel: Parcel, receipt: Receipt) -> None:
        """New bytes in the place of a message that was sent."""
        platform = self._platform(parcel)
        opened = await self.credentials(parcel.workspace_id, parcel.company_id)
        sent = f"{receipt.room}/{receipt.message_id}"
        await platform.replace(opened, dict(parcel.address), sent, parcel.payload)

    async def find(self, parcel: Parcel, since: datetime) -> list[Receipt] | None:
        """LookBack: copies in the platform's history; None where it cannot be read."""
        platform = self._platform(parcel)
        opened = await self.credentials(parcel.workspace_id, parcel.company_id)
        found = await platform.look_back(
            opened, dict(parcel.address), parcel.payload, parcel.id, since.timestamp()
        )
        if found is None:
            return None
        return [Receipt(*one.rpartition("/")[::2]) for one in found]

    async def remove(self, parcel: Parcel, receipt: Receipt) -> None:
        """LookBack: deletes an extra copy."""
        opened = await self.credentials(parcel.workspace_id, parcel.company_id)
        await self._platform(parcel).remove(opened, f"{receipt.room}/{receipt.message_id}")

    def _platform(self, parcel: Parcel) -> Platform:
        platform = self.platforms.get(parcel.platform)
        if platform is None:
            raise DeliveryFailed("platform_not_connected", permanent=True)
        return platform
