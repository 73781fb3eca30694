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
    reach = turn.reach if turn.reach and turn.reach.workspace_id == workspace_id else None
    shared = await reach.shared(channel) if reach else None
    if shared is None:
        raise Unchecked
    if shared:
        raise Outsiders
