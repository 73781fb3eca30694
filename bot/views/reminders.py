"""Reminders as cards: a draft that waits, cases that wait for approval, turns that were skipped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from bot.views.elements import Actions, Button, Card, Part, Style, Text
from bot.views.notes import note
from bot.views.words import day_words, month_words, say

FEW = 10  # offices on one card


def draft_card(locale: str) -> Card:
    """「書きかけの下書きがあります」: nothing of its text, it may be read over a shoulder."""
    show = Button(say(locale, "remind.open_drafts"), "share.drafts", primary=True)
    pause = Button(say(locale, "reflect.pause"), "reflect.pause")
    return note(say(locale, "remind.draft"), show, pause)


def review_card(count: int, since: str, again: Sequence[str], locale: str) -> Card:
    """How many cases wait for approval, and the months whose sample is not read to its end.

    `since` is a JST date, empty where none waits.
    """
    lines = []
    if count:
        day = day_words(date.fromisoformat(since), locale)
        lines.append(say(locale, "remind.review", count=count, since=day))
    for month in again:
        lines.append(say(locale, "remind.again", month=month_words(month, locale)))
    open_queue = Button(say(locale, "remind.open_queue"), "review.queue", primary=True)
    return Card((*(Text(line) for line in lines), Actions((open_queue,))))


def valid_card(case_id: str, title: str, days: int, locale: str) -> Card:
    """「今も有効?」 of one's own case; unanswered for `days` it is shown further down."""
    yes = Button(say(locale, "valid.yes"), "valid.yes", case_id, primary=True)
    edit = Button(say(locale, "share.edit"), "share.edit_case", case_id)
    back = Button(say(locale, "share.withdraw"), "share.withdraw", case_id)
    lead = Text(say(locale, "valid.ask"))
    why = Text(say(locale, "valid.why", days=days), Style.QUIET)
    return Card((lead, Text(title, Style.STRONG), Actions((yes, edit, back)), why))


def vacant_card(offices: Sequence[Sequence[str]], alone: int, locale: str) -> Card:
    """Which offices (ja, en) nobody is promoter of, and how many promoters have no deputy."""
    named = [en if locale == "en" else ja for ja, en in offices[:FEW]]
    if len(offices) > FEW:
        named.append(say(locale, "vacant.more", count=len(offices) - FEW))
    parts: list[Part] = [
        Text(say(locale, "vacant.offices", names=say(locale, "vacant.between").join(named))),
        Text(say(locale, "vacant.why"), Style.QUIET),
    ]
    if alone:
        parts.append(Text(say(locale, "vacant.alone", count=alone), Style.QUIET))
    show = Button(say(locale, "vacant.show"), "offices.show", primary=True)
    return Card((*parts, Actions((show,))))


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


def head_card(line: str, day: str, locale: str) -> Card:
    """To the administrators' room: where the audit trail ends, with the line that a program reads.

    `line`: as `cases.audit.anchor` writes it; it stands alone, so that it is easily copied.
    """
    return Card(
        (
            Text(say(locale, "keeping.head_title", day=day), Style.STRONG),
            Text(say(locale, "keeping.head_keep", number=line.split(" ")[-2])),
            Text(line, Style.QUOTE),
            Text(say(locale, "keeping.head_use"), Style.QUIET),
        )
    )
