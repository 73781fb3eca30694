"""「ウェブで開く」: the button that asks for a link, and the link on a screen of its own."""

from __future__ import annotations

from bot.views.elements import Actions, Button, Card, Style, Text
from bot.views.notes import note
from bot.views.words import say

OPEN = "sign_in.open"


def offer(locale: str) -> Button:
    """The button that asks for a link; it holds no secret, so it may stand anywhere."""
    return Button(say(locale, "sign_in.ask"), OPEN)


def offer_card(locale: str) -> Card:
    """What is answered to 「ログイン」."""
    return note(say(locale, "sign_in.offer"), offer(locale))


def link_card(address: str, locale: str) -> Card:
    """The link. It must lie nowhere in clear: show it on a screen, never as a message."""
    go = Button(say(locale, "sign_in.go"), "", primary=True, url=address)
    return Card(
        (
            Text(say(locale, "sign_in.ready")),
            Actions((go,)),
            Text(say(locale, "sign_in.yours"), Style.QUIET),
        ),
        title=say(locale, "sign_in.page"),
    )
