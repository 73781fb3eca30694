"""Forms (modals) on their way back: sent, sent with something missing, or closed unsent."""

from __future__ import annotations

from typing import Any

from bot.conversation import screens
from bot.conversation.events import Pressed
from bot.slack import ids
from bot.slack.fields import values

Raw = dict[str, Any]


def pressed(raw: Raw, action: str, value: str, *, screen: bool) -> Pressed:
    """A press in a form, with the form's fields and where its answer belongs."""
    view, user = raw["view"], str(raw["user"]["id"])
    kept = ids.remembered(view)
    place, receipt = kept.get("p") or {"user": user}, kept.get("c", "")
    found = values(view.get("state"))
    return Pressed(user, action, value, place, found, receipt, screen=screen)


def sent(raw: Raw) -> Pressed | None:
    """A form that was sent; None for one that lacks something, and for one that only closes."""
    kept = ids.remembered(raw["view"])
    action = kept.get("a", ids.LINK)
    if action == ids.LINK or errors(raw):
        return None
    return pressed(raw, action, kept.get("v", ""), screen=action in screens.SLOW)


def closed(raw: Raw) -> Pressed | None:
    """A form that was closed unsent; None where nothing of it is worth keeping."""
    kept = ids.remembered(raw["view"])
    found = pressed(raw, screens.CLOSED, kept.get("v", ""), screen=False)
    if kept.get("a") not in screens.SLOW or not (found.value or any(found.fields.values())):
        return None
    return found


def errors(raw: Raw) -> dict[str, str]:
    """What a sent form lacks: a sentence for each `block_id`, in the language of the form."""
    view = raw["view"]
    kept, state = ids.remembered(view), view.get("state")
    lacking = screens.lacking(kept.get("a", ""), values(state), kept.get("l", "ja"))
    blocks = ((state or {}).get("values") or {}).items()
    return {
        block_id: lacking[ids.name_of(action_id)]
        for block_id, inputs in blocks
        for action_id in inputs
        if ids.name_of(action_id) in lacking
    }
