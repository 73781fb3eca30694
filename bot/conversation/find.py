"""Searching in chat: the answer with its reasons, filter chips, the next page, and the wish."""

from __future__ import annotations

from typing import Any

from bot.conversation.showing import shown
from bot.conversation.tell import tell_value
from bot.conversation.turn import Turn
from bot.conversation.walls import may_tell
from bot.views.case import Shown
from bot.views.elements import Card, Style
from bot.views.guard import stop_card
from bot.views.hits import Answer, ShownHit, answer_card
from bot.views.holds import rule_words
from bot.views.notes import note
from bot.views.words import locale_of
from cases import coaching, reactions, searches, sharing, verdicts, wishes
from cases import search as searching
from cases.db import Shelf
from cases.errors import CaseError
from cases.guard import Checked
from cases.searchable import searchable
from cases.text import whole_number
from cases.vocabulary import Role

PAGE = 3  # cards on one page


async def start(turn: Turn, value: str = "") -> None:
    """Searches at once when words came along, else asks for them."""
    if value.strip():
        await search(turn, value)
        return
    async with turn.transaction():
        turn.say(note(turn.words("find.ask")))


async def search(turn: Turn, text: str, *, drop: str = "") -> None:
    """Answers a question; one about a patient or a safety event is neither searched nor kept."""
    turn.takes("search")
    refused, query = await searchable(turn.library, turn.scope, text)
    if refused:
        async with turn.transaction():
            turn.say(stop_card("query_refused", "", turn.safety_form_url, turn.locale))
        return
    state: dict[str, Any] = {"query": query, "without": [], "offset": 0, "thread": turn.thread}
    found = await found_for(turn, state)
    tells = await may_tell(turn)
    async with turn.transaction() as shelf:
        if drop:
            await _drop(shelf, drop)
        turn.say(await _card(turn, shelf, state, found, tells=tells))


async def more(turn: Turn, value: str) -> None:
    """「もっと見る」: the next page of the card's search."""
    state, offset = await _searched(turn, value)
    await _again(turn, state, offset=whole_number(offset) or 0)


async def without(turn: Turn, value: str) -> None:
    """Takes one filter chip off and searches again."""
    state, chip = await _searched(turn, value)
    await _again(turn, state, without=chip)


async def share_instead(turn: Turn, value: str = "") -> None:
    """What was searched is a win after all: it goes to the preview, as typed in the search."""
    from bot.conversation import share  # share and find hand over to each other

    state, _ = await _searched(turn, value)
    if state is not None:
        await share.propose(turn, str(state.get("query", "")))


async def wish(turn: Turn, value: str = "") -> None:
    """「求む！事例に出す」: the card's search becomes an open question, without the asker's name.

    Everyone reads it, so it must pass the guard as a post does.
    """
    state, _ = await _searched(turn, value)
    if state is None:
        return
    checked = await turn.check({"intent": state.get("query", "")})
    async with turn.transaction() as shelf:
        if not state.get("query"):
            turn.say(note(turn.words("find.ask")))
            return
        if not wishes.says_something(state["query"]):
            turn.say(note(turn.words("find.empty_wish")))
            return
        if checked.decision not in verdicts.PASSES:
            about = rule_words(_stopping(checked), turn.locale)
            turn.say(note(turn.words("find.not_a_wish", about=about), style=Style.WARN))
            return
        await wishes.wish(shelf, state["query"], {})
        turn.say(note(turn.words("find.wished")))


def _stopping(checked: Checked) -> str:
    """The rule that stops the text; empty where no check could be made."""
    found = [one for verdict in checked.verdicts.values() for one in verdict.findings]
    return next((one.rule for one in found if one.action is checked.decision), "")


async def _searched(turn: Turn, value: str) -> tuple[dict[str, Any] | None, str]:
    """The pressed card's search and what else the button carries; None, which is said, where
    another question has been asked since."""
    async with turn.read() as shelf:
        state, rest = await searches.of(shelf, value, turn.thread)
    if state is None:
        async with turn.transaction():
            turn.say(note(turn.words("find.gone_on")))
    return state, rest


async def _again(
    turn: Turn, state: dict[str, Any] | None, *, offset: int = 0, without: str = ""
) -> None:
    if state is None:
        return
    if not state.get("query"):
        await start(turn)
        return
    state["offset"] = offset
    if without:
        state["without"] = [*state["without"], without]
        state["only"] = [chip for chip in state.get("only", []) if chip != without]
    await answer(turn, state)


async def answer(turn: Turn, state: dict[str, Any]) -> None:
    """Says one page of a search, which is kept for what follows."""
    turn.takes("search")
    found = await found_for(turn, state)
    tells = await may_tell(turn)
    async with turn.transaction() as shelf:
        turn.say(await _card(turn, shelf, state, found, tells=tells))


async def found_for(turn: Turn, state: dict[str, Any]) -> searching.Found:
    """The hits of a search as it stands: `words` are those of follow-ups."""
    text = " ".join([state["query"], *state.get("words", [])])
    only = state.get("only", [])
    return await turn.library.find(turn.scope, text, without=state["without"], only=only)


async def _card(
    turn: Turn, shelf: Shelf, state: dict[str, Any], found: searching.Found, *, tells: bool
) -> Card:
    """One page as a card, in the question's language; the search is kept for 「もっと見る」."""
    await searches.keep(shelf, state)
    offset = state["offset"]
    page = found.hits[offset : offset + PAGE]
    locale = locale_of(state["query"])
    rows = await shelf.cases.many(hit.case_id for hit in page)
    views = {view.case.id: view for view in await shown(shelf, list(rows.values()), locale)}
    hits = [shown_hit(views[hit.case_id], hit) for hit in page if hit.case_id in views]
    answer = Answer(
        match=found.match,
        hits=hits,
        chips=found.chips,
        total=len(found.hits),
        offset=offset,
        words_only=found.words_only,
        coaching=_coaching(turn, hits, locale),
        search=searches.name(state),
        tell=tell_value(state, hits) if tells else "",
        among_others=turn.among_others,
    )
    return answer_card(answer, locale)


def shown_hit(view: Shown, hit: searching.Hit) -> ShownHit:
    """A hit with its case as the reader is shown it."""
    why = hit.why()
    return ShownHit(view, why.sentence, why.marks, hit.same, hit.different, hit.near)


def _coaching(turn: Turn, hits: list[ShownHit], locale: str) -> str:
    """One open question for a 1on1, for managers, by the barrier of the best hit."""
    if Role.MANAGER not in turn.scope.roles or not hits:
        return ""
    barriers = [key for hit in hits for key in hit.shown.case.barrier]
    return coaching.question(barriers, hits[0].shown.case.id, locale)


async def _drop(shelf: Shelf, draft_id: str) -> None:
    try:
        await sharing.drop(shelf, draft_id)
    except CaseError:
        return  # it is published or held: others need it


async def not_a_match(turn: Turn, case_id: str) -> None:
    """「探していたものと違う」: hidden from this member's searches from now on."""
    async with turn.transaction() as shelf:
        await reactions.react(shelf, case_id, reactions.NOT_A_MATCH)
        turn.say(note(turn.words("react.hidden")))
