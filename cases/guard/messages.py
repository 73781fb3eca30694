"""The words for a rule that fired: text and button labels from `content/guard_messages.json`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from cases.vocabulary import Decision, content


@dataclass(frozen=True, slots=True)
class Message:
    """What a person reads; `when_compliance_sees` is added when the company's setting is on."""

    key: str
    text: str
    buttons: tuple[str, ...]
    when_compliance_sees: str = ""


def message(rule: str, locale: str = "ja", action: Decision | None = None) -> Message:
    """The message of a rule in `ja` or `en`; an adverse event that is only asked has its own."""
    key = "ae_ask" if rule == "adverse_event" and action is Decision.ASK else rule
    row = _rows()[key]
    english = locale == "en"
    return Message(
        key,
        row["en" if english else "ja"],
        tuple(row["buttons_en" if english else "buttons"]),
        row.get("en_when_compliance_sees" if english else "ja_when_compliance_sees", ""),
    )


@cache
def _rows() -> dict[str, dict[str, Any]]:
    return {row["key"]: row for row in content("guard_messages.json")}
