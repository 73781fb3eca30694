"""Held texts in chat: one's own with their answers, and the queues of safety and compliance."""

from __future__ import annotations

from collections.abc import Sequence

from bot.conversation import share
from bot.conversation.events import Fields
from bot.conversation.showing import office_word
from bot.conversation.turn import Owed, Turn
from bot.views import holds as views
from bot.views.elements import Card, Style, Text
from bot.views.holds import Item
from bot.views.notes import note
from cases import clearing, holds, members, months, rights, safety, verdicts
from cases.db import Shelf
from cases.errors import BadInput, GuardDown, Missing, NotFound
from cases.models.case import Hold
from cases.text import whole_number
from cases.vocabulary import DraftState

MOST = 8  # items on one card, oldest first: Slack shows 50 blocks
COMMENT = 200  # characters
LINES = 20  # of a month's items in chat, the newest; the file has all


async def mine(turn: Turn, value: str = "") -> None:
    """「止めた投稿」: one's own items, what to do about each, and one's queues."""
    async with turn.transaction() as shelf:
        if not _alone(turn):
            return
        found = await holds.mine(shelf)
        urls = {hold.id: turn.form_url(hold.rules[0] if hold.rules else "") for hold in found}
        queues = [
            (name, len(await holds.queue(shelf, name)))
            for name, action in holds.READERS.items()
            if rights.may(turn.scope, action)
        ]
        shown = await items(shelf, found[:MOST], turn.locale)
        turn.say(views.own_card(shown, urls, queues, turn.locale))


async def queue(turn: Turn, name: str = "") -> None:
    """A queue for those who may read it; without a name the speaker's first one."""
    own = [one for one, right in holds.READERS.items() if rights.may(turn.scope, right)]
    name = name or (own[0] if own else holds.SAFETY)
    async with turn.transaction() as shelf:
        if _alone(turn):
            turn.say(await _queue(turn, shelf, name))


async def _queue(turn: Turn, shelf: Shelf, name: str, done: str = "") -> Card:
    """The queue as it is now, under what was just done."""
    found = await holds.queue(shelf, name)
    shown = await items(shelf, found[:MOST], turn.locale)
    card = views.queue_card(name, shown, len(found), turn.locale)
    return Card((Text(turn.words(done), Style.GOOD), *card.parts)) if done else card


async def items(shelf: Shelf, found: Sequence[Hold], locale: str) -> list[Item]:
    """What a list shows of held texts: never the text."""
    rows = []
    for hold in found:
        author = await shelf.people.member(hold.author_id)
        office = await shelf.people.office(author.office_id if author else None)
        where = office_word(office, locale) if office else ""
        draft = await shelf.holds.draft(hold.draft_id)
        state = draft.state if draft is not None else DraftState.PUBLISHED
        rows.append(
            Item(
                id=hold.id,
                draft_id="" if state is DraftState.PUBLISHED else hold.draft_id,
                queue=hold.queue,
                rule=hold.rules[0] if hold.rules else "",
                state=hold.state,
                stopped_on=months.day_of(hold.created_at),
                days=holds.days_waiting(hold, shelf.now),
                day_0=safety.day_0(hold),
                receipt=hold.receipt,
                author=" ".join(filter(None, (where, members.shown_name(author, locale)))),
                asked=state is DraftState.HELD,
            )
        )
    return rows


async def read(turn: Turn, value: str) -> None:
    """「本文を読む」: on a screen of its own, in the audit trail, never in the ledger.

    `value`: the id, or `id:page` of a long text.
    """
    hold_id, _, page = value.partition(":")
    at = whole_number(page) or 0
    async with turn.transaction() as shelf:
        if not _alone(turn):
            return
        hold, texts, reason = await holds.read(shelf, turn.library.ring, hold_id)
        card = views.text_card(hold_id, hold.queue, texts, reason, at, turn.locale)
        turn.open(card, note(turn.words("holds.open_again"), style=Style.WARN))


async def receive(turn: Turn, hold_id: str) -> None:
    """The safety department has it; of what does not apply the author may go on."""
    async with turn.transaction() as shelf:
        hold, goes_on = await safety.receive(shelf, turn.library.ring, hold_id)
        if goes_on:
            _tell(turn, hold, "not_applicable")
        turn.replace(await _queue(turn, shelf, holds.SAFETY, "holds.received"))


async def ask_again(turn: Turn, hold_id: str) -> None:
    """Safety does not agree that it does not apply: the author is asked to look again."""
    async with turn.transaction() as shelf:
        hold = await safety.ask_again(shelf, hold_id)
        _tell(turn, hold, "ask_again", once=f"{shelf.now:%Y%m%d%H%M%S}")
        turn.replace(await _queue(turn, shelf, holds.SAFETY, "holds.asked_again"))


async def release(turn: Turn, hold_id: str) -> None:
    """Compliance: the author may publish it as it is."""
    async with turn.transaction() as shelf:
        hold, goes_on = await clearing.decide(shelf, turn.library.ring, hold_id, holds.RELEASED)
        if goes_on:
            _tell(turn, hold, holds.RELEASED)
        words = "holds.released" if goes_on else "holds.released_gone"
        turn.replace(await _queue(turn, shelf, holds.COMPLIANCE, words))


async def close(turn: Turn, hold_id: str) -> None:
    """Compliance has seen a conduct problem and deals with it outside; nothing is published."""
    async with turn.transaction() as shelf:
        await clearing.decide(shelf, turn.library.ring, hold_id, holds.CLOSED)
        turn.replace(await _queue(turn, shelf, holds.COMPLIANCE, "holds.closed"))


async def return_form(turn: Turn, hold_id: str) -> None:
    """「差し戻す」: what the author should change."""
    async with turn.transaction() as shelf:
        await holds.reviewed(shelf, hold_id)
        turn.open(views.return_form(hold_id, COMMENT, turn.locale))


async def give_back(turn: Turn, hold_id: str, filled: Fields) -> None:
    """Back to its author with a comment, which passes the guard like every text."""
    comment = str(filled.get("comment") or "").strip()
    if not comment:
        raise Missing(turn.words("holds.comment"))
    if len(comment) > COMMENT:
        raise BadInput(turn.words("holds.comment"))
    try:
        checked = await turn.check({"action": comment})
    except GuardDown:
        checked = verdicts.down()
    if checked.decision not in verdicts.PASSES:
        turn.say(note(turn.words("holds.comment_stopped"), style=Style.WARN))
        return
    async with turn.transaction() as shelf:
        hold, goes_on = await clearing.decide(shelf, turn.library.ring, hold_id, holds.RETURNED)
        if goes_on:
            _tell(turn, hold, holds.RETURNED, comment=checked.masked["action"])
        turn.replace(await _queue(turn, shelf, holds.COMPLIANCE, "holds.returned"))


async def go_on(turn: Turn, draft_id: str) -> None:
    """The author goes on with a kept draft: checked again, then its preview."""
    raw = await share.read_draft(turn, draft_id)
    if raw is None:
        raise NotFound
    await share.show(turn, raw, draft_id=draft_id)


async def month(turn: Turn, value: str = "") -> None:
    """「突き合わせ」: a month of the safety queue, one line per item, and the way to the CSV."""
    async with turn.transaction() as shelf:
        if not _alone(turn):
            return
        found = await safety.month_of(shelf, value or months.month_of(shelf.now))
        rows = await items(shelf, found.items[-LINES:], turn.locale)
        turn.say(views.month_card(found, rows, turn.locale))


def _alone(turn: Turn) -> bool:
    """False, and said, where others may read along."""
    if turn.private:
        return True
    turn.say(note(turn.words("holds.private"), style=Style.WARN))
    return False


def _tell(turn: Turn, hold: Hold, how: str, *, comment: str = "", once: str = "") -> None:
    content = {"how": how, "draft_id": hold.draft_id, "comment": comment}
    key = f"hold:{hold.id}:{how}{once}"
    turn.owe(Owed(key, "hold_decided", content, member_id=hold.author_id))
