"""A member's settings in chat: language, own name, and the pause."""

from __future__ import annotations

from bot.conversation.events import Fields
from bot.conversation.turn import Turn
from bot.views.notes import note, settings_card
from bot.views.words import say
from cases import members
from cases.errors import NotFound


async def show(turn: Turn, value: str = "") -> None:
    """What can be set."""
    async with turn.transaction() as shelf:
        member = await shelf.people.member(turn.scope.me)
        if member is None:
            raise NotFound
        paused = member.paused_until is not None
        turn.say(settings_card(turn.locale, paused=paused, show_name=member.show_name))


async def save(turn: Turn, filled: Fields) -> None:
    """Keeps language and name."""
    async with turn.transaction() as shelf:
        member = await members.speak(shelf, str(filled.get("locale") or turn.locale))
        if filled.get("show_author") in ("yes", "no"):
            member.show_name = filled["show_author"] == "yes"
        turn.replace(note(say(member.locale, "profile.saved")))
