"""「病院だけ」「ほかには?」 after an answer: the last search goes on, in its thread or the chat."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from bot.conversation import find
from bot.conversation.turn import Turn
from cases import chips, searches
from cases.search import chip_id
from cases.text import fold

SHORT = 30  # characters; what is longer is a question of its own
WAITS = timedelta(minutes=30)  # how long the chat's last search waits; a thread's has no end
# At the end: 「病院だけ電話にしたら会えた」 is a win.
_ONLY = re.compile(
    r"(?:だけ|のみ|限定|に(?:絞|しぼ|限)\w{0,3})"
    r"(?:で|に?して|の(?:事?例)?|を?見せて|お願い(?:します)?|ください|教えて)*[。!?]*$"
    r"|^(?:only|just) |(?<![a-z])only[.!?]*$"
)
_MORE = re.compile(
    r"(?:もっと|(?:ほか|他)に?(?:は|も|ある|ありますか)*|次(?:は)?|more|others|anyothers|next)"
    r"(?:見せて|見る|ください|教えて|please)*[?？。!]*"
)


async def goes_on(turn: Turn, text: str) -> bool:
    """True where the text only makes sense after the last search, which has been answered anew."""
    folded = fold(text)
    state = await _state(turn, folded)
    if not state:
        return False
    if _MORE.fullmatch(folded.replace(" ", "")):
        await find.more(turn, str(state["offset"] + find.PAGE))
        return True
    wanted = chips.understand(text).chips
    if not wanted or len(folded) > SHORT:
        return False
    await find.answer(turn, narrowed(state, wanted))
    return True


def narrowed(state: dict[str, Any], wanted: tuple[chips.Chip, ...]) -> dict[str, Any]:
    """The search with these conditions as well; they take the place of others of their list."""
    words = [*state.get("words", []), *(chip.text for chip in wanted)]
    ids, lists = [chip_id(chip) for chip in wanted], {chip.list_name for chip in wanted}
    earlier = [
        chip_id(chip)
        for chip in chips.understand(" ".join([state["query"], *words])).chips
        if chip.list_name in lists and chip_id(chip) not in ids
    ]
    without = [chip for chip in [*state["without"], *earlier] if chip not in ids]
    only = [chip for chip in [*state.get("only", []), *ids] if chip not in without]
    return {
        **state,
        "offset": 0,
        "words": words,
        "without": list(dict.fromkeys(without)),
        "only": list(dict.fromkeys(only)),
    }


async def _state(turn: Turn, folded: str) -> dict[str, Any]:
    """The search that may go on: a thread's own, or the chat's last one after 「だけ」."""
    async with turn.read() as shelf:
        if turn.thread and await searches.asked_in(shelf, turn.scope.me, turn.thread):
            return await searches.last(shelf, turn.thread)
        talk = await shelf.talks.mine(shelf.now)
        fresh = bool(talk.search) and shelf.now - talk.updated_at < WAITS
        says_so = _ONLY.search(folded) or _MORE.fullmatch(folded.replace(" ", ""))
        if not turn.private or not fresh or talk.waiting_for or not says_so:
            return {}
        return {**talk.search, "thread": turn.thread}
