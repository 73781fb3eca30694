"""The bodies of our acks: what Slack shows of a form in the moment it is sent."""

from __future__ import annotations

from bot.conversation import screens
from bot.slack import blocks, forms, ids
from bot.slack.read import Raw, read


def acknowledgement(raw: Raw) -> Raw | None:
    """The body of the ack, None for an empty one.

    A form that lacks something gets its errors back, one that takes a look by the guard turns
    into 「確認しています」, and any other one closes with all its screens.
    """
    if raw.get("type") != "view_submission":
        return None
    found = forms.errors(raw)
    if found:
        return {"response_action": "errors", "errors": found}
    if not getattr(read(raw), "screen", False):
        return {"response_action": "clear"}
    locale = ids.remembered(raw["view"]).get("l", "ja")
    view = blocks.modal(screens.checking(locale), locale=locale)
    return {"response_action": "update", "view": view}
