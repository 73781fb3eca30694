"""What happens to a verified activity: kept in the inbox, handled, and answered in time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, Protocol

from bot.conversation.events import Event, Left, Open, Pressed, Replace, Reply, Told
from bot.platform import Desk, Kept
from bot.teams import cards, limits
from bot.teams.activities import event, external_id
from bot.teams.answers import DeliveryFailed, DeliveryUnknown

Json = dict[str, Any]
Answer = tuple[int, Json | None]

log = logging.getLogger(__name__)


class Sender(Protocol):
    """The two calls of `transport.Transport` that carry out what does not fit in the answer."""

    async def send(self, ref: Json, activity: Json) -> str: ...
    async def update(self, ref: Json, receipt: str, activity: Json) -> None: ...


class Door:
    """Takes activities for the desk. Work that outlives an answer runs on as a task."""

    def __init__(self, desk: Desk, *, invoke_seconds: float = limits.INVOKE_SECONDS) -> None:
        self._desk = desk
        self._invoke_seconds = invoke_seconds
        self._running: set[asyncio.Task[Any]] = set()

    async def take(self, sender: Sender, tenant: str, raw: Json) -> Answer:
        """The HTTP answer to a verified activity. Raises when the inbox could not commit it.

        A repeated delivery changes nothing; a crashed one is taken over from the inbox.
        """
        key, found = external_id(raw), event(raw)
        invoke = raw["type"] == "invoke"
        if found is None or not key:
            return (400, {"error": "not one of our cards"}) if invoke else (200, None)
        kept = await self._desk.keep("teams", tenant, key, raw)
        if kept is None:
            return 403, {"error": "not a customer's tenant"}
        if not kept.fresh:
            return 200, cards.seen() if invoke else None
        if not (invoke and isinstance(found, Pressed)):
            self._start(self._later(sender, found, kept))
            return 200, None
        return 200, await self._inline(sender, found, kept)

    async def finish(self) -> None:
        """Waits until everything that was taken is handled."""
        while self._running:
            await asyncio.wait(set(self._running))

    async def _inline(self, sender: Sender, pressed: Pressed, kept: Kept) -> Json:
        """The card for the answer; what takes too long replaces the card when it is ready."""
        work = self._start(self._desk.handle(kept))
        done, _ = await asyncio.wait({work}, timeout=self._invoke_seconds)
        if not done:
            self._start(self._overdue(sender, pressed, work))
            return cards.seen()
        if work.exception():
            return cards.seen()
        shown, rest = _first_shown(work.result())
        if rest:
            self._start(_carry_out(sender, pressed.place, pressed.card, rest))
        return cards.answer(shown.card) if shown else cards.seen()

    async def _later(self, sender: Sender, found: Event, kept: Kept) -> None:
        replies = await self._desk.handle(kept)
        if not isinstance(found, Left | Told):
            card = found.card if isinstance(found, Pressed) else ""
            await _carry_out(sender, found.place, card, replies)

    async def _overdue(
        self, sender: Sender, pressed: Pressed, work: asyncio.Task[list[Reply]]
    ) -> None:
        await _carry_out(sender, pressed.place, pressed.card, await work)

    def _start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and task.exception():
            _failed(task.exception())


def _failed(error: BaseException | None) -> None:
    """The event stays in the inbox, where a worker takes it over; people's text is not logged."""
    log.error("teams: handling failed, the inbox has the event: %s", type(error).__name__)


def _first_shown(replies: list[Reply]) -> tuple[Replace | Open | None, list[Reply]]:
    """The reply that fits in the answer (a Replace before an Open), and the others in order."""
    for kind in (Replace, Open):
        for reply in replies:
            if isinstance(reply, kind):
                return reply, [each for each in replies if each is not reply]
    return None, replies


async def _carry_out(sender: Sender, place: Json, card: str, replies: list[Reply]) -> None:
    """Shows replies as messages. A card that cannot be replaced is said instead."""
    for reply in replies:
        activity = cards.message(reply.card)
        if not (isinstance(reply, Replace) and card):
            await sender.send(place, activity)
            continue
        try:
            await sender.update(place, card, activity)
        except DeliveryFailed:
            await sender.send(place, activity)
        except DeliveryUnknown:
            await sender.update(place, card, activity)  # safe to repeat, unlike a new message
