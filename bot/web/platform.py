"""The page in the browser as a platform: what is sent to it lies in 受信箱, which reads the ledger."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from bot.conversation.events import Event, Pressed, Said
from bot.views.elements import Card, from_json, to_json


def read_event(raw: dict[str, Any]) -> Event | None:
    """What a form posted, as a neutral event; None for something else."""
    if "action" in raw:
        return Pressed(
            user=raw["user"],
            action=raw["action"],
            value=raw.get("value", ""),
            place={},
            fields=raw.get("fields", {}),
            card=raw.get("card", ""),
        )
    return Said(raw["user"], raw["text"], {}) if "text" in raw else None


def render_card(card: Card) -> bytes:
    """The card's neutral elements as JSON: the bytes that the ledger freezes."""
    return json.dumps(to_json(card), ensure_ascii=False, separators=(",", ":")).encode()


def open_card(payload: bytes) -> Card:
    """The card in the bytes of `render_card`."""
    return from_json(json.loads(payload))
