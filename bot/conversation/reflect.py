"""振り返り in chat: the question, a private answer, and what may become of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.conversation import remarks
from bot.conversation.turn import Turn
from bot.views.notes import line_form, note
from bot.views.reflection import mine_parts, question_card, tap_words
from cases import members, months, reflections
from cases.db import Shelf
from cases.errors import NotFound
from cases.models.talk import Reflection
from cases.text import clean, whole_number

PAUSE = timedelta(days=28)


async def start(turn: Turn, value: str = "") -> None:
    """「振り返り」 any time: today's question."""
    async with turn.transaction() as shelf:
        member = await shelf.people.member(turn.scope.me)
        if member is None:
            raise NotFound
        member.quiet_since = None
        row = await reflections.ask(shelf, member)
        card = question_card(await reflections.content_of(shelf, row), turn.locale)
        mine = [(one.id, one.shared or "") for one in await shelf.talks.my_shared()]
        turn.say(replace(card, parts=(*card.parts, *mine_parts(mine, turn.locale))))


async def tap(turn: Turn, value: str) -> None:
    """One of the four quick answers."""
    reflection_id, _, number = value.partition(":")
    async with turn.read() as shelf:
        row = await _mine(shelf, reflection_id)
        taps = tap_words(row.prompt, turn.locale)
    at = whole_number(number)
    if at is None or at >= len(taps):
        raise NotFound
    async with turn.transaction() as shelf:
        turn.replace(await remarks.answered(turn, shelf, reflection_id, taps[at]))


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


async def keep_answer(turn: Turn, reflection_id: str, text: str) -> None:
    """Keeps one line, sealed; what the guard stops stays a draft."""
    from bot.conversation import share as sharing  # reflect and share hand over to each other

    text = clean(text)
    if not text:
        turn.say(note(turn.words("home.nothing")))
        return
    async with turn.read() as shelf:
        await _mine(shelf, reflection_id)
    await sharing.show(turn, remarks.remark("reflect", reflection_id, text))


async def skip(turn: Turn, reflection_id: str, state: str) -> None:
    """「今回はパス」 or 「来週にする」."""
    async with turn.transaction() as shelf:
        await reflections.skip(shelf, reflection_id, state)
        await members.back(shelf)
        words = "reflect.postponed" if state == "later" else "reflect.passed"
        turn.replace(note(turn.words(words)))


async def share(turn: Turn, reflection_id: str) -> None:
    """Shows the answer to others who answer the same question, as the guard masked it."""
    from bot.conversation import share as sharing  # as in keep_answer

    async with turn.read() as shelf:
        text = _answer(turn, await _mine(shelf, reflection_id))
    await sharing.show(turn, remarks.remark("reflect_shared", reflection_id, text))


async def unshare(turn: Turn, reflection_id: str) -> None:
    """「見せるのをやめる」: it is the writer's alone again."""
    async with turn.transaction() as shelf:
        await reflections.unshare(shelf, turn.library.ring, reflection_id)
        turn.say(note(turn.words("reflect.unshared")))


async def to_case(turn: Turn, reflection_id: str) -> None:
    """The answer becomes a draft in one tap; it is checked again like any post."""
    from bot.conversation import share as sharing  # as in keep_answer

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
