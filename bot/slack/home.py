"""The Home tab: a card as a view, published when it is opened and after what changes it.

Publishing is idempotent and best effort: it never keeps an answer, and the next opening repeats
it. Nobody's tab is published who has not opened it.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.platform import Desk, Kept
from bot.slack import answers, blocks
from bot.views.elements import Card

Raw = dict[str, Any]
log = logging.getLogger(__name__)
WATCHED = 2_000  # people whose open tab a process follows


def view(card: Card) -> Raw:
    """A Home tab of at most 100 blocks."""
    return {"type": "home", "blocks": blocks.of_view(card)}


class Homes:
    """Who has opened their tab since this process began: theirs are kept fresh."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.watched: OrderedDict[tuple[str, str], None] = OrderedDict()

    async def follow(self, api: AsyncWebClient, raw: Raw, kept: Kept) -> None:
        """After an event was handled: publishes the tab of its person where it is looked at."""
        user, key = user_of(raw), (kept.workspace_id, user_of(raw))
        if is_opened(raw) or (raw.get("view") or {}).get("type") == "home":
            self.watched[key] = None
            self.watched.move_to_end(key)
            if len(self.watched) > WATCHED:
                self.watched.popitem(last=False)
        if not user or key not in self.watched:
            return
        try:
            card = await self.desk.home(kept, user)
            await api.views_publish(user_id=user, view=view(card))
        except Exception as error:
            # The kind only: what broke may quote a case.
            log.warning("home tab not published: %s %s", type(error).__name__, answers.code(error))


def is_opened(raw: Raw) -> bool:
    """True for the opening of the Home tab, and not of the messages beside it."""
    event = raw.get("event") or {}
    return event.get("type") == "app_home_opened" and event.get("tab") == "home"


def user_of(raw: Raw) -> str:
    """Whose act it is, whatever the envelope; empty for an event of nobody."""
    event, person = raw.get("event") or {}, raw.get("user") or {}
    named = person.get("id") if isinstance(person, dict) else person
    user = event.get("user") or named or raw.get("user_id") or ""
    return user if isinstance(user, str) else ""
