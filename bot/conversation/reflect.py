"""振り返り in chat: the question, a private answer, and what may become of it."""

from __future__ import annotations

from datetime import timedelta

from bot.conversation.showing import office_word
from bot.conversation.turn import Turn
from bot.views.elements import Card, Style
from bot.views.notes import line_form, note
from bot.views.reflection import question_card, tap_words, thanks_card
from cases import members, months, reflections
from cases.db import Shelf
from cases.errors import NotFound
from cases.models.talk import Reflection
from cases.text import clean
from cases.verdicts import PASSES

PAUSE = timedelta(days=28)


async def start(turn: Turn, value: str = "") -> None:
    """「振り返り」 any time: today's question."""
    async with turn.transaction() as shelf:
        member = await shelf.people.member(turn.scope.me)
        if member is None:
            raise NotFound
        member.quiet_since = None
        row = await reflections.ask(shelf, member)
        turn.say(question_card(await reflections.content_of(shelf, row), turn.locale))


async def tap(turn: Turn, value: str) -> None:
    """One of the four quick answers."""
    reflection_id, _, number = value.partition(":")
    async with turn.read() as shelf:
        row = await _mine(shelf, reflection_id)
        taps = tap_words(row.prompt, turn.locale)
    if not number.isdigit() or int(number) >= len(taps):
        raise NotFound
    async with turn.transaction() as shelf:
        turn.replace(await _keep(turn, shelf, reflection_id, taps[int(number)]))


async def write(turn: Turn, reflection_id: str) -> None:
    """「ひとこと書く」: a form where there is one; a typed line is taken as well."""
    async with turn.transaction() as shelf:
        await _mine(shelf, reflection_id)
        talk = await shelf.talks.mine(shelf.now)
        talk.waiting_for = {"kind": "reflect", "reflection": reflection_id}
        talk.updated_at = shelf.now
        title, label = turn.words("reflect.question"), turn.words("reflect.write_ask")
        submit = turn.words("reflect.write")
        turn.open(line_form(title, label, "reflect.save", reflection_id, submit))


async def keep_answer(turn: Turn, reflection_id: str, text: str, *, pressed: bool = False) -> None:
    """Keeps one line, sealed; what the guard stops is not kept at all."""
    text = clean(text)
    checked = await turn.check({"tip": text})
    async with turn.transaction() as shelf:
        (await shelf.talks.mine(shelf.now)).waiting_for = {}
        if not text or checked.decision not in PASSES:
            card = note(turn.words("reflect.stopped"), style=Style.WARN)
        else:
            card = await _keep(turn, shelf, reflection_id, text)
        if pressed:
            turn.replace(card)
        else:
            turn.say(card)


async def _keep(turn: Turn, shelf: Shelf, reflection_id: str, text: str) -> Card:
    row = await reflections.answer(shelf, turn.library.ring, reflection_id, text)
    await members.back(shelf)
    others = []
    for words, office_id in await reflections.others(shelf, row):
        office = await shelf.people.office(office_id or None)
        named = office_word(office, turn.locale) if office else turn.words("reflect.elsewhere")
        others.append((words, named))
    return thanks_card(row.id, others, turn.locale)


async def skip(turn: Turn, reflection_id: str, state: str) -> None:
    """「今回はパス」 or 「来週にする」."""
    async with turn.transaction() as shelf:
        await reflections.skip(shelf, reflection_id, state)
        await members.back(shelf)
        words = "reflect.postponed" if state == "later" else "reflect.passed"
        turn.replace(note(turn.words(words)))


async def share(turn: Turn, reflection_id: str) -> None:
    """Shows the answer to others who answer the same question, as the guard masked it."""
    async with turn.read() as shelf:
        text = _answer(turn, await _mine(shelf, reflection_id))
    checked = await turn.check({"tip": text})
    async with turn.transaction() as shelf:
        if checked.decision not in PASSES:
            turn.replace(note(turn.words("reflect.stopped"), style=Style.WARN))
            return
        await reflections.share(shelf, reflection_id, checked.masked["tip"])
        turn.replace(note(turn.words("reflect.shared")))


async def to_case(turn: Turn, reflection_id: str) -> None:
    """The answer becomes a draft in one tap; it is checked again like any post."""
    from bot.conversation import share as sharing  # reflect and share hand over to each other

    async with turn.read() as shelf:
        text = _answer(turn, await _mine(shelf, reflection_id))
    await sharing.propose(turn, text)


async def keep(turn: Turn, reflection_id: str) -> None:
    """「今は自分用に残す」."""
    async with turn.transaction() as shelf:
        await _mine(shelf, reflection_id)
        turn.replace(note(turn.words("reflect.kept")))


async def pause(turn: Turn, value: str = "") -> None:
    """「しばらく休む」: four weeks without unsolicited messages."""
    async with turn.transaction() as shelf:
        await members.pause(shelf, months.day_of(shelf.now + PAUSE))
        turn.say(note(turn.words("reflect.paused")))


async def resume(turn: Turn, value: str = "") -> None:
    """「再開」."""
    async with turn.transaction() as shelf:
        await members.pause(shelf, None)
        await members.back(shelf)
        turn.say(note(turn.words("reflect.resumed")))


def _answer(turn: Turn, row: Reflection) -> str:
    if row.answer is None:
        raise NotFound
    return turn.library.ring.open(row.answer, row.company_id)


async def _mine(shelf: Shelf, reflection_id: str) -> Reflection:
    row = await shelf.talks.reflection(reflection_id)
    if row is None:
        raise NotFound
    return row
