"""Reminders as cards: a draft that waits, cases that wait for approval, turns that were skipped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.views.elements import Button, Card, Style, Text
from bot.views.notes import note
from bot.views.words import say


def draft_card(locale: str) -> Card:
    """「書きかけの下書きがあります」: nothing of its text, it may be read over a shoulder."""
    show = Button(say(locale, "remind.open_drafts"), "share.drafts", primary=True)
    pause = Button(say(locale, "reflect.pause"), "reflect.pause")
    return note(say(locale, "remind.draft"), show, pause)


def review_card(count: int, since: str, locale: str) -> Card:
    """How many cases wait for approval; `since` is a JST date."""
    open_queue = Button(say(locale, "remind.open_queue"), "review.queue", primary=True)
    return note(say(locale, "remind.review", count=count, since=since), open_queue)


def skipped_card(turns: Sequence[Mapping[str, str]], locale: str) -> Card:
    """Each turn that was not sent, with its reason and what comes of it."""
    rows = [
        Text(
            say(
                locale,
                "remind.skipped_turn",
                kind=say(locale, f"status.job_{turn['kind']}"),
                period=turn["period"],
                reason=say(locale, f"schedule.reason_{turn['reason']}"),
            )
        )
        for turn in turns
    ]
    more = Text(say(locale, "remind.skipped_more"), Style.QUIET)
    return Card((Text(say(locale, "remind.skipped"), Style.TITLE), *rows, more))
