"""Held texts as cards: dates, answers and ages; the text itself only on a screen of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.views.elements import Actions, Button, Card, Divider, Facts, Field, Kind, Part, Style, Text
from bot.views.guard import message_parts
from bot.views.notes import note
from bot.views.words import day_words, month_words, say, sentences
from cases.holds import COMPLIANCE, NOT_APPLICABLE, OPEN, REPORTED, SAFETY
from cases.months import before
from cases.safety import Month

PIECE, PAGE = 2_500, 7_500  # characters of a held text in a part and on a screen: Slack cuts more


@dataclass(frozen=True, slots=True)
class Item:
    """A held text without its text. `draft_id`: empty once it was dropped or published.

    `days`: JST days since it was stopped. `asked`: the author asked for a decision.
    """

    id: str
    draft_id: str
    queue: str
    rule: str
    state: str
    stopped_on: date
    days: int
    day_0: date
    receipt: str
    author: str
    asked: bool


def own_card(
    items: Sequence[Item],
    urls: Mapping[str, str],
    queues: Sequence[tuple[str, int]],
    locale: str,
) -> Card:
    """One's own held texts. `urls`: the reporting form by item; `queues`: those one may read."""
    parts: list[Part] = [Text(say(locale, "holds.title"), Style.TITLE)]
    if not items:
        parts.append(Text(say(locale, "holds.none")))
    for item in items:
        parts += [Divider(), *_head(item, locale)]
        if item.queue == SAFETY:
            parts += _safety_steps(item, urls.get(item.id, ""), locale)
        else:
            parts += _compliance_steps(item, locale)
    if queues:
        buttons = tuple(
            Button(say(locale, f"holds.open_{name}", count=count), "holds.queue", name)
            for name, count in queues
        )
        parts += [Divider(), Actions(buttons)]
    return Card((*parts, Text(say(locale, "guard.from_bot"), Style.QUIET)))


def _safety_steps(item: Item, url: str, locale: str) -> list[Part]:
    """An answer can be changed until the safety department has the item."""
    form = (Button(say(locale, "holds.form"), "", url=url, primary=True),) if url else ()
    reported = Button(say(locale, "holds.answer_reported"), "safety.reported", item.id)
    other = Button(say(locale, "holds.answer_not"), "safety.not_applicable", item.id)
    words = "holds.not_reported_yet" if item.state == OPEN else "holds.answered"
    style = Style.WARN if item.state == OPEN else Style.NORMAL
    return [Text(say(locale, words), style), Actions((*form, reported, other))]


def _compliance_steps(item: Item, locale: str) -> list[Part]:
    words = "holds.asked" if item.asked else "holds.seen_by_compliance"
    parts: list[Part] = [Text(say(locale, words))]
    if item.draft_id:
        parts.append(Actions((Button(say(locale, "share.edit"), "share.resume", item.draft_id),)))
    return parts


def queue_card(name: str, items: Sequence[Item], total: int, locale: str) -> Card:
    """What waits in a queue, oldest first."""
    parts: list[Part] = [Text(say(locale, f"holds.title_{name}"), Style.TITLE)]
    words = "holds.count" if total else "holds.queue_empty"
    words = words if total == len(items) else "holds.count_shown"
    parts.append(Text(say(locale, words, count=total, shown=len(items)), Style.QUIET))
    for item in items:
        facts = [(say(locale, "holds.author"), item.author)]
        if name == SAFETY:
            facts.append((say(locale, "holds.day_0"), _day(item.day_0)))
            facts.append((say(locale, "holds.answer"), answer_words(item, locale)))
        elif item.asked:
            facts.append((say(locale, "holds.answer"), say(locale, "holds.asks_release")))
        buttons = _reviewer_buttons(item, locale)
        parts += [Divider(), *_head(item, locale), Facts(tuple(facts)), Actions(buttons)]
    if name == SAFETY:
        parts += [Divider(), Actions((Button(say(locale, "holds.month"), "holds.month"),))]
        parts.append(Text(say(locale, "holds.not_the_route"), Style.QUIET))
    parts.append(Text(say(locale, "holds.audited"), Style.QUIET))
    return Card(tuple(parts))


def _reviewer_buttons(item: Item, locale: str) -> tuple[Button, ...]:
    read = Button(say(locale, "holds.read"), "holds.read", item.id)
    if item.queue == COMPLIANCE:
        back = Button(say(locale, "holds.return"), "holds.return", item.id)
        close = Button(say(locale, "holds.close"), "holds.close", item.id)
        release = Button(say(locale, "holds.release"), "holds.release", item.id)
        return (read, release, back, close) if item.draft_id else (read, close)
    receive = Button(say(locale, "holds.receive"), "holds.receive", item.id)
    again = Button(say(locale, "holds.ask_again"), "holds.ask_again", item.id)
    return (read, receive, again) if item.state == NOT_APPLICABLE else (read, receive)


def _head(item: Item, locale: str) -> list[Part]:
    words = "holds.stopped_on" if item.days else "holds.stopped_today"
    when = say(locale, words, day=_day(item.stopped_on), days=item.days)
    return [Text(rule_words(item.rule, locale), Style.STRONG), Text(when, Style.QUIET)]


def rule_words(rule: str, locale: str) -> str:
    """What a rule is about, in a few words."""
    key = f"holds.rule_{rule}"
    return say(locale, key if key in sentences(locale) else "holds.rule_other")


def answer_words(item: Item, locale: str) -> str:
    """The author's answer; never that a report was received."""
    if item.state == REPORTED:
        return say(locale, "holds.state_reported", receipt=item.receipt)
    return say(locale, f"holds.state_{item.state}")


def text_card(
    item: str, queue: str, texts: Mapping[str, str], reason: str, page: int, locale: str
) -> Card:
    """The held text as typed, field by field, on a screen of its own; `page` from 0."""
    rows = [(f"case.{'steps' if key.startswith('step:') else key}", texts[key]) for key in texts]
    pages = _pages([*rows, *([("guard.reason", reason)] if reason else [])])
    shown = pages[min(max(page, 0), len(pages) - 1)]
    parts: list[Part] = [Text(say(locale, "holds.read_note"), Style.QUIET)]
    for label, text in shown:
        parts += [Text(say(locale, label), Style.STRONG), Text(text, Style.QUOTE)]
    back = Button(say(locale, "holds.back"), "holds.queue", queue)
    more = Button(say(locale, "holds.read_on"), "holds.read", f"{item}:{page + 1}")
    parts.append(Actions((more, back) if page + 1 < len(pages) else (back,)))
    return Card(tuple(parts), title=say(locale, "holds.text"))


def _pages(rows: Sequence[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """The labelled texts in pieces, as many on a page as every platform shows."""
    pages: list[list[tuple[str, str]]] = [[]]
    left = PAGE
    for label, text in rows:
        for start in range(0, len(text), PIECE):
            piece = text[start : start + PIECE]
            if len(piece) > left:
                pages.append([])
                left = PAGE
            pages[-1].append((label, piece))
            left -= len(piece)
    return pages


def return_form(hold_id: str, limit: int, locale: str) -> Card:
    """What the author reads with the text that comes back."""
    field = Field("comment", say(locale, "holds.comment"), Kind.LONG, required=True, limit=limit)
    submit = Button(say(locale, "holds.return"), "holds.save_return", hold_id, primary=True)
    return Card((field,), title=say(locale, "holds.return"), submit=submit)


def month_card(month: Month, rows: Sequence[Item], locale: str) -> Card:
    """The reconciliation of a month: numbers, one line per item, the month before."""
    keys = (OPEN, REPORTED, NOT_APPLICABLE)
    counts = [(say(locale, f"holds.sum_{key}"), str(month.count(key))) for key in keys]
    counts.append((say(locale, "holds.sum_received"), str(month.received)))
    screened = (say(locale, "holds.sum_screened"), str(month.screened))
    held = (say(locale, "holds.sum_held"), str(len(month.items)))
    said = say(locale, "holds.answer")
    lines = [
        (
            f"{_day(row.stopped_on)} {row.id[-6:]}",
            f"{rule_words(row.rule, locale)} ・ {said}: {answer_words(row, locale)}",
        )
        for row in rows
    ]
    past = Button(say(locale, "holds.month_before"), "holds.month", before(month.month))
    title = say(locale, "holds.month_title", month=month_words(month.month, locale))
    parts: list[Part] = [Text(title, Style.TITLE)]
    parts += [Facts((screened, held, *counts)), Divider()]
    parts += [Facts(tuple(lines))] if lines else []
    csv = Text(say(locale, "holds.csv", month=month.month), Style.QUIET)
    return Card((*parts, csv, Actions((past,))))


def decided_card(contents: Mapping[str, Any], locale: str) -> Card:
    """To the author: what became of a held text, and how to go on."""
    how, draft_id = str(contents["how"]), str(contents["draft_id"])
    text = say(locale, f"holds.told_{how}", comment=contents["comment"])
    match how:
        case "ask_again":
            button = Button(say(locale, "holds.title"), "holds.mine", primary=True)
        case "returned":
            button = Button(say(locale, "share.edit"), "share.resume", draft_id, primary=True)
        case _:
            button = Button(say(locale, "holds.go_on"), "holds.go_on", draft_id, primary=True)
    return _signed(note(text, button, style=Style.WARN), locale)


def waiting_card(contents: Mapping[str, Any], locale: str) -> Card:
    """A reminder: to the author, to a queue's readers, or to 事務局 where nobody has the role."""
    part = str(contents["part"])
    since = day_words(date.fromisoformat(contents["since"]), locale) if "since" in contents else ""
    text = say(locale, f"holds.remind_{part}", **{**contents, "since": since})
    if part == "author":
        button = Button(say(locale, "holds.title"), "holds.mine", primary=True)
    elif part in (SAFETY, COMPLIANCE):
        button = Button(say(locale, f"holds.title_{part}"), "holds.queue", part, primary=True)
    else:
        return _signed(note(text, style=Style.WARN), locale)
    return _signed(note(text, button, style=Style.WARN), locale)


def checked_card(contents: Mapping[str, Any], locale: str) -> Card:
    """The guard runs again: the kept draft passed, or what stops it."""
    draft_id, rule = str(contents["draft_id"]), str(contents["rule"])
    if not rule:
        button = Button(say(locale, "holds.go_on"), "holds.go_on", draft_id, primary=True)
        return _signed(note(say(locale, "holds.told_checked"), button), locale)
    button = Button(say(locale, "holds.see"), "holds.go_on", draft_id, primary=True)
    if contents["held"]:
        button = Button(say(locale, "holds.title"), "holds.mine", primary=True)
    parts: list[Part] = [Text(say(locale, "holds.told_stopped"))]
    sees = bool(contents.get("compliance_sees"))
    parts += [] if contents["asks"] else message_parts(rule, locale, compliance_sees=sees)
    return _signed(Card((*parts, Actions((button,)))), locale)


def _signed(card: Card, locale: str) -> Card:
    return Card((*card.parts, Text(say(locale, "guard.from_bot"), Style.QUIET)))


def _day(day: date) -> str:
    return f"{day.month}/{day.day}"
