"""A greeting or thanks in the box: answered kindly with what one can do; nothing is searched."""

from __future__ import annotations

import re

from bot.conversation.turn import Turn
from bot.views.elements import Actions, Button, Card, Style, Text
from cases.text import fold

_GREETINGS = (
    r"(?:こんにち[はわ]|こんばん[はわ]|おはよう(?:ございます)?|(?:はじめ|初め)まして"
    r"|(?:お疲れ|おつかれ)(?:様|さま|さん)?(?:です|でした)?"
    r"|(?:よろしく|宜しく)(?:お願い(?:いた|致)?します)?"
    r"|(?:皆さん|みなさん|皆様|みなさま|ヒトツブ(?:さん)?)"
    r"|hello|hi|hey|good (?:morning|afternoon|evening)|hitotsubu|there|everyone|all|team)"
)
_THANKS = (
    r"(?:(?:本当に|いつも|どうも)*(?:ありがとう|有難う)(?:ございま(?:す|した))?(?:ね)?|どうも"
    r"|感謝(?:です|します)|助かりま(?:す|した)"
    r"|(?:many )?thanks?(?: you)?(?: (?:so|very) much| a lot)?|thx)"
)
_BETWEEN = r"[\s\W]*"  # a comma, a line or an emoji changes nothing
_GREETING = re.compile(rf"(?:{_GREETINGS}{_BETWEEN})+")
_THANKING = re.compile(rf"(?:(?:{_GREETINGS}|{_THANKS}){_BETWEEN})+")


def is_greeting(text: str) -> bool:
    """True for a greeting and nothing else."""
    return _GREETING.fullmatch(fold(text).replace("ー", "").replace("~", "")) is not None


def is_thanks(text: str) -> bool:
    """True for thanks (and perhaps a greeting) and nothing else."""
    return not is_greeting(text) and _THANKING.fullmatch(fold(text)) is not None


async def greet(turn: Turn, *, thanks: bool = False) -> None:
    """One kind sentence, three examples, and a button for each; a question that waits goes on."""
    first = turn.words("greet.thanks" if thanks else "home.hello")
    rows = (("share", "share.start"), ("find", "find.start"), ("reflect", "reflect.start"))
    examples = tuple(Text(turn.words(f"greet.{name}"), Style.QUIET) for name, _ in rows)
    buttons = tuple(Button(turn.words(f"greet.do_{name}"), action) for name, action in rows)
    async with turn.transaction():
        turn.say(Card((Text(first), *examples, Actions(buttons))))
