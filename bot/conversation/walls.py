"""Whether people of another company read along in a chat: asked before anything goes there."""

from __future__ import annotations

from bot.conversation.turn import Turn
from cases.errors import CaseError


class Outsiders(CaseError):
    """People of another company are in this channel."""

    code = "E-34"


class Unchecked(CaseError):
    """Whether people of another company are in this channel cannot be read (fail closed)."""

    code = "E-35"


async def ours_alone(turn: Turn, workspace_id: str | None, channel: str) -> None:
    """Raises Outsiders or Unchecked unless the platform says that only the company is there."""
    shared = await _shared(turn, workspace_id, channel)
    if shared is None:
        raise Unchecked
    if shared:
        raise Outsiders


async def may_tell(turn: Turn) -> bool:
    """True where an answer may be shared with all who read along, as far as is known now."""
    if not turn.may_tell:
        return False
    channel = str(turn.event.aside["channel"])  # type: ignore[union-attr]  # may_tell: it has one
    return await _shared(turn, turn.workspace_id, channel) is False


async def _shared(turn: Turn, workspace_id: str | None, channel: str) -> bool | None:
    """Whether another company reads along; None: unknown."""
    reach = turn.reach if turn.reach and turn.reach.workspace_id == workspace_id else None
    return await reach.shared(channel) if reach else None
