"""Activities that the bot acts on as neutral events, and the id that repeats share. Pure."""

from __future__ import annotations

from typing import Any

from bot.conversation.events import Event, Said
from bot.teams import compose, rooms, versions
from bot.teams.activities import activity_id, event, is_private, part

Json = dict[str, Any]


def read(activity: Json) -> Event | None:
    """The neutral event; None for what the bot does not act on, or where nobody is named."""
    kind = activity.get("type")
    user = str(part(activity, "from").get("aadObjectId") or "")
    if kind == "conversationUpdate" and not is_private(activity):
        return rooms.told(activity)
    if kind == "installationUpdate" and not is_private(activity):
        return rooms.installed(activity, user)
    if not user:
        return None
    if kind in (versions.EDITED, versions.DELETED):
        return versions.changed(activity, user)
    if compose.name_of(activity) in compose.DIALOGS:
        return compose.pressed(activity, user)
    found = event(activity)
    return (rooms.here(found, activity) or found) if isinstance(found, Said) else found


def external_id(activity: Json) -> str:
    """What Teams repeats when it sends the same thing again; "" where it cannot be known."""
    return compose.press_id(activity) or versions.version_id(activity) or activity_id(activity)
