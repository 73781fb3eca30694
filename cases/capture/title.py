"""A title for a post: at most 40 characters of its own words, from what was done to what came."""

from __future__ import annotations

import re
from itertools import pairwise

from cases.capture.split import Unit
from cases.text import finished, is_japanese, shorten

LIMIT = 38  # code points; 40 (domain.md §2.2) count after NFKC, which makes … three
SHORTEST = 12  # an extract with less says nothing on a card
MOST_PARTS = 12  # parts between commas that are tried from either side of a turn
_LEAD = re.compile(
    r"^(?:[^\w「『]+|お疲れ様です[。、!]?|正直[、]?|実は[、]?|そこで[、]?|なので[、]?|それで[、]?|そしたら[、]?|結果[、]?|"
    r"ただ[、]?|えっと|あのー?[、]|まあ[、]|先週ですね|(?:and|but|so)\s)+"
)
_TAIL = re.compile(r"[\s、。,.!！…]+$")
# 連用形, て and particles: a reader waits for the rest. Latin ends are left alone.
_OPEN_END = re.compile(
    r"(?:[しきりみびぎにえけせてでねべめれげとがをはもやへ]|から|ので|ながら|たら|なら)$"
)
_PART_END = re.compile(r"[、,]\s*|:\s|\n")


def title(text: str, found: list[Unit], fields: list[str]) -> str:
    """The longest fitting extract that does not break off: over the turn from action to result,
    else of the action, else of the result when little was said of the action, else the start.
    Empty for an empty post."""
    action = [unit.text for unit, key in zip(found, fields, strict=True) if key == "action"]
    spans = [_turns(text, found, fields), _of("action", found, fields)]
    if len("".join(action)) < SHORTEST:
        spans.append(_of("result", found, fields))
    half = ""  # the best one that breaks off in mid-sentence
    for choices in spans:
        extracts = [_trim(text[a:b]) for a, b in choices]
        fitting = [e for e in extracts if SHORTEST <= len(e) <= LIMIT and _whole(e)]
        if ended := [e for e in fitting if not _OPEN_END.search(e)]:
            return max(ended, key=len)
        half = half or max(fitting, key=len, default="")
    if half:
        return half
    rest = [*action, *(unit.text for unit in found)]
    return _start(_trim(rest[0]).split("\n")[0]) if rest else ""


def _start(text: str) -> str:
    """The start of a text that is too long for a title; Latin words are not cut."""
    if len(text) <= LIMIT or is_japanese(text):
        return shorten(text, LIMIT)
    return (
        text[: LIMIT - 1].rpartition(" ")[0] + "…"
        if " " in text[: LIMIT - 1]
        else shorten(text, LIMIT)
    )


def _turns(text: str, found: list[Unit], fields: list[str]) -> list[tuple[int, int]]:
    """Extracts that begin in an action and end in the result right after it."""
    spans: list[tuple[int, int]] = []
    for at, (one, two) in enumerate(pairwise(found)):
        between = text[one.start + len(one.text) : two.start]
        if fields[at] != "action" or fields[at + 1] != "result" or between.strip(" 　、"):
            continue
        if one.text.endswith(("。", "!", "?", "！", "？")):
            continue
        spans += [(a, b) for a in _starts(one) for b in _ends(two)]
    return spans


def _of(field: str, found: list[Unit], fields: list[str]) -> list[tuple[int, int]]:
    own = [unit for unit, name in zip(found, fields, strict=True) if name == field]
    return [(a, b) for unit in own for a in _starts(unit) for b in _ends(unit)[-1:]]


def _starts(unit: Unit) -> list[int]:
    inner = [m.end() for m in _PART_END.finditer(unit.text) if m.end() < len(unit.text)]
    return [unit.start, *(unit.start + at for at in inner[-MOST_PARTS:])]


def _ends(unit: Unit) -> list[int]:
    ends = [unit.start + m.start() for m in _PART_END.finditer(unit.text)]
    return [*ends[:MOST_PARTS], unit.start + len(unit.text)]


def _trim(text: str) -> str:
    return finished(_TAIL.sub("", _LEAD.sub("", text.strip())))


def _whole(extract: str) -> bool:
    """True when no quote or bracket is cut open and no numbered list is cut in two."""
    pairs = all(extract.count(a) == extract.count(b) for a, b in ("「」", "『』", "()", "（）"))
    return pairs and not re.search(r"[①-⑳]", extract)
