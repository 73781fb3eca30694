"""Cards of some neutral parts, checked as Teams checks them."""

from __future__ import annotations

from typing import Any

from bot.teams import cards
from bot.views.elements import Card
from tests.fakes.teams_cards import check

Json = dict[str, Any]


def body(*parts: Any, **more: Any) -> list[Json]:
    """The body of a checked card of these parts."""
    card = cards.adaptive(Card(parts, **more))
    check(card)
    blocks: list[Json] = card["body"]
    return blocks
