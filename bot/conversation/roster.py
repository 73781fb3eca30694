"""「名簿」 of 事務局: how it stands, a file or pasted lines as a preview, and the word on it."""

from __future__ import annotations

import asyncio
import hashlib
import re
from dataclasses import dataclass

from bot.conversation import people
from bot.conversation.events import Attached, Fields, NotFetched, Said
from bot.conversation.turn import Turn
from bot.views.notes import note
from bot.views.roster import preview_card, standing_card
from cases import months, offices, rights, roles, roster, roster_state
from cases.columns import new_id
from cases.db import Shelf
from cases.errors import CaseError
from cases.members import DEACTIVATED
from cases.models.roster import RosterFile
from cases.rights import Action
from cases.roster_plan import Plan, Rules, plan
from cases.roster_rows import Sheet, decoded, looks_like_one, read
from cases.text import clean

ASKS = re.compile(r"(?:名簿|役割|roster|role)[\s:：]+(\S.{0,80})", re.IGNORECASE)
TABLES = (".csv", ".tsv", ".txt")


class Expired(CaseError):
    """The roster changed since its preview was made, or the file was erased after a day."""

    code = "E-33"


@dataclass(frozen=True, slots=True)
class Word:
    """What a button of the preview stands for: the file, what was shown, whole or partial."""

    file_id: str
    fingerprint: str
    partial: bool

    @classmethod
    def of(cls, value: str) -> Word:
        """Raises Expired for a value that is none."""
        cells = value.split(" ")
        if len(cells) != 3:
            raise Expired
        return cls(cells[0], cells[1], cells[2] == "partial")


async def said(turn: Turn, message: Said) -> bool:
    """Takes a roster, or a question about somebody on it, from who keeps it; False: it is none."""
    keeps = rights.may(turn.scope, Action.ROSTER)
    if message.files and message.private and not message.text:
        await _file(turn, message.files, keeps=keeps)
        return True
    if not keeps or not message.private:
        return False
    if looks_like_one(message.text):
        await _preview(turn, message.text)
        return True
    asked = ASKS.fullmatch(clean(message.text))
    if asked is not None:
        await people.find(turn, asked[1].strip())
    elif message.files and message.files[0].name.lower().endswith(TABLES):
        await _file(turn, message.files, keeps=keeps)
        return True
    return asked is not None


async def _file(turn: Turn, files: tuple[Attached, ...], *, keeps: bool) -> None:
    """A roster as a file; anything else is said to be none."""
    table = next((one for one in files if one.name.lower().endswith(TABLES)), None)
    if not keeps or table is None or turn.reach is None:
        turn.say(note(turn.words("roster.no_files" if keeps else "roster.files_unread")))
        return
    try:
        data = await turn.reach.fetch(table)
    except NotFetched as error:
        turn.say(note(turn.words(f"roster.fetch_{error.why}")))
        return
    await _preview(turn, decoded(data))


async def _preview(turn: Turn, text: str) -> None:
    """Shows what would become of whom; the file waits, sealed, for a word."""
    sheet = await asyncio.to_thread(read, text)
    async with turn.transaction() as shelf:
        made = await _plan(turn, shelf, sheet, partial=False)
        row = RosterFile(company_id=turn.scope.company_id, id=new_id(), member_id=turn.scope.me)
        row.content = turn.library.ring.seal(text, turn.scope.company_id)
        row.made_at = shelf.now
        if not made.changes_nothing:
            shelf.roster.add(row)
        turn.say(preview_card(made, row.id, turn.locale))


async def partial(turn: Turn, value: str) -> None:
    """［この人たちだけ更新する］: the same file, and who is not in it stays."""
    word = Word.of(value)
    async with turn.transaction() as shelf:
        _, text = await _kept(turn, shelf, word)
        made = await _plan(turn, shelf, read(text), partial=True)
        turn.replace(preview_card(made, word.file_id, turn.locale, partial=True))


async def apply(turn: Turn, value: str, filled: Fields) -> None:
    """［この内容で更新する］: exactly what was shown, all or nothing. Raises Expired, LastOne."""
    word = Word.of(value)
    async with turn.transaction() as shelf:
        row, text = await _kept(turn, shelf, word)
        made = await _plan(turn, shelf, read(text), partial=word.partial)
        if made.fingerprint != word.fingerprint:
            raise Expired
        if made.needs_word and str(filled.get("leaving") or "").strip() != str(made.gone):
            turn.replace(preview_card(made, word.file_id, turn.locale, wrong=True))
            return
        await roster.apply(shelf, made, hashlib.sha256(text.encode()).hexdigest())
        await shelf.roster.drop(row)
        vacant = [one.office.name for one in await offices.standings(shelf) if not one.promoter]
        turn.replace(preview_card(made, "", turn.locale, vacant=vacant))


async def cancel(turn: Turn, value: str) -> None:
    """［やめる］: the file is erased at once."""
    word = Word.of(value)
    async with turn.transaction() as shelf:
        row, _ = await _kept(turn, shelf, word)
        await shelf.roster.drop(row)
        turn.replace(note(turn.words("roster.not_done")))


async def show(turn: Turn, value: str = "") -> None:
    """「名簿」: how many, what is to come, who cannot be reached."""
    async with turn.transaction() as shelf:
        rights.need(shelf, Action.ROSTER)
        members = await shelf.people.members()
        accounts = await shelf.people.accounts_by_member([one.id for one in members])
        moves = await shelf.roster.moves()
        alone = [one.name for one in members if not accounts[one.id]]
        stopped = [
            one.name
            for one in members
            if accounts[one.id] and all(row.blocked == DEACTIVATED for row in accounts[one.id])
        ]
        known = await shelf.people.known([move.member_id for move in moves])
        names = {one.id: one.name for one in known}
        places = {office.id: office.name for office in await shelf.people.offices()}
        turn.say(
            standing_card(len(members), moves, names, places, alone, stopped, locale=turn.locale)
        )


async def _plan(turn: Turn, shelf: Shelf, sheet: Sheet, *, partial: bool) -> Plan:
    rights.need(shelf, Action.ROSTER)
    may = roles.may_give(turn.scope.roles)
    rules = Rules(may=may, me=turn.scope.me, partial=partial)
    return plan(await roster_state.read(shelf), sheet, months.day_of(shelf.now), rules)


async def _kept(turn: Turn, shelf: Shelf, word: Word) -> tuple[RosterFile, str]:
    """The file of a preview: one's own, and not erased yet."""
    rights.need(shelf, Action.ROSTER, word.file_id)
    row = await shelf.roster.file(word.file_id)
    if row is None or row.member_id != turn.scope.me:
        raise Expired
    return row, turn.library.ring.open(row.content, turn.scope.company_id)
