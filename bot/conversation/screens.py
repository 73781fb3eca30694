"""Screens of their own that a platform opens for a short while only, and closes without a word.

A platform says with `Pressed.screen` that such a screen waits; what it has to know for that is
here: which presses open one, which forms take longer to answer, and what a form still lacks.
"""

from __future__ import annotations

from bot.conversation.events import Fields
from bot.views.elements import Card, Text
from bot.views.words import say
from cases import fields, sharing
from cases.text import clean

# The answer to these presses is a form.
OPENS = frozenset(
    {
        "behalf.start",
        "holds.read",
        "holds.return",
        "reflect.write",
        "safety.not_applicable",
        "safety.reported",
        "share.edit",
        "share.edit_case",
        "share.from_message",
        "share.resume",
        "share.start",
        "sign_in.open",
        "support.again",
        "support.read",
        "try.write",
        "wish.answer",
    }
)
# Of those, the message with the button stays as it is: the form is about something new.
BESIDE = frozenset(
    {
        "behalf.start",
        "holds.read",
        "share.resume",
        "share.start",
        "sign_in.open",
        "support.again",
        "support.read",
        "wish.answer",
    }
)
# The answer to these forms takes a look by the guard.
SLOW = frozenset({"behalf.ask", "behalf.write", "share.check", "share.publish"})
# Closed unsent, a slow form leaves a draft: it sends CLOSED.
CLOSED = "share.closed"


def checking(locale: str) -> Card:
    """「確認しています」: what is seen until the answer is there."""
    return Card((Text(say(locale, "form.checking")),), title=say(locale, "share.title"))


def elsewhere(locale: str) -> Card:
    """The screen has nothing more to show: the answer comes, or came, as a message."""
    return Card((Text(say(locale, "form.elsewhere")),), title=say(locale, "share.title"))


def lacking(action: str, filled: Fields, locale: str) -> dict[str, str]:
    """What a form lacks for its action, as one sentence for each key of its fields.

    Only what can be known without the guard and the database: a required text is empty, a text
    is too long, too much is chosen, a tick is missing.
    """
    if action not in SLOW:
        return {}
    found: dict[str, str] = {}
    for key, limit in fields.too_long(filled):
        word = say(locale, f"case.{key}")
        found[key] = say(locale, "share.too_long", field=word, limit=limit)
    for key in fields.REQUIRED:
        if key in filled and not clean(str(filled[key])):
            found[key] = say(locale, "share.missing", field=say(locale, f"case.{key}"))
    for key, most in fields.AT_MOST.items():
        if len(filled.get(key) or ()) > most:
            word = say(locale, f"case.{key}")
            found[key] = say(locale, "share.too_many", field=word, count=most)
    left = set(sharing.DECLARATIONS) - set(filled.get("declared") or ())
    if action == "share.publish" and "declared" in filled and left:
        found["declared"] = say(locale, "share.undeclared", count=len(left))
    return found
