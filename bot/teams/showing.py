"""Where replies are shown: in the answer to a press, in the place of its card, or as messages.

Among others nothing is shown in place: a card that a room reads stays as it is, and the answer
goes to the 1:1 chat of who pressed.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, Protocol

from bot.conversation.events import Open, Pressed, Replace, Reply, Say, Spoken, as_message
from bot.platform import Desk, Kept
from bot.teams import cards, dialogs
from bot.teams.answers import DeliveryFailed, DeliveryUnknown
from bot.views.elements import Card
from bot.views.words import say

Json = dict[str, Any]

log = logging.getLogger(__name__)


class Sender(Protocol):
    """The calls of `transport.Transport` that carry out what does not fit in the answer."""

    async def reached(self, tenant: str, address: Json) -> Json: ...
    async def send(self, ref: Json, activity: Json) -> str: ...
    async def update(self, ref: Json, receipt: str, activity: Json) -> None: ...


def in_place(pressed: Pressed, replies: list[Reply], mark: str) -> tuple[Json | None, list[Reply]]:
    """The response that shows a reply where it was pressed (None: nowhere), and the other replies.

    A Replace comes before an Open; in a dialog what is only said is shown as well. `mark` names
    the dialog.
    """
    if not pressed.private:
        return None, replies
    kinds = (Replace, Open, Say) if pressed.screen else (Replace, Open)
    for kind in kinds:
        for reply in replies:
            if not isinstance(reply, kind):
                continue
            rest = [each for each in replies if each is not reply]
            if not pressed.screen:
                return cards.answer(reply.card), rest
            locale = "ja" if isinstance(reply, Say) else reply.locale
            return dialogs.shown(reply.card, mark, locale), rest
    return None, replies


def instead(pressed: Pressed, locale: str) -> Json:
    """The response where no card is shown: a dialog and a room say where the answer is."""
    if pressed.screen:
        return dialogs.told(say(locale, "pick.received"))
    return cards.seen() if pressed.private else cards.seen(say(locale, "pick.received"))


@dataclass(frozen=True, slots=True)
class Messages:
    """Carries out one event's replies outside its answer."""

    desk: Desk
    sender: Sender
    tenant: str
    kept: Kept

    async def carry_out(self, event: Spoken, replies: list[Reply]) -> None:
        """Shows replies as messages. A card that cannot be replaced is said instead.

        What may lie nowhere in clear (an Open with `instead`) takes the pressed card's place too,
        as it does in the answer to a press: clients that only know Action.Submit, and late work.
        """
        private = getattr(event, "private", True)
        card = event.card if isinstance(event, Pressed) and private else ""
        for reply in replies:
            fits = isinstance(reply, Replace) or (isinstance(reply, Open) and reply.instead)
            if fits and card and await self._replaced(event, card, reply.card):
                continue
            await self._say(event, as_message(reply))

    async def _replaced(self, event: Spoken, receipt: str, card: Card) -> bool:
        place: Json = getattr(event, "place", {})
        activity = cards.message(card)
        try:
            await self.sender.update(place, receipt, activity)
        except DeliveryFailed:
            return False
        except DeliveryUnknown:
            await self.sender.update(place, receipt, activity)  # safe to repeat
        return True

    async def _say(self, event: Spoken, card: Card) -> None:
        """Through the ledger, which tries again; a stranger, who has no account, is told once."""
        if await self.desk.owe(self.kept, "teams", event.user, card):
            return
        place: Json = getattr(event, "place", {})
        try:
            ref = await self.sender.reached(self.tenant, place)
            await self.sender.send(ref, cards.message(card))
        except (DeliveryFailed, DeliveryUnknown) as error:
            log.warning("teams: a stranger could not be answered: %s", error.reason)
