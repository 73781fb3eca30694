"""What a conversation says and promises, put into the ledger in the transaction of its turn."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.conversation.events import Say
from bot.courier import Composer
from bot.platform import Platform
from cases.db import Shelf
from cases.models.org import Account, Room
from scheduler import ledger
from scheduler.models import DeliveryState
from scheduler.places import NO_ACCOUNT, place_for
from scheduler.ports import Event

if TYPE_CHECKING:  # guard, search and all handlers: read at the first event, not for the first page
    from bot.conversation.turn import Owed, Turn

log = logging.getLogger(__name__)


async def replies(shelf: Shelf, platform: Platform, turn: Turn, event: Event, user: str) -> None:
    """What is said goes through the ledger; the same event never says it twice."""
    for number, reply in enumerate(turn.replies):
        if isinstance(reply, Say):
            owed = ledger.Owed(
                dedupe_key=f"reply:{event.id}:{number}",
                kind="reply",
                payload=platform.render(reply.card),
                workspace_id=event.workspace_id,
                user=user,
                member_id=turn.speaker.member_id,
            )
            await ledger.owe(shelf, owed)


async def owe(shelf: Shelf, composer: Composer, owed: Owed, event: Event, user: str) -> None:
    """A message to somebody else; one that can reach nobody is recorded with its reason."""
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
        place: Account | Room | None = await shelf.people.account(event.workspace_id, user)
    else:
        place = await place_for(shelf, member_id=owed.member_id, room_id=owed.room_id)
    if place is None:
        state, outcome = DeliveryState.CANCELLED, NO_ACCOUNT
        await ledger.owe(shelf, replace(promise, state=state, outcome=outcome))
        return
    promise = replace(promise, workspace_id=place.workspace_id, user=getattr(place, "user", None))
    await ledger.owe(shelf, await _rendered(shelf, composer, promise, owed, place))


async def _rendered(
    shelf: Shelf, composer: Composer, promise: ledger.Owed, owed: Owed, place: Account | Room
) -> ledger.Owed:
    """With its frozen bytes; what cannot be rendered is dead, and the turn goes on."""
    try:
        async with shelf.session.begin_nested():
            payload = await composer.render(shelf, owed.kind, owed.content, place)
    except Exception as error:
        log.exception("%s cannot be rendered", owed.key)
        outcome = f"not_rendered:{type(error).__name__}"
        return replace(promise, state=DeliveryState.DEAD, outcome=outcome)
    return replace(promise, payload=payload)
