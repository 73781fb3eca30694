"""What one Slack message uses up while it is written: its total of text, the numbers of its ids."""

from __future__ import annotations

from dataclasses import dataclass

from bot.slack import limits
from bot.slack.texts import Json, fit, plain_text, rich_text, spans, units
from cases.text import clean


@dataclass(slots=True)
class Sheet:
    """What one message uses up: the numbers of its ids and its total of text."""

    stamp: str  # changes with the card: Slack keeps what was typed under an unchanged block_id
    locale: str = "ja"
    left: int = limits.ALL_TEXT
    number: int = 0

    def next_id(self) -> str:
        self.number += 1
        return f"{self.stamp}:{self.number}"

    def take(self, text: str, limit: int = limits.TEXT) -> str:
        shown = fit(text, min(limit, self.left)) if self.left > 0 else ""
        self.left -= units(shown)
        return shown

    def title(self, text: str) -> list[Json]:
        if not clean(text):
            return []
        if units(clean(text)) > limits.HEADER:
            return [rich_text(spans(self.take(text), bold=True), self.next_id())]
        return [{"type": "header", "block_id": self.next_id(), "text": plain_text(text)}]
