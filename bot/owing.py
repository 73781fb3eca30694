"""What a turn owes to somebody else, a member or a room: rendered once, kept in the ledger."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.courier import Composer
from cases.db import Shelf
from cases.models.org import Account, Room
from scheduler import ledger
from scheduler.models import DeliveryState
from scheduler.places import NO_ACCOUNT, place_for

if TYPE_CHECKING:  # with the guard: not for the first page
    from bot.conversation.turn import Owed

log = logging.getLogger(__name__)


async def owe(shelf: Shelf, composer: Composer, owed: Owed) -> None:
    """A message to somebody else; one that can reach nobody is recorded with its reason."""
    case_id = owed.content.get("case_id")
    promise = ledger.Owed(
        dedupe_key=owed.key,
        kind=owed.kind,
        payload=None,
        member_id=owed.member_id,
        room_id=owed.room_id,
        case_ids=(str(case_id),) if case_id else (),
    )
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
