"""The terminal as a platform: the smallest one there is, and the example to copy for another.

A card is printed with numbers before its buttons; what was typed is `Said`, a number is `Pressed`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, assert_never

from aiohttp import web

from bot.conversation.events import Aside, Event, Fields, Pressed, Reply, Said
from bot.platform import Desk
from bot.views.elements import (
    Actions,
    Button,
    Card,
    Divider,
    Facts,
    Field,
    Fold,
    Part,
    Style,
    Text,
    fact,
    to_json,
)

NAME = "console"
TEAM = "local"
WIDE = 64  # characters of a line between parts
MARKS = {Style.TITLE: "■ ", Style.STRONG: "◆ ", Style.QUOTE: "「 ", Style.WARN: "! "}


class ConsolePlatform:
    """`bot.platform.Platform`: what is sent lies in the ledger, and 受信箱 shows it from there."""

    name = NAME

    def routes(self) -> list[web.RouteDef]:
        """Nothing comes over HTTP."""
        return []

    def prepare(self, app: web.Application) -> None:
        """Nothing to set up."""

    def read(self, raw: dict[str, Any]) -> Event | None:
        """A typed line or a pressed number."""
        if "action" in raw:
            return Pressed(raw["user"], raw["action"], raw["value"], {}, raw.get("fields", {}))
        return Said(raw["user"], raw["text"], {})

    def render(self, card: Card, aside: Aside | None = None) -> bytes:
        """The neutral elements as JSON, as the page in the browser has them."""
        return json.dumps(to_json(card), ensure_ascii=False, separators=(",", ":")).encode()

    async def send(
        self, credentials: dict[str, Any], address: dict[str, Any], payload: bytes, key: str
    ) -> str:
        """A receipt at once: the letter is in the ledger already."""
        return f"{NAME}/{key}"

    async def replace(
        self, credentials: dict[str, Any], address: dict[str, Any], receipt: str, payload: bytes
    ) -> None:
        """Nothing to do: what is printed stays printed."""

    async def look_back(
        self,
        credentials: dict[str, Any],
        address: dict[str, Any],
        payload: bytes,
        key: str,
        since: float,
    ) -> list[str] | None:
        """Always there: it cannot be half done."""
        return [f"{NAME}/{key}"]

    async def remove(self, credentials: dict[str, Any], receipt: str) -> None:
        """Nothing to do: there are no extra copies."""

    async def start(self) -> None:
        """Nothing to fetch."""

    async def close(self) -> None:
        """Nothing is under way."""

    async def email_of(self, credentials: dict[str, Any], user: str) -> str:
        """Nobody can be looked up."""
        return ""


class Terminal:
    """One terminal at the desk: hands in what is typed and pressed, and gives the cards back.

    `name` makes its events unique; the same name and number twice is handled once.
    """

    def __init__(self, desk: Desk, name: str, team: str = TEAM) -> None:
        self.desk = desk
        self.name = name
        self.team = team
        self.number = 0

    async def say(self, user: str, text: str) -> list[Card]:
        """What somebody typed, as in a chat."""
        return await self._hand_in({"user": user, "text": text})

    async def press(self, user: str, button: Button, fields: Fields | None = None) -> list[Card]:
        """A button, with the fields of its card."""
        raw = {"user": user, "action": button.action, "value": button.value}
        return await self._hand_in({**raw, "fields": dict(fields or {})})

    async def _hand_in(self, raw: Mapping[str, Any]) -> list[Card]:
        self.number += 1
        kept = await self.desk.keep(NAME, self.team, f"{self.name}:{self.number}", dict(raw))
        if kept is None:
            return []
        replies: list[Reply] = await self.desk.handle(kept, direct=True)
        return [reply.card for reply in replies]


def buttons(card: Card) -> list[Button]:
    """All buttons of a card in the order of their numbers."""
    found = [
        button
        for part in card.parts
        if isinstance(part, Actions)
        for button in (*part.buttons, *part.more)
    ]
    return [*found, card.submit] if card.submit else found


def printed(card: Card) -> str:
    """The card as lines for a terminal, buttons numbered from 1."""
    lines = [f"■ {card.title}"] if card.title else []
    number = 0
    for part in card.parts:
        made, number = _lines(part, number)
        lines += made
    if card.submit:
        lines.append(f"[{number + 1}] {card.submit.label}")
    return "\n".join(lines)


def _lines(part: Part, number: int) -> tuple[list[str], int]:
    match part:
        case Text():
            return [MARKS.get(part.style, "  ") + part.text], number
        case Facts():
            rows = [fact(label, value) for label, value in part.rows]
            return [f"  {row}" for row in rows], number
        case Divider():
            return ["─" * WIDE], number
        case Actions():
            row = [*part.buttons, *part.more]
            words = [f"[{number + at}] {button.label}" for at, button in enumerate(row, 1)]
            return ["  " + "  ".join(words)], number + len(row)
        case Field():
            return [_field(part)], number
        case Fold():
            inner = [line for one in part.parts for line in _lines(one, number)[0]]
            return [f"▸ {part.title}", *inner], number
        case _:
            assert_never(part)


def _field(field: Field) -> str:
    value = field.value if isinstance(field.value, str) else " ".join(field.value)
    chosen = f" = {value}" if value else ""
    choices = " / ".join(f"{choice.label}({choice.value})" for choice in field.choices)
    return f"  ＿ {field.label}{chosen}" + (f"\n      {choices}" if choices else "")


def filled(card: Card) -> dict[str, str | list[str]]:
    """The fields of a card with the values they have: what a press sends along."""
    return {
        field.key: field.value if isinstance(field.value, str) else list(field.value)
        for field in card.fields
    }
