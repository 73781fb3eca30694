"""How a win becomes a proposed draft: every typed sentence in a field, nothing invented.

Fields, limits and what is required: domain.md §2.2. The proposal is shown and changed before
anything is shared; the barrier is asked, never guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from cases.capture.fields import place
from cases.capture.split import STEP, Unit, units
from cases.capture.title import title
from cases.tagging import Tags, tag
from cases.text import clean
from cases.vocabulary import Kind

LIMITS = {
    "title": 40, "intent": 80, "situation": 300, "action": 500, "result": 200, "tip": 200,
    "voice": 100, "conditions": 200, "trigger": 120, "success_signal": 100, "pitfalls": 200,
    "first_line": 80,
}  # fmt: skip
REQUIRED = ("action", "result")
# After the required fields: what lets a colleague judge whether the case is like their own.
WORTH_ASKING = ("customer", "facility", "conditions", "channels", "area", "tip")
MOST_STEPS = 5
STEP_LIMIT = 100

_ASIDE = re.compile(
    r"(?:皆さん|みなさん)?(?:お疲れ様です|お疲れさまです|おつかれさまです〜?|こんにちは|おはようございます|失礼します)[。!、〜]*|"
    r"[^。、]{0,20}(?:営業所|支店)[^。、]{0,12}です[。!]?|(?:\d+月度の)?(?:好?事例|小さな成功)の?(?:共有|報告)(?:です|します)[。!]?|"
    r"(?:よろしくお願い(?:いた)?します|ご参考まで(?:に)?|詳細はスレッドにて|以上です|ありがとうございま[すし]た?)[。!]*|"
    r"(?:sharing a small win|small win|hi all|hello)[:,.!]*|[^\w]+",
    re.IGNORECASE,
)
_QUOTE = re.compile(
    r"「([^「」]{2,})」(?:と|って|との|だって|だと|の(?:ひと言|一言))[^。「]{0,16}"
    r"(?:言|お言葉|褒|喜|好評|声|感想|先生|いただ|評|電話|笑|聞|$)|"
    r"先生(?:曰く|いわく|からも?|は|に)[、]?「([^「」]{2,})」"
)
_LAST_STEP_ENDS = re.compile(
    r"[。\n]|[、,](?=.*(?:たら|結果|ところ))|の\d[段つ本]|の順|にした|に変え"
)
LESSON_SAID_BY = 40  # characters: who shares a failure says so first
_LESSON = re.compile(
    r"うまくいかなかった(?:共有|話|例)|失敗談|失敗からの|失敗と学び|やらかし|反省です|苦い経験|\bmistake:"
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the bot read out of a post.

    `values`: text per field key, extracts only, no empty ones; a field may be over its limit
    (`long` names it) because nothing typed is dropped. `steps`: ordered, only if the post numbers
    them; their words stay in `action` too. `aside`: greetings and sign-offs, kept off the card.
    `missing`: required keys not found. Tags are keys of vocabulary.json.
    """

    values: dict[str, str]
    steps: list[str] = field(default_factory=list)
    kind: Kind = Kind.CUSTOMER_CASE
    channels: list[str] = field(default_factory=list)
    area: list[str] = field(default_factory=list)
    customer: list[str] = field(default_factory=list)
    facility: str = ""
    access: str = ""
    tools: list[str] = field(default_factory=list)
    outcome: list[str] = field(default_factory=list)
    aside: str = ""
    missing: list[str] = field(default_factory=list)
    long: list[str] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)


def propose(text: str) -> Proposal:
    """The draft that a text proposes; never raises, and an empty text misses both fields."""
    kept = clean(text)
    found, aside = _without_asides(units(kept))
    loose = iter(place([unit for unit in found if not unit.field]))
    fields = [unit.field or next(loose) for unit in found]
    values = _values(kept, found, fields)
    values = _with_extracts(values, title(kept, found, fields))
    tags = tag(kept)
    return Proposal(
        values=values,
        steps=_steps(values.get("action", "")),
        kind=_kind(kept, tags),
        channels=list(tags.channels),
        area=list(tags.areas[:2]),
        customer=list(tags.customers[:2]),
        facility=next(iter(tags.facilities), ""),
        access=next(iter(tags.access), ""),
        tools=list(tags.tools[:3]),
        outcome=list(tags.outcomes[:2]),
        aside="\n".join(unit.text for unit in aside),
        missing=[key for key in REQUIRED if not values.get(key)],
        long=[key for key, limit in LIMITS.items() if len(values.get(key, "")) > limit],
        unsure=list(tags.unsure),
    )


def questions(proposal: Proposal) -> list[str]:
    """At most two field keys to ask for: required ones first, then the most useful gap."""
    known = {
        "customer": proposal.customer or proposal.kind is Kind.ORG_CASE,
        "facility": proposal.facility or proposal.kind is Kind.ORG_CASE,
        "channels": proposal.channels,
        "area": proposal.area,
        "conditions": proposal.values.get("conditions") or proposal.values.get("pitfalls"),
        "tip": proposal.values.get("tip"),
    }
    gaps = [key for key in WORTH_ASKING if not known[key]]
    return [*proposal.missing, *gaps][:2]


def _without_asides(found: list[Unit]) -> tuple[list[Unit], list[Unit]]:
    aside = [unit for unit in found if not unit.field and _ASIDE.fullmatch(unit.text)]
    if len(aside) == len(found):  # nothing else was typed: then it is the post
        return found, []
    return [unit for unit in found if unit not in aside], aside


def _values(text: str, found: list[Unit], fields: list[str]) -> dict[str, str]:
    """The units of each field in order, with what stood between neighbours where it was blank."""
    values: dict[str, str] = {}
    for at, (unit, key) in enumerate(zip(found, fields, strict=True)):
        if key not in values:
            values[key] = unit.text
            continue
        before = found[at - 1]
        between = text[before.start + len(before.text) : unit.start]
        joined = fields[at - 1] == key and not between.strip(" 　\n→")
        values[key] += (between if joined else "\n") + unit.text
    return values


def _with_extracts(values: dict[str, str], heading: str) -> dict[str, str]:
    """Adds the title and the doctor's own words, which stay in their sentence as well."""
    more = dict(values)
    if "title" not in more and heading:
        more["title"] = heading
    if "voice" not in more:
        quote = _QUOTE.search(values.get("result", ""))
        said = next((part for part in quote.groups() if part), "") if quote else ""
        if said and len(said) <= LIMITS["voice"]:
            more["voice"] = said
    return {key: more[key] for key in LIMITS if key in more}


def _steps(action: str) -> list[str]:
    """The numbered parts of the action in order: two to five, else none."""
    marks = list(STEP.finditer(action))
    if not 2 <= len(marks) <= MOST_STEPS:
        return []
    ends = [mark.start() for mark in marks[1:]]
    last = marks[-1].end()
    stop = _LAST_STEP_ENDS.search(action, last + 1)
    parts = zip(marks, [*ends, stop.start() if stop else len(action)], strict=True)
    steps = [action[mark.end() : end].strip(" 　\n。、→") for mark, end in parts]
    return steps if all(0 < len(step) <= STEP_LIMIT for step in steps) else []


def _kind(text: str, tags: Tags) -> Kind:
    if "no_effect" in tags.outcomes or _LESSON.search(text[:LESSON_SAID_BY].lower()):
        return Kind.LESSON
    if tags.customers and set(tags.customers) == {"internal"} and "先生" not in text:
        return Kind.ORG_CASE
    return Kind.CUSTOMER_CASE
