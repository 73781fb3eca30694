"""「ログイン」: a link to the pages, shown to the person who asked and to nobody else.

What is said goes through the ledger, where it waits in clear. So the words bring a button, and the
link is the platform's answer to its press, on a screen or in its place: it lies in no table.
"""

from __future__ import annotations

from bot.conversation.events import Pressed
from bot.conversation.turn import Turn
from bot.views.notes import note
from bot.views.sign_in import link_card, offer_card
from cases import sign_in


async def offer(turn: Turn, value: str = "") -> None:
    """The button, or why there is none."""
    async with turn.transaction():
        if turn.platform == sign_in.WEB:
            turn.say(note(turn.words("sign_in.here")))
        elif not turn.library.web_url:
            turn.say(note(turn.words("sign_in.no_pages")))
        else:
            turn.say(offer_card(turn.locale))


async def open_link(turn: Turn, value: str = "") -> None:
    """The link, where an answer to the press is seen by this person alone; else the button."""
    alone = turn.screen or (turn.private and isinstance(turn.event, Pressed))
    if not (alone and turn.library.web_url) or turn.platform == sign_in.WEB:
        await offer(turn)
        return
    async with turn.transaction() as shelf:
        ticket = await sign_in.link(shelf, turn.speaker.member_id)
        address = sign_in.address(turn.library.web_url, ticket)
        turn.open(link_card(address, turn.locale), instead=offer_card(turn.locale))


async def sign_out(turn: Turn) -> None:
    """「ログアウト」: in all browsers, also in one that was lost."""
    async with turn.transaction() as shelf:
        count = await sign_in.sign_out_everywhere(shelf)
        turn.say(note(turn.words("sign_in.out_told", count=count)))
