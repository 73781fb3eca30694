"""What a turn says and owes, put in the ledger: replies where they belong, messages to others."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.conversation.events import Replace, Say
from bot.courier import Composer
from bot.platform import Kept, Platform
from bot.views.elements import Card, from_json
from bot.views.notes import note
from bot.views.withdrawn import cases_of
from cases.db import Database, Shelf
from cases.models.org import Account, Room
from cases.scope import Scope
from scheduler import ledger
from scheduler.models import DeliveryState
from scheduler.places import NO_ACCOUNT, place_for
from scheduler.ports import Event
from scheduler.store.ledger import Ledger

if TYPE_CHECKING:  # guard, search and all handlers: read at the first event, not for the first page
    from bot.conversation.turn import Owed, Turn

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Owing:
    """One event's debts: who spoke, on which platform."""

    platform: Platform
    composer: Composer
    event: Event
    user: str

    async def replies(self, shelf: Shelf, turn: Turn) -> None:
        """What is said goes through the ledger; the same event never says it twice.

        Beside others, what has to be filled in goes to the person's own chat, and that is said;
        where nothing can be shown to one person alone, everything goes there.
        """
        said = [reply.card for reply in turn.replies if isinstance(reply, Say)]
        aside = getattr(turn.event, "aside", None) or {}
        alone = bool(aside) and not aside.get("open")
        cards: list[tuple[Card, bool]] = [(card, alone and not card.fields) for card in said]
        if aside.get("open") and said:
            cards.append((note(turn.words("pick.in_chat")), True))
        elif not turn.private and any(card.fields for card in said):
            cards.append((note(turn.words("aside.go_on")), True))
        for number, (card, beside) in enumerate(cards):
            place = {**aside, "locale": turn.locale} if aside and beside else None
            key, payload = f"reply:{self.event.id}:{number}", self.platform.render(card, place)
            hidden = place is not None and not turn.private  # nothing there can be rewritten
            cases = () if hidden else cases_of(card)
            await self._to_speaker(shelf, turn, key, "reply", payload, cases)
        shown = [cases_of(reply.card) for reply in turn.replies if isinstance(reply, Replace)]
        if turn.card and any(shown):
            ids = [case_id for each in shown for case_id in each]
            await Ledger(shelf).shows_too(turn.speaker.member_id, turn.card, ids)

    async def owe(self, shelf: Shelf, turn: Turn, owed: Owed) -> None:
        """A message to somebody else; one that can reach nobody is recorded with its reason."""
        if owed.aside is not None:
            card = from_json(owed.content["card"])
            payload = self.platform.render(card, {**owed.aside, "everyone": True})
            cases = tuple(owed.content.get("case_ids", ()))
            await self._to_speaker(shelf, turn, owed.key, owed.kind, payload, cases)
            return
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
        if owed.here:
            place: Account | Room | None = await shelf.people.account(
                self.event.workspace_id, self.user
            )
        else:
            place = await place_for(shelf, member_id=owed.member_id, room_id=owed.room_id)
        if place is None:
            state, outcome = DeliveryState.CANCELLED, NO_ACCOUNT
            await ledger.owe(shelf, replace(promise, state=state, outcome=outcome))
            return
        promise = replace(
            promise, workspace_id=place.workspace_id, user=getattr(place, "user", None)
        )
        await ledger.owe(shelf, await self._rendered(shelf, promise, owed, place))

    async def _to_speaker(
        self,
        shelf: Shelf,
        turn: Turn,
        key: str,
        kind: str,
        payload: bytes,
        case_ids: tuple[str, ...] = (),
    ) -> None:
        """Addressed to who spoke, wherever the bytes say that it appears."""
        owed = ledger.Owed(
            dedupe_key=key,
            kind=kind,
            payload=payload,
            workspace_id=self.event.workspace_id,
            user=self.user,
            member_id=turn.speaker.member_id,
            case_ids=case_ids,
        )
        await ledger.owe(shelf, owed)

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


async def instead(db: Database, platform: Platform, kept: Kept, user: str, card: Card) -> bool:
    """Owes an answer that could not be shown in its place, once; False without an account."""
    async with db.transaction(Scope(kept.company_id)) as shelf:
        account = await shelf.people.account(kept.workspace_id, user)
        if account is None:
            return False
        payload = platform.render(card)
        owed = ledger.Owed(
            dedupe_key=f"instead:{kept.event_id}:{hashlib.sha256(payload).hexdigest()[:16]}",
            kind="reply",
            payload=payload,
            workspace_id=kept.workspace_id,
            user=user,
            member_id=account.member_id,
            case_ids=cases_of(card),
        )
        await ledger.owe(shelf, owed)
    return True
