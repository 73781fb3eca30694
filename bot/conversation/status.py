"""「状態」: the bot's own health in chat, in words that an administrator can act on."""

from __future__ import annotations

from bot.conversation.turn import Turn
from bot.views.elements import Card, Facts, Style, Text


async def show(turn: Turn, value: str = "") -> None:
    """Model, index, schema, jobs, queue and failures, as the composition root reports them."""
    rows = await turn.status(turn.scope.company_id, turn.locale) if turn.status else []
    async with turn.transaction():
        turn.say(Card((Text(turn.words("status.title"), Style.TITLE), Facts(tuple(rows)))))
