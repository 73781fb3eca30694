"""What happens to a verified activity: kept in the inbox, handled, and answered in time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from bot.conversation.events import Event, Left, Pressed, Reply, Told
from bot.platform import Desk, Kept
from bot.teams import compose, extension, limits
from bot.teams.extension import Box
from bot.teams.read import external_id, read
from bot.teams.showing import Messages, Sender, in_place, instead

Json = dict[str, Any]
Answer = tuple[int, Json | None]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Press:
    """An invoke that is being handled; a repeat of it gets the same answer."""

    pressed: Pressed
    kept: Kept
    work: asyncio.Task[list[Reply]]


class Door:
    """Takes activities for the desk. Work that outlives an answer runs on as a task."""

    def __init__(
        self,
        desk: Desk,
        box: Box | None = None,
        *,
        invoke_seconds: float = limits.INVOKE_SECONDS,
    ) -> None:
        self._desk = desk
        self._box = box
        self._invoke_seconds = invoke_seconds
        self._running: set[asyncio.Task[Any]] = set()
        self._recent: dict[str, Press] = {}

    async def take(self, sender: Sender, tenant: str, raw: Json) -> Answer:
        """The HTTP answer to a verified activity. Raises when the inbox could not commit it.

        A repeated delivery changes nothing; a crashed one is taken over from the inbox.
        """
        if compose.name_of(raw) in compose.ASKS:
            return await self._asked(tenant, raw)
        key, found = external_id(raw), read(raw)
        invoke = raw["type"] == "invoke"
        if found is None or not key:
            return (400, {"error": "not one of our cards"}) if invoke else (200, None)
        kept = await self._desk.keep("teams", tenant, key, raw)
        if kept is None:
            return 403, {"error": "not a customer's tenant"}
        if not (invoke and isinstance(found, Pressed)):
            if kept.fresh:
                self._start(self._later(Messages(self._desk, sender, tenant, kept), found))
            return 200, None
        if not kept.fresh:
            return 200, await self._again(key, found, kept)
        press = Press(found, kept, self._start(self._desk.handle(kept)))
        self._recent[key] = press
        asyncio.get_running_loop().call_later(limits.REPEATS_SECONDS, self._recent.pop, key, None)
        return 200, await self._inline(press, Messages(self._desk, sender, tenant, kept))

    async def finish(self) -> None:
        """Waits until everything that was taken is handled."""
        while self._running:
            await asyncio.wait(set(self._running))

    async def _asked(self, tenant: str, raw: Json) -> Answer:
        if self._box is None:
            return 501, None
        return 200, await extension.answer(self._box, tenant, raw, self._invoke_seconds)

    async def _inline(self, press: Press, messages: Messages) -> Json:
        """The card for the answer; what takes too long, and all else, comes as messages."""
        done, _ = await asyncio.wait({press.work}, timeout=self._invoke_seconds)
        if not done:
            self._start(self._overdue(press, messages))
            return await self._instead(press)
        if press.work.exception():
            return await self._instead(press)
        shown, rest = in_place(press.pressed, press.work.result(), press.kept.event_id)
        if rest:
            self._start(messages.carry_out(press.pressed, rest))
        return shown or await self._instead(press)

    async def _again(self, key: str, pressed: Pressed, kept: Kept) -> Json:
        """The answer to a repeat, which has no effect: the same as before, or where to look."""
        press = self._recent.get(key)
        if press is None:
            return instead(pressed, await self._locale(kept, pressed.user))
        done, _ = await asyncio.wait({press.work}, timeout=self._invoke_seconds)
        if not done or press.work.exception():
            return await self._instead(press)
        shown, _ = in_place(press.pressed, press.work.result(), press.kept.event_id)
        return shown or await self._instead(press)

    async def _later(self, messages: Messages, found: Event) -> None:
        replies = await self._desk.handle(messages.kept)
        if not isinstance(found, Left | Told):
            await messages.carry_out(found, replies)

    async def _overdue(self, press: Press, messages: Messages) -> None:
        await messages.carry_out(press.pressed, await press.work)

    async def _instead(self, press: Press) -> Json:
        return instead(press.pressed, await self._locale(press.kept, press.pressed.user))

    async def _locale(self, kept: Kept, user: str) -> str:
        try:
            return await self._desk.locale(kept, user)
        except Exception:  # a sentence in Japanese is better than none
            return "ja"

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
