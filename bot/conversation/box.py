"""The one box: what is typed is a win, a search, or the answer to a question (decision 28)."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import Any

from bot.conversation import (
    drafts,
    find,
    follow_up,
    greet,
    help,
    holds,
    home,
    offices,
    on_behalf,
    people,
    profile,
    promoter,
    reflect,
    remarks,
    review,
    review_settings,
    revisions,
    rooms,
    roster,
    rules,
    share,
    sign_in,
    status,
    support,
    try_it,
    wish,
)
from bot.conversation.turn import Turn
from bot.views.notes import intent_card, note
from cases import capture, sharing, verdicts
from cases.capture import Intent
from cases.guard import Checked
from cases.text import clean, fold
from cases.vocabulary import Decision

LIMIT = 10_000  # characters of one message
WORD = 2  # letters or digits that it takes to say something: 「あ」 and 「?」 are slips
ASKS = re.compile(r"[?？]|(?:ます|です)か|例(?:は|が|を|ある|あり)|教えて|知りたい|探して")
LINE = 60  # characters of the line that a trial asks for, even where it tells a whole win
WAITS = timedelta(minutes=30)  # how long a question waits for its answer
# Words that mean one thing only, folded; everything else is a win, a search or an answer.
COMMANDS = {
    "振り返り": reflect.start,
    "ふりかえり": reflect.start,
    "reflect": reflect.start,
    "再開": reflect.resume,
    "resume": reflect.resume,
    "状態": status.show,
    "動作確認": status.show,
    "status": status.show,
    "サポート閲覧": support.form,
    "support reading": support.form,
    "サポート閲覧の記録": support.log,
    "support readings": support.log,
    "はじめての方へ": help.show,
    "ヘルプ": help.show,
    "help": help.show,
    "ホーム": home.show,
    "home": home.show,
    "設定": profile.show,
    "settings": profile.show,
    "下書き": drafts.drafts,
    "drafts": drafts.drafts,
    "求む！事例": wish.show,
    "求む!事例": wish.show,
    "wishes": wish.show,
    "確認待ち": review.queue,
    "review": review.queue,
    "確認の設定": review_settings.show,
    "review settings": review_settings.show,
    "添付文書・資材が変わった": revisions.start,
    "添付文書が変わった": revisions.start,
    "資材が変わった": revisions.start,
    "package insert changed": revisions.start,
    "material changed": revisions.start,
    "確認のお願い": revisions.mine,
    "please confirm": revisions.mine,
    "規則": rules.show,
    "rules": rules.show,
    "止めた投稿": holds.mine,
    "stopped posts": holds.mine,
    "控え": holds.queue,
    "queue": holds.queue,
    "突き合わせ": holds.month,
    "reconciliation": holds.month,
    "月次まとめ": promoter.digest,
    "まとめ": promoter.digest,
    "digest": promoter.digest,
    "聞き書き": on_behalf.start,
    "write for": on_behalf.start,
    "名簿": roster.show,
    "roster": roster.show,
    "役割": people.by_role,
    "roles": people.by_role,
    "営業所": offices.show,
    "offices": offices.show,
    "ログイン": sign_in.offer,
    "サインイン": sign_in.offer,
    "ウェブで開く": sign_in.offer,
    "sign in": sign_in.offer,
    "log in": sign_in.offer,
    "login": sign_in.offer,
    "open on the web": sign_in.offer,
    "ログアウト": sign_in.sign_out,
    "サインアウト": sign_in.sign_out,
    "sign out": sign_in.sign_out,
    "log out": sign_in.sign_out,
    "logout": sign_in.sign_out,
    "部屋": rooms.listing,
    "この部屋": rooms.listing,
    "rooms": rooms.listing,
    "room": rooms.listing,
    "試している事例": try_it.listing,
    "trials": try_it.listing,
}


async def said(turn: Turn, text: str, *, anew: bool = False) -> None:
    """Answers a typed message. Nothing is shared without the preview; nothing typed is lost.

    `anew`: the text of an earlier message was changed, so it answers no question that waits now.
    """
    text = clean(text)
    if not text:
        turn.say(note(turn.words("home.nothing")))
        return
    if len(text) > LIMIT:
        turn.say(note(turn.words("error.E-14", code="E-14")))
        return
    command = COMMANDS.get(fold(text).rstrip("。!"))
    if command is not None:
        await command(turn)
        return
    waiting = {} if anew else await _waiting(turn)
    thanks = greet.is_thanks(text)
    if greet.is_greeting(text) or (thanks and not waiting):
        await greet.greet(turn, thanks=thanks)
        return
    if not waiting and await follow_up.goes_on(turn, text):
        return
    if not waiting and sum(map(str.isalnum, text)) < WORD:
        turn.say(note(turn.words("home.nothing")))
        return
    turn.takes("typed")
    reading = await asyncio.to_thread(capture.read, text, turn.library.embedder)
    if waiting and await _answers(waiting, reading, text):
        await _answer(turn, waiting, text)
        return
    match reading.intent:
        case Intent.WIN:
            await share.propose(turn, text)
        case Intent.SEARCH:
            await find.search(turn, text)
        case _ if await _stops(turn, text):
            await share.propose(turn, text)  # it routes, blocks or holds: that cannot wait
        case _:
            await _ask(turn, text)


async def overheard(turn: Turn, text: str) -> None:
    """A line in a thread where the person asked, without naming the bot: it goes on with the
    search, or it was meant for others and nothing is said."""
    text = clean(text)
    if not text or len(text) > LIMIT or await follow_up.goes_on(turn, text):
        return
    if ASKS.search(text):
        reading = await asyncio.to_thread(capture.read, text, turn.library.embedder)
        if reading.intent is Intent.SEARCH:
            await find.search(turn, text)


async def _waiting(turn: Turn) -> dict[str, Any]:
    """The question that waits for an answer; empty when there is none or it is old."""
    async with turn.read() as shelf:
        talk = await shelf.talks.mine(shelf.now)
        if not talk.waiting_for or shelf.now - talk.updated_at > WAITS:
            return {}
        return dict(talk.waiting_for)


async def _answers(waiting: dict[str, Any], reading: capture.Reading, text: str) -> bool:
    """True unless the text is clearly a new question, or a whole new win beside the waiting one."""
    if reading.intent is Intent.SEARCH and ASKS.search(text):
        return False
    if waiting["kind"] == "reflect" or not (reading.intent is Intent.WIN or reading.is_win):
        return True
    if waiting["kind"] == "trial" and not LINE < len(text) <= remarks.NOTE_LIMIT:
        return len(text) <= LINE
    return bool((await asyncio.to_thread(capture.propose, text)).missing)


async def _answer(turn: Turn, waiting: dict[str, Any], text: str) -> None:
    match waiting["kind"]:
        case "share":
            await share.fill_in(turn, waiting["draft"], waiting["field"], text)
        case "trial":
            await try_it.keep_note(turn, waiting["trial"], text)
        case "reflect":
            await reflect.keep_answer(turn, waiting["reflection"], text)
        case _:
            await share.propose(turn, text)


async def _stops(turn: Turn, text: str) -> bool:
    """True when the guard would not let the text through, whatever it was meant to be."""
    checked = await share.look(turn, {"action": text})
    return checked.decision not in (*verdicts.PASSES, Decision.ASK)


async def _ask(turn: Turn, text: str) -> None:
    """「共有しますか、探しますか」: the words wait, sealed, in a draft."""
    unread = Checked(Decision.ASK, {}, {})
    async with turn.transaction() as shelf:
        draft = await sharing.keep_draft(
            shelf, turn.library.ring, {"typed": text}, unread, source=turn.source
        )
        turn.say(intent_card(draft.id, turn.locale))
