"""Composer, Courier and LookBack of the scheduler: cards rendered at fan-out, bytes sent once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from bot.conversation import reflect
from bot.platform import Platform
from bot.views import notes
from bot.views.digest import digest_card
from bot.views.elements import Card, from_json
from bot.views.reflection import question_card
from bot.views.withdrawn import withdrawn_card
from cases import digests
from cases.db import Shelf
from cases.errors import NotFound
from cases.models.org import Account, Room
from cases.models.talk import Reflection
from scheduler import take_back
from scheduler.ports import DeliveryFailed, Parcel, Receipt

Content = Mapping[str, Any]
Platforms = Mapping[str, Platform]


class Composer:
    """Renders what a job decided into the bytes of the reader's platform, once."""

    def __init__(self, platforms: Platforms) -> None:
        self.platforms = platforms

    async def render(
        self, shelf: Shelf, kind: str, content: Content, account: Account | Room
    ) -> bytes:
        """The payload in the member's language. Raises NotFound when what it shows is gone."""
        workspace = await shelf.people.workspace(account.workspace_id)
        if workspace is None or workspace.platform not in self.platforms:
            raise NotFound(account.workspace_id)
        locale = await _locale(shelf, account)
        card = await CARDS[kind](shelf, content, locale)
        return self.platforms[workspace.platform].render(card)


async def _locale(shelf: Shelf, account: Account | Room) -> str:
    if isinstance(account, Room):
        return (await shelf.people.company()).locale
    member = await shelf.people.member(account.member_id)
    return member.locale if member else "ja"


async def _digest(shelf: Shelf, content: Content, locale: str) -> Card:
    digest = await digests.current(shelf, content["office_id"], content["month"])
    return digest_card({**digest.content, "late": content.get("late", False)}, locale)


async def _trial(shelf: Shelf, content: Content, locale: str) -> Card:
    return notes.trial_question({**content, "title": await _title(shelf, content)}, locale)


async def _reflection(shelf: Shelf, content: Content, locale: str) -> Card:
    key = (shelf.scope.company_id, content["reflection_id"])
    row = await shelf.session.get(Reflection, key)
    if row is None:
        raise NotFound("reflection")
    return question_card(await reflect.content_of(shelf, row), locale)


async def _impact(shelf: Shelf, content: Content, locale: str) -> Card:
    rows = []
    for news in content["cases"]:
        trials = [await shelf.loop.trial(trial_id) for trial_id in news["trial_ids"]]
        conditions = [t.note for t in trials if t and t.state == "did_not" and t.note]
        title = await _title(shelf, news)
        rows.append({**news, "title": title, "conditions": conditions})
    return notes.impact_note({"cases": rows}, locale)


async def _wishes(shelf: Shelf, content: Content, locale: str) -> Card:
    cards = []
    for answered in content["wishes"]:
        wish = await shelf.loop.wish(answered["wish_id"])
        if wish is not None:
            told = {"to": content["part"], "theme": wish.theme, "case_id": answered["case_id"]}
            cards.append(notes.wish_note(told, locale))
    return Card(tuple(part for card in cards for part in card.parts))


async def _release(shelf: Shelf, content: Content, locale: str) -> Card:
    return notes.release_note(content, locale)


async def _ask_author(shelf: Shelf, content: Content, locale: str) -> Card:
    return notes.ask_author_note(content, locale)


async def _office_share(shelf: Shelf, content: Content, locale: str) -> Card:
    return from_json(content["card"])


async def _withdrawn(shelf: Shelf, content: Content, locale: str) -> Card:
    return withdrawn_card(locale)


async def _title(shelf: Shelf, content: Content) -> str:
    case = await shelf.cases.any(content["case_id"])
    if case is None:
        raise NotFound("case")
    return case.title


CARDS: dict[str, Callable[[Shelf, Content, str], Awaitable[Card]]] = {
    "monthly_digest": _digest,
    "trial_follow_up": _trial,
    "reflection": _reflection,
    "reflection_again": _reflection,
    "impact_note": _impact,
    "wishes": _wishes,
    "release_note": _release,
    "ask_author": _ask_author,
    "office_share": _office_share,
    take_back.CARD: _withdrawn,
}


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
        found = await platform.look_back(opened, dict(parcel.address), parcel.id, since.timestamp())
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
