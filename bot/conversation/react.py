"""参考になった, この方に聞く, looking at one case, and its number."""

from __future__ import annotations

from bot.conversation.showing import office_word, shown, visible
from bot.conversation.turn import Owed, Turn
from bot.views.case import case_card
from bot.views.notes import note
from cases import members, reactions


async def show(turn: Turn, case_id: str) -> None:
    """The whole case."""
    async with turn.transaction() as shelf:
        case = await visible(shelf, case_id)
        turn.say(case_card((await shown(shelf, [case], turn.locale))[0], turn.locale))


async def helpful(turn: Turn, case_id: str) -> None:
    """A light thanks."""
    async with turn.transaction() as shelf:
        await reactions.react(shelf, case_id, reactions.HELPFUL)
        turn.say(note(turn.words("react.helped")))


async def ask_author(turn: Turn, case_id: str) -> None:
    """Tells the author who would like to hear more; the author's name is not given away."""
    async with turn.transaction() as shelf:
        case = await reactions.react(shelf, case_id, reactions.ASK_AUTHOR)
        me = await shelf.people.member(turn.scope.me)
        author = await shelf.people.member(case.author_id)
        reached = author is not None and author.active and await shelf.people.accounts(author.id)
        if author is None or not reached:
            turn.say(note(turn.words("react.cannot_ask")))
            return
        if author.id != turn.scope.me:
            office = await shelf.people.office(me.office_id if me else None)
            content = {
                "name": members.shown_name(me, author.locale),
                "office": office_word(office, author.locale),
                "title": case.title,
            }
            key = f"ask:{case.id}:{turn.scope.me}"
            turn.owe(Owed(key, "ask_author", content, member_id=author.id))
        turn.say(note(turn.words("react.asked")))


async def number(turn: Turn, case_id: str) -> None:
    """How to name the case to who looks after the bot, without writing its text."""
    async with turn.transaction() as shelf:
        case = await visible(shelf, case_id)
        turn.say(note(turn.words("support.number", number=case.id)))
