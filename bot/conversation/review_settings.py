"""確認の設定: who reads a post before its office does, and whether compliance sees conduct."""

from __future__ import annotations

from bot.conversation.events import Fields
from bot.conversation.turn import Turn
from bot.views.elements import Style
from bot.views.notes import note
from bot.views.review_forms import settings_form
from cases import review_rules, rights
from cases.rights import Action


async def show(turn: Turn, value: str = "") -> None:
    """The form. Raises NotAllowed for all but 事務局."""
    async with turn.transaction() as shelf:
        rights.need(shelf, Action.SETTINGS)
        chosen = review_rules.of((await shelf.people.company()).settings)
        turn.open(settings_form(chosen, turn.locale))


async def save(turn: Turn, value: str, filled: Fields) -> None:
    """Holds for every post from now on; what waits already goes on waiting."""
    async with turn.transaction() as shelf:
        sees = filled.get("compliance_sees") != "no"
        await review_rules.choose(shelf, str(filled.get("office") or ""), compliance_sees=sees)
        card = note(turn.words("reviewing.saved"), style=Style.GOOD)
        turn.replace(card)
        turn.leave(card)
