"""What the fields of a card brought into a draft; only what its lists offer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.conversation.events import Fields
from cases import fields, sharing
from cases.errors import BadInput
from cases.vocabulary import terms


def merge(raw: Mapping[str, Any], filled: Fields) -> dict[str, Any]:
    """The draft's values with what the card's fields brought; unknown fields are ignored, and what
    a reviewer masked while the card was open stays masked.

    Raises BadInput for a value that the field's list does not have: no card of ours offers it.
    """
    known = {*fields.TEXTS, *fields.LISTS, *fields.WORDS, "outcome", "declared", "show_author"}
    merged: dict[str, Any] = dict(raw)
    for key, value in filled.items():
        if key not in known:
            continue
        if isinstance(value, str) and (key in fields.LISTS or key in ("outcome", "declared")):
            value = [value] if value else []
        if not _offered(key, value):
            raise BadInput(key)
        merged[key] = value
    return fields.without(merged)


def _offered(key: str, value: str | list[str]) -> bool:
    """True for free text, and for what the lists of a coded field hold."""
    chosen = {value} - {""} if isinstance(value, str) else set(value)
    match key:
        case "declared":
            return chosen <= set(sharing.DECLARATIONS)
        case "show_author":
            return chosen <= {"yes", "no"}
        case _ if key in fields.VOCABULARY:
            return chosen <= terms(fields.VOCABULARY[key]).keys()
        case _:
            return isinstance(value, str)
