"""Masks: one letter per surname over all texts of a case, kinds of place, and no name left over."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import count

from cases import places
from cases.guard.findings import Finding
from cases.guard.morphemes import Reading, may_be_person
from cases.vocabulary import Decision

_JA_TITLE = re.compile(
    r"(?:名誉|特任|主任)?(?:准?教授|助教授?|講師|院長|部長|室長|科長|医局長|医長|師長|薬局長|薬剤長|センター長|理事長|学長"
    r"|学部長|技師長|事務長|婦長|先生|医師|薬剤師|看護師|保健師|助産師|栄養士|療法士|ナース|研修医|専攻医|ドクター|Dr\.?|DR\.?|dr\.?|さん|氏|様)+$"
)
_ROLE = re.compile(
    r"(?:名誉|病|副|診療科?|薬剤科?|看護|管理|医局|統括|総|主任|病棟|外来|専門|認定|担当|チーフ|客員)+$"
)
_EN_TITLE = re.compile(
    r"^(?:Dr|DR|Professor|Prof|Doctor|Nurse|Sister|Matron|Mrs|Mr|Ms|Miss|ドクター)\.?\s?"
)
_PLACES = (
    (r"薬局|ファーマシー|薬店|調剤|^(?:ドラッグ|くすりの|クスリの)", "ある薬局"),
    (
        r"病院|医療センター|がんセンター|循環器センター|ホスピタル|日赤|済生会|徳洲会|労災|赤十字|中央$|医療C|医セ|[都道府県市町村公]立|HP$",
        "ある病院",
    ),
    (r"クリニック|医院|診療所|CL$|科$", "あるクリニック"),
    (r"大学|医大|医科大|大$", "ある大学"),
    (r"(?i)hospital|infirmary|cent(?:er|re)$", "a hospital"),
    (r"(?i)clinic|surgery|practice", "a clinic"),
    (r"(?i)pharmacy", "a pharmacy"),
    (r"(?i)university", "a university"),
)
# What an earlier mask left behind: A先生, Bさん, Dr. C.
MASKED = re.compile(r"(?<![A-Za-z])([A-Z])(?=先生|さん)|(?<=Dr\. )[A-Z](?![A-Za-z])")
# A surname alone is masked elsewhere too, except before a title of our own company or where the
# word is a place.
_COMPANY_TITLE = re.compile(
    r"\s?(?:営業?所長|支店長|所長|課長|次長|社長|GM|マネ|リーダー|くん|MR|県|市|町|駅|出身|支店|営業所|エリア|地区|方面|の先生)"
)


@dataclass(slots=True)
class Masks:
    """Names met so far in one case: surname → letter. Lives for one check, then is dropped."""

    letters: dict[str, str] = field(default_factory=dict)
    surfaces: dict[str, str] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()  # letters that the texts use for somebody already
    places: Mapping[str, str] = field(default_factory=dict)  # facility → its type and size, if said

    def suggest(self, found: Finding, surface: str) -> str:
        """What the surface is replaced by; the same surname gets the same letter."""
        if found.rule == "contact":
            written = surface.isascii() and any(ch.isalpha() for ch in surface)
            mask = "[contact]" if written else "〔連絡先〕"
            if surface[0] == "(" and ")" not in surface:  # it opens more than the number
                mask = f"({mask}"
        elif found.rule == "facility_name":
            mask = self._facility(surface)
        else:
            mask = self._person(surface)
        self.surfaces[surface] = mask
        return mask

    def _facility(self, surface: str) -> str:
        mask, key = _place(surface), places.chosen(surface, self.places)
        return places.instead(mask, key) if key else mask

    def _next(self) -> str:
        """The first letter that nobody has: an edited case may hold an A先生 from before."""
        used = {*self.taken, *self.letters.values()}
        return next(letter for n in count() if (letter := _letter(n)) not in used)

    def _person(self, surface: str) -> str:
        name = surname(surface)
        letter = self.letters.get(name) or self._next()
        self.letters[name] = letter
        if surface.isascii():
            title = _EN_TITLE.match(surface)
            return f"{title.group().strip() if title else 'Dr.'} {letter}"
        return f"{letter}さん" if surface.endswith("さん") else f"{letter}先生"


def surname(surface: str) -> str:
    """The name without title and given name: 大和田 里沙先生 → 大和田, Dr. Imogen Vance → Vance."""
    if surface.isascii():
        return _EN_TITLE.sub("", surface).split(" ")[-1]
    bare = _ROLE.sub("", _JA_TITLE.sub("", _EN_TITLE.sub("", surface).strip()).strip()).strip()
    return bare.split(" ")[0] or surface


def with_suggestions(findings: list[Finding], given: str, masks: Masks) -> list[Finding]:
    """The findings, each mask with its replacement."""
    return [
        replace(f, suggestion=masks.suggest(f, given[f.start : f.end]))
        if f.action is Decision.MASK
        else f
        for f in findings
    ]


def leftovers(reading: Reading, findings: list[Finding], masks: Masks) -> list[Finding]:
    """Findings for names that the rules saw elsewhere in the case and that stand here bare.

    Places are those of the folded text, like `findings`.
    """
    taken = [(f.start, f.end) for f in findings if f.action is Decision.MASK]
    extra: list[Finding] = []
    for token in reading.tokens:
        if token.surface not in masks.letters or not _stands_for_person(
            reading, token.start, token.end
        ):
            continue
        if any(start < token.end and token.start < end for start, end in taken):
            continue
        end = token.end + (2 if reading.text.startswith(("さん", "先生"), token.end) else 0)
        extra.append(Finding("hcp_name", Decision.MASK, token.start, end))
    return extra


def _stands_for_person(reading: Reading, start: int, end: int) -> bool:
    surface = reading.text[start:end]
    if _COMPANY_TITLE.match(reading.text, end):
        return False
    return (
        surface.isascii()
        or len(surface) > 1
        or (may_be_person(surface) and reading.text.startswith(("さん", "氏", "も", "は"), end))
    )


def apply(given: str, findings: list[Finding], surfaces: Mapping[str, str]) -> str:
    """The text with every mask applied, and any further literal copy of a masked surface too."""
    parts, at = [], 0
    for f in sorted((f for f in findings if f.action is Decision.MASK), key=lambda f: f.start):
        if f.start < at:
            continue
        parts += [given[at : f.start], f.suggestion]
        at = f.end
    masked = "".join([*parts, given[at:]])
    for surface, mask in sorted(surfaces.items(), key=lambda pair: -len(pair[0])):
        if surface not in mask:
            masked = masked.replace(surface, mask)
    return masked


def _place(surface: str) -> str:
    for pattern, mask in _PLACES:
        if re.search(pattern, surface):
            return mask
    return "ある施設"


def _letter(number: int) -> str:
    """A … Z, then AA, AB …"""
    text = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("A") + rest) + text
    return text
