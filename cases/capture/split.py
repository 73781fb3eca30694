"""A post cut into labelled sections and small units, so that each unit can find its field.

Cutting loses nothing: apart from labels, bullets and white space, the units together are the text.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

# What people write before a field, by field key of domain.md §2.2.
LABELS = {
    "title": "題名|タイトル|件名案|title",
    "situation": "状況|背景|課題|前提|困りごと|situation|background|context",
    "action": "やったこと|行ったこと|取り組み|取組|行動|施策|工夫|action|what (?:i|we) did",
    "result": "先生の変化|お客さまの変化|変化|結果|成果|反応|効果|results?|outcome|what changed",
    "tip": "コツ|ポイント|学び|気づき|tips?|lessons?(?: learned)?|takeaway",
    "voice": "先生の言葉・要旨|先生の言葉|先生の声|お客さまの声|voice|quote",
    "conditions": "真似するときの条件|真似する条件|条件|conditions?|works? when",
    "pitfalls": "うまくいかない(?:場合|とき)|注意点|注意|落とし穴|pitfalls?",
    "trigger": "きっかけ|trigger",
    "success_signal": "判断のしかた|success signal",
    "first_line": "最初のひと言|最初の一言|first line",
    "intent": "こんなときに|when to use",
}
_ANY = "|".join(LABELS.values())
_BLANK = r"[ \t　]{0,4}"
_LABEL = re.compile(
    rf"[【\[［<＜]({_ANY})[】\]］>＞][:\uff1a]?|"
    rf"(?:^|(?<=[\n。、・])){_BLANK}[・■●◆▼\-*•①-⑳\d.]{{0,4}}{_BLANK}({_ANY}){_BLANK}[:\uff1a]",
    re.IGNORECASE,
)
STEP = re.compile(r"[①-⑳]|(?m:^[ \t　]*\(?\d{1,2}[.)．）][ \t　]*(?=\D))")
_BULLET = re.compile(r"^[ \t　]*(?:[・■●◆▼◇○•*]|[-–](?=\s))[ \t　]*")
_ARROW = re.compile(r"[→⇒➡]\ufe0f?|->|=>")
_EMOJI = "\u2600-\u27bf\U0001f300-\U0001faff\ufe0f\u200d"
_STOP = re.compile(
    rf"[。!?！？]+[」』）)]*[{_EMOJI}]*|\n+|[{_EMOJI}]+(?=[ 　\n])|"
    r"(?:笑|(?<![A-Za-z])w+)(?=[ 　\n])|"  # laughter; not the end of "now"
    r"…+。?|(?:(?<=[a-z)%])|(?<=[ -]\d)|(?<=\d\d))\.(?=\s)"
)
# After these the sentence turns from what was done to what came of it.
_TURN = re.compile(
    r"(?:たところ|たら|だら|た結果|その結果|(?<=た)だけで|おかげで)(?![いよっしつな])[、,]?"
)
_TURN_END = re.compile(rf"{_TURN.pattern}$")
# What held them back stands before these, what they did about it after.
_CONTRAST = re.compile(
    r"(?:でしたが|ましたが|ですが|ますが|けれど|けど|のに|のですが|んですが)[、,]"
)
# Dictated text has no full stops: these carry it on to the next thought.
_SPOKEN = re.compile(
    r"(?:んですけど|んですが|んですよ|ですけども?|ましたが|ていて|そしたら|それで)[、,]?"
)
SPOKEN_FROM = 40  # characters without any punctuation
SEEN = 30  # characters on either side that say what an arrow is
_OPEN, _CLOSE = "「『“(（", "」』”)）"


@dataclass(frozen=True, slots=True)
class Unit:
    """A stretch of the text, at `start` in it. `field`: the key that its label names, or "".
    `after_arrow`, `before_arrow`: what the arrows around it say; `step`: it holds ①②③."""

    text: str
    start: int
    field: str = ""
    after_arrow: bool = False
    before_arrow: bool = False
    step: bool = False

    @property
    def turns(self) -> bool:
        """True when it breaks off where what came of it follows: 「…したら」."""
        return bool(_TURN_END.search(self.text))


def units(text: str) -> list[Unit]:
    """The units of a cleaned text in order; none is empty."""
    found: list[Unit] = []
    for field, start, body in _sections(text):
        if field and body.strip():
            found.append(Unit(body.strip(), start + len(body) - len(body.lstrip()), field))
        elif not field:
            found.extend(_prose(body, start))
    return found


def _sections(text: str) -> Iterator[tuple[str, int, str]]:
    """Field key (or ""), place and body of each labelled section; first what stands before."""
    field, start = "", 0
    for match in _LABEL.finditer(text):
        yield field, start, text[start : match.start()]
        field, start = _key(match.group(1) or match.group(2)), match.end()
    yield field, start, text[start:]


def _key(label: str) -> str:
    return next(key for key, words in LABELS.items() if re.fullmatch(words, label, re.IGNORECASE))


def _prose(body: str, offset: int) -> Iterator[Unit]:
    quoted = _quoted(body)
    at = 0
    for end in [*_ends(body, quoted), len(body)]:
        yield from _clauses(body, at, end, offset, quoted)
        at = end


def _ends(body: str, quoted: bytearray) -> list[int]:
    """Where sentences end, outside of quotes; a line break ends one everywhere."""
    return [m.end() for m in _STOP.finditer(body) if not quoted[m.start()] or "\n" in m.group()]


def _clauses(body: str, start: int, end: int, offset: int, quoted: bytearray) -> Iterator[Unit]:
    """The clauses of one sentence: cut at arrows and where doing turns into what came of it."""
    if marks := list(STEP.finditer(body, start, end)):  # numbered steps stay together, in order
        cut = next(iter(_turns(body, marks[-1].end(), end, quoted)), end)
        yield from _unit(body, start, cut, offset, step=True)
        yield from _unit(body, cut, end, offset)
        return
    arrows = [m for m in _ARROW.finditer(body, start, end) if _is_step_arrow(body, m, quoted)]
    lefts = [start, *(m.end() for m in arrows)]
    rights = [*(m.start() for m in arrows), end]
    for number, (left, right) in enumerate(zip(lefts, rights, strict=True)):
        cuts = [left, *_turns(body, left, right, quoted), right]
        for one, two in itertools.pairwise(cuts):
            after, before = number > 0, number < len(arrows)
            yield from _unit(body, one, two, offset, after_arrow=after, before_arrow=before)


def _unit(
    body: str, start: int, end: int, offset: int, *, after_arrow: bool = False,
    before_arrow: bool = False, step: bool = False,
) -> Iterator[Unit]:  # fmt: skip
    """The unit between two places, without its bullet and the white space around it."""
    part = body[start:end]
    bullet = _BULLET.match(part)
    kept = part[bullet.end() :] if bullet else part
    if kept.strip():
        lead = len(part) - len(kept.lstrip())
        yield Unit(kept.strip(), start + lead + offset, "", after_arrow, before_arrow, step)


def _turns(body: str, left: int, right: int, quoted: bytearray) -> list[int]:
    part = body[left:right]
    spoken = len(part) >= SPOKEN_FROM and not re.search(r"[。、,.!?！？]", part.strip("。.!? \n"))
    patterns = (_TURN, _CONTRAST, _SPOKEN) if spoken else (_TURN, _CONTRAST)
    turns = (m for pattern in patterns for m in pattern.finditer(body, left, right))
    ends = {m.end() for m in turns if not quoted[m.start()]}
    return sorted(end for end in ends if end - left >= 6 and right - end >= 4)


def _is_step_arrow(body: str, arrow: re.Match[str], quoted: bytearray) -> bool:
    """False for 「14%→29%」 and 「メール→リモートの順」: a change or a pair, not the next step."""
    before = body[max(0, arrow.start() - SEEN) : arrow.start()].rstrip()
    after = body[arrow.end() : arrow.end() + SEEN].lstrip()
    if quoted[arrow.start()]:
        return False
    if re.search(r"\d[^\s、。]{0,4}$", before) and re.match(r"\D{0,2}\d", after):
        return False
    left = re.split(r"[。、\n→]", before)[-1]
    right = re.split(r"[。、\n→]", after)[0]
    return not (len(left) <= 5 and re.match(r"[^。、]{1,8}(?:の順|に変更|に切)", right))


def _quoted(body: str) -> bytearray:
    """1 for each character inside 「…」; a quote that never closes counts as none."""
    inside = bytearray(len(body))
    opened: list[int] = []
    for at, ch in enumerate(body):
        if ch in _OPEN:
            opened.append(at)
        elif ch in _CLOSE and opened:
            first = opened.pop()
            if not opened:
                inside[first : at + 1] = b"\x01" * (at + 1 - first)
    return inside
