"""Teams' dialogs (task modules): a neutral card on a screen of its own, or one sentence. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.teams import cards, limits
from bot.teams.actions import DIALOG, PRESS
from bot.teams.markdown import plain
from bot.views.elements import Actions, Card, Field
from bot.views.words import say
from cases.text import shorten

Json = dict[str, Any]


def shown(card: Card, mark: str, locale: str) -> Json:
    """The response that opens the card, or puts it in the place of the dialog's earlier one.

    `mark` tells this dialog from others, so that its press counts once (compose.press_id). What
    neither asks nor offers anything is small.
    """
    asks = card.submit or any(isinstance(part, Field | Actions) for part in card.parts)
    content = _submitted(cards.adaptive(replace(card, title="")), mark)
    value: Json = {
        "title": shorten(plain(card.title or say(locale, "share.title")), limits.DIALOG_TITLE),
        "width": "medium",
        "height": "large" if asks else "small",
        "card": {"contentType": cards.CONTENT_TYPE, "content": content},
    }
    return {"task": {"type": "continue", "value": value}}


def told(text: str) -> Json:
    """The response that shows one sentence, and a button that closes it."""
    return {"task": {"type": "message", "value": plain(text)}}


def _submitted(node: Any, mark: str) -> Any:
    """The same with Action.Submit for each Action.Execute, which dialogs do not know."""
    if isinstance(node, list):
        return [_submitted(one, mark) for one in node]
    if not isinstance(node, dict):
        return node
    if node.get("type") != "Action.Execute":
        return {name: _submitted(one, mark) for name, one in node.items()}
    press = {**node["data"][PRESS], DIALOG: mark}
    kept = {name: one for name, one in node.items() if name not in ("verb", "fallback")}
    return {**kept, "type": "Action.Submit", "data": {PRESS: press}}
