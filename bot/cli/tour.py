"""`hitotsubu tour`: one win from a chat line to the next office's digest, told in the terminal.

It lives in a database of its own that is thrown away; the sample company's date moves through the
real planner and ledger. It is also a test: a step that does not lead on ends with exit 1.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta

from bot.app import Hub, build
from bot.cli.console import open_console
from bot.cli.migrate import migrate
from bot.cli.words import locale
from bot.console import Terminal, buttons, filled, printed
from bot.encoders import open_library
from bot.settings import Settings, read
from bot.views.elements import Button, Card
from bot.views.words import say
from cases import sample
from cases.embedding.word_vectors import for_search
from cases.errors import CaseError
from cases.indexing import catch_up
from cases.scope import Scope
from cases.sharing import DECLARATIONS
from cases.vocabulary import Role
from scheduler import calendar as dates
from scheduler import planner
from scheduler.jobs import BY_NAME

AUTHOR, READER, PROMOTER, OFFICE = "sato", "mori", "kato", "nakamura"
ANOTHER_OFFICE = "yokohama"
WIN = (
    "山田先生は手術の日が多くてつかまりません。医局の秘書さんに手術の終わる時間を教わり、"
    "そのあとの10分にオンライン面談を入れました。3か月ぶりに話せて、次の約束もいただけました。"
)
QUESTION = "手術の日が多くて面談できない先生と、話せた例はある?"


class Astray(CaseError):
    """The story did not go on as it must: a button or a message is missing."""

    code = "E-15"


def add(parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(options: argparse.Namespace) -> int:
    """Tells the story. Exit 1 when a step does not lead on."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hitotsubu-tour-") as folder:
        place = {"HITOTSUBU_DATABASE_URL": f"sqlite:///{folder}/tour.db", "HITOTSUBU_VAR": folder}
        settings = read(place)
        migrate(settings)
        asyncio.run(_tour(settings))
    print(say(locale(), "story.end", seconds=f"{time.monotonic() - begun:.0f}"))
    return 0


async def _tour(settings: Settings) -> None:
    library = open_library(settings)
    await sample.seed(library.db, library.ring)
    hub = await build(settings, library)
    try:
        await _tell(hub)
    finally:
        await hub.close()


async def _tell(hub: Hub) -> None:
    others = await _begin(hub)
    terminal = Terminal(hub.reception, "tour")
    case_id = await _share(hub, terminal)
    await _release(hub, terminal, case_id)
    await _find(hub, terminal, case_id)
    for who in others:
        _show(who, await terminal.press(who, Button("", "try.start", case_id)))
    moved = await hub.pages.move(sample.COMPANY, "two_weeks")
    _line("later", day=moved.day)
    await _answer(hub, terminal, others)
    await hub.pages.move(sample.COMPANY, "day")
    _line("heard")
    _show(AUTHOR, [await _letter(hub, AUTHOR, "impact_note")])
    moved = await hub.pages.move(sample.COMPANY, "digest")
    _line("digest", day=moved.day)
    digest = await _letter(hub, PROMOTER, "monthly_digest")
    _button(digest, "digest.share_item", case_id)
    _show(PROMOTER, [digest])


async def _begin(hub: Hub) -> list[str]:
    """Goes past a month's digest, so that the rest of this month holds the story.

    Gives those who will try: the promoter of the next office, and an MR of a third one.
    """
    # The questions to look back are another story: 160 messages that nobody here would read.
    jobs = {name: job for name, job in BY_NAME.items() if not name.startswith("reflection")}
    hub.pages.plans = planner.Planner(hub.library.db, hub.planner.composer, jobs)
    async with hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        there = await shelf.people.members(ANOTHER_OFFICE)
        third = next(one.id for one in there if one.roles == [Role.MEMBER])
        today = dates.local_date(shelf.now)
    coming = today.replace(day=1) + timedelta(days=32)
    calendar = dates.from_settings({})
    digest = dates.digest_date(calendar, coming.year, coming.month)
    day = calendar.next_business_day(digest + timedelta(days=1))
    await hub.pages.go_to(sample.COMPANY, day)
    await open_console(hub, [*sample.CAST, third])
    _line("begin", day=day)
    return [PROMOTER, third]


async def _share(hub: Hub, terminal: Terminal) -> str:
    """① A line in the chat, the preview, three ticks and one tap."""
    _line("share")
    _typed(AUTHOR, WIN)
    preview = _only(await terminal.say(AUTHOR, WIN))
    _show(AUTHOR, [preview])
    fields = {**filled(preview), "declared": list(DECLARATIONS), "show_author": "no"}
    await terminal.press(AUTHOR, _button(preview, "share.publish"), fields)
    async with hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        newest = (await shelf.cases.by_author(AUTHOR))[0]
    if "山田" in newest.action + newest.title + newest.result:
        raise Astray("mask")
    return newest.id


async def _release(hub: Hub, terminal: Terminal, case_id: str) -> None:
    """One approval; then the text is embedded with the same weights as in the worker."""
    _line("release")
    queue = await terminal.press(OFFICE, Button("", "review.queue"))
    approve = next((_button(card, "review.release", case_id) for card in queue), None)
    if approve is None:
        raise Astray("review.queue")
    _show(OFFICE, await terminal.press(OFFICE, approve))
    await catch_up(hub.library.db, sample.COMPANY, for_search(hub.library.embedder))


async def _find(hub: Hub, terminal: Terminal, case_id: str) -> None:
    """② Somebody else's question, in other words."""
    _line("find")
    _typed(READER, QUESTION)
    answer = _only(await terminal.say(READER, QUESTION))
    _button(answer, "try.start", case_id)
    _show(READER, [answer])
    _line("try")


async def _answer(hub: Hub, terminal: Terminal, others: Sequence[str]) -> None:
    """④ The question after fourteen days, answered with one tap."""
    for who in others:
        question = await _letter(hub, who, "trial_follow_up")
        if who == PROMOTER:
            _show(who, [question])
        worked = next(one for one in buttons(question) if one.value.endswith(":worked"))
        _show(who, await terminal.press(who, worked))


async def _letter(hub: Hub, who: str, kind: str) -> Card:
    """The newest letter of a kind. Raises Astray when none came."""
    for letter in await hub.pages.letters(sample.COMPANY, who):
        if letter.kind == kind:
            return letter.card
    raise Astray(kind)


def _button(card: Card, action: str, value: str = "") -> Button:
    """The button for an action, and for a case if one is named. Raises Astray without it."""
    for button in buttons(card):
        if button.action == action and button.value.startswith(value):
            return button
    raise Astray(action)


def _only(cards: Sequence[Card]) -> Card:
    if not cards:
        raise Astray("no answer")
    return cards[0]


def _line(key: str, **values: object) -> None:
    print(f"\n{say(locale(), f'story.{key}', **values)}\n", flush=True)


def _typed(who: str, text: str) -> None:
    print(f"{who}> {text}\n")


def _show(who: str, cards: Sequence[Card]) -> None:
    for card in cards:
        indented = printed(card).replace("\n", "\n   │ ")
        print(f"→ {who}\n   │ {indented}\n", flush=True)
    sys.stdout.flush()
