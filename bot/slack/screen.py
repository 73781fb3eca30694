"""The screen (modal) of one event: opened while its trigger lives, filled when the answer is there.

A trigger lives for three seconds and opens one screen. So an answer that takes longer than
limits.PATIENCE finds 「確認しています」 open, and replaces it by its id.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.conversation import screens
from bot.conversation.events import Detached, Event, Open, Pressed, Replace, Reply, Say, as_message
from bot.platform import Desk, Kept
from bot.slack import answers, asides, blocks, client, ids, limits
from bot.slack.read import Raw, read
from bot.views.elements import Card

log = logging.getLogger(__name__)
_TOO_LATE = ("expired_trigger_id", "exchanged_trigger_id", "trigger_expired", "invalid_trigger_id")
_CLOSED = ("not_found", "view_not_found")


async def answer(api: AsyncWebClient, raw: Raw, kept: Kept, desk: Desk) -> None:
    """Has the event handled and shows the answers, on a screen that waits where it has one."""
    screen = Screen(api, raw, kept, read(raw), desk)
    work = asyncio.create_task(_handled(api, raw, kept, desk))
    await screen.open_for(work)
    try:
        for reply in await work:
            await screen.carry_out(reply)
    finally:
        await screen.ends()


async def _handled(api: AsyncWebClient, raw: Raw, kept: Kept, desk: Desk) -> list[Reply]:
    return await desk.handle(kept, more=await _learnt(api, raw))


async def _learnt(api: AsyncWebClient, raw: Raw) -> Raw:
    """The link of a message that was shared; nothing where Slack gives none."""
    if raw.get("type") != "message_action":
        return {}
    try:
        async with asyncio.timeout(limits.LINK):
            found = await api.chat_getPermalink(
                channel=raw["channel"]["id"], message_ts=raw["message"]["ts"]
            )
        return {"permalink": str(found["permalink"])}
    except Exception as error:
        log.info("no permalink: %s", answers.code(error))
        return {}


def _note(error: Exception, expected: tuple[str, ...] = ()) -> None:
    """Only the kind of error is logged: its text may quote a form."""
    code = answers.code(error) or getattr(error, "reason", "")
    if code not in expected:
        log.error("slack screen failed: %s %s", type(error).__name__, code)


@dataclass(slots=True)
class Screen:
    """Where the answers to one event are shown. `view_id`: of the screen that is open for it."""

    api: AsyncWebClient
    raw: Raw
    kept: Kept
    event: Event | Detached | None
    desk: Desk
    view_id: str = ""
    waits: bool = False  # it has not shown an answer yet
    locale: str = "ja"
    settled: float = 0.0  # when a view of ours cannot come before the one of the ack any more

    def __post_init__(self) -> None:
        view = self.raw.get("view") or {}
        if view.get("type") != "modal" or not getattr(self.event, "screen", False):
            return
        self.view_id = str(view["id"])
        self.locale = ids.remembered(view).get("l", "ja")
        self.waits = True
        if self.raw["type"] == "view_submission":  # the ack has put 「確認しています」 there
            self.settled = asyncio.get_running_loop().time() + limits.SETTLES

    async def open_for(self, work: asyncio.Task[Any]) -> None:
        """Opens 「確認しています」 when a form takes longer than its trigger may wait."""
        event = self.event
        if self.view_id or not (isinstance(event, Pressed) and event.screen):
            return
        done, _ = await asyncio.wait({work}, timeout=limits.PATIENCE)
        if done:
            return
        try:
            self.locale = await self.desk.locale(self.kept, event.user)
        except Exception as error:  # the screen cannot wait for the database
            _note(error)
        view = blocks.modal(screens.checking(self.locale), locale=self.locale)
        self.waits = await self._opened(view)

    async def carry_out(self, reply: Reply) -> None:
        """Shows one answer. The inbox has ended with the turn, so an error is noted, not raised:
        what cannot be shown in its place is owed as a message, and the other answers follow."""
        try:
            match reply:
                case Open():
                    await self._open(reply)
                case Replace():
                    await self._replace(reply)
                case Say():
                    await self._say(reply.card)
        except Exception as error:
            _note(error)

    async def ends(self) -> None:
        """No screen is left without an answer: it comes as a message then."""
        if not self.waits:
            return
        await self._renewed(blocks.modal(screens.elsewhere(self.locale), locale=self.locale))

    async def _open(self, reply: Open) -> None:
        form = self._form(reply.card, reply.locale)
        if self.view_id:
            shown = await self._renewed(form)
        elif self.raw.get("trigger_id"):
            shown = await self._opened(form)
        else:  # a plain message opens no screen: the form is the answer
            shown = False
        if not shown:
            await self._post(as_message(reply))

    async def _replace(self, reply: Replace) -> None:
        """The screen and the message under it change together; a message that cannot change is
        followed by a new one."""
        shown = bool(self.view_id) and await self._renewed(self._form(reply.card, reply.locale))
        receipt = getattr(self.event, "card", "")
        if asides.is_ephemeral(self.raw):
            shown = await asides.replaced(self.api, self.raw, blocks.message(reply.card)) or shown
        elif receipt:
            shown = await self._updated(receipt, as_message(reply) if shown else reply.card)
        if not shown:
            await self._post(as_message(reply))

    async def _say(self, card: Card) -> None:
        if self.waits:
            await self._renewed(self._form(card, self.locale))
        else:
            await self._post(card)

    async def _opened(self, view: Raw) -> bool:
        """False when it did not open: the trigger is too old or was used, or Slack failed."""
        try:
            answer = await self.api.views_open(trigger_id=self.raw["trigger_id"], view=view)
        except Exception as error:
            _note(error, _TOO_LATE)
            return False
        self.view_id = str(answer["view"]["id"])
        return True

    async def _renewed(self, view: Raw) -> bool:
        """False when it did not change: the person has closed the screen, or Slack failed."""
        self.waits = False
        await asyncio.sleep(max(0.0, self.settled - asyncio.get_running_loop().time()))
        try:
            await self.api.views_update(view_id=self.view_id, view=view)
        except Exception as error:
            _note(error, _CLOSED)
            return False
        return True

    async def _updated(self, receipt: str, card: Card) -> bool:
        """False when the message did not change: it is gone, or Slack failed."""
        try:
            await client.update(self.api, receipt, blocks.payload(card))
        except Exception as error:
            _note(error)
            return False
        return True

    async def _post(self, card: Card) -> None:
        """Through the ledger, which tries again; a stranger, who has no account, is told once."""
        place = getattr(self.event, "place", None)
        if not place:
            return
        user = str(getattr(self.event, "user", ""))
        if not await self.desk.owe(self.kept, "slack", user, card):
            await client.post(self.api, place, blocks.payload(card), self.kept.event_id)

    def _form(self, card: Card, locale: str) -> Raw:
        """The form, which remembers where its answer belongs."""
        place, receipt = getattr(self.event, "place", None), getattr(self.event, "card", "")
        beside = getattr(self.event, "action", "") in screens.BESIDE
        return blocks.modal(card, place, "" if beside else receipt, locale)
