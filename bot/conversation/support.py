"""「サポート閲覧」: IT reads one published case with a reason, and everybody concerned is told."""

from __future__ import annotations

import re

from bot.conversation.events import Fields
from bot.conversation.review import passes
from bot.conversation.showing import shown
from bot.conversation.turn import Owed, Turn
from bot.views import support as views
from bot.views.elements import Style
from bot.views.notes import note
from cases import members, rights, support
from cases.db import Shelf
from cases.errors import GuardDown
from cases.rights import Action
from cases.support import Look
from cases.text import clean

NAMED = re.compile(r"/case/([\w.:-]+)")  # in the address of its page
MOST = 10  # readings on the auditor's card


async def form(turn: Turn, value: str = "") -> None:
    """Asks which case and why; a denial is in the trail before anything is typed."""
    async with turn.transaction() as shelf:
        rights.need(shelf, Action.SUPPORT)
        if _alone(turn):
            turn.say(views.form_card(turn.locale))


async def read(turn: Turn, filled: Fields) -> None:
    """The text at once, to this person alone; the others are told in the same commit."""
    typed, reason = clean(str(filled.get("case") or "")), clean(str(filled.get("reason") or ""))
    address = NAMED.search(typed)
    case_id = address[1] if address else typed
    async with turn.read() as shelf:
        rights.need(shelf, Action.SUPPORT, case_id)
    masked, wrong = await _reason(turn, reason)
    async with turn.transaction() as shelf:
        if not _alone(turn):
            return
        if wrong:
            again = views.form_card(turn.locale, typed, reason, wrong)
            turn.replace(again, views.form_card(turn.locale))  # typed words wait nowhere in clear
            return
        look = await support.read(shelf, turn.library.ring, case_id, masked)
        if look.first:
            await _tell(turn, shelf, look, masked)
        await _show(turn, shelf, look)


async def again(turn: Turn, case_id: str) -> None:
    """［もう一度読む］ within the time: in the trail, and nobody is told once more."""
    async with turn.transaction() as shelf:
        look = await support.again(shelf, case_id)
        if _alone(turn):
            await _show(turn, shelf, look)


async def close(turn: Turn, case_id: str) -> None:
    """［閉じる］: the text leaves the chat."""
    async with turn.transaction() as shelf:
        until = await support.until(shelf, case_id)
        turn.replace(views.again_card(case_id, until, turn.locale, "closed"))


async def log(turn: Turn, value: str = "") -> None:
    """「サポート閲覧の記録」: the newest readings with their reasons, for the auditor."""
    async with turn.transaction() as shelf:
        found = await support.readings(shelf, turn.library.ring, MOST)
        if not _alone(turn):
            return
        await shelf.people.known([row.member_id for row, _ in found])
        rows = []
        for row, reason in found:
            name = members.shown_name(await shelf.people.member(row.member_id), turn.locale)
            rows.append((row.read_at, name, row.case_id, reason))
        turn.say(views.log_card(rows, turn.locale))


async def _reason(turn: Turn, reason: str) -> tuple[str, str]:
    """The reason without names, and what is wrong with it: it is kept and sent like a post."""
    if len(reason) not in range(support.LEAST, support.MOST + 1):
        return "", turn.words("support.reason_short", least=support.LEAST, most=support.MOST)
    try:
        checked = await turn.check({"tip": reason})
    except GuardDown:
        return "", turn.words("error.E-07", code="E-07")
    if not passes(checked.decision):
        return "", turn.words("support.reason_stopped")
    return checked.masked["tip"], ""


async def _tell(turn: Turn, shelf: Shelf, look: Look, reason: str) -> None:
    """To each once. Not `case_id`: a letter that names one is not sent when it is withdrawn."""
    content = {
        "about": look.case.id,
        "by": look.reading.member_id,
        "at": views.moment(look.reading.read_at),
        "reason": reason,
    }
    for member_id, part in (await support.told(shelf, look.case)).items():
        title = look.case.title if part == "author" else ""
        told = {**content, "to": member_id, "title": title}
        key = f"support_read:{look.reading.id}:{member_id}"
        turn.owe(Owed(key, "support_read", told, member_id=member_id))


async def _show(turn: Turn, shelf: Shelf, look: Look) -> None:
    """On a screen of its own or in the place of what was pressed: never through the ledger."""
    until, case_id = look.reading.until, look.case.id
    (view,) = await shown(shelf, [look.case], turn.locale)
    card = views.text_card(view, until, turn.locale, closes=not turn.screen)
    instead = views.again_card(case_id, until, turn.locale, "kept")
    (turn.open if turn.screen else turn.replace)(card, instead)


def _alone(turn: Turn) -> bool:
    """False, and said, where others may read along."""
    if not turn.private:
        turn.say(note(turn.words("holds.private"), style=Style.WARN))
    return turn.private
