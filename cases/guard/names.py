"""Names of doctors, pharmacists and nurses: a name beside a title or a role, in both languages."""

from __future__ import annotations

import re
from dataclasses import replace

from cases.guard.findings import Finding, finding
from cases.guard.lexicon import word_set
from cases.guard.morphemes import Reading, Token, may_be_person
from cases.guard.titles import ROLE, TITLE

_OF_EITHER = re.compile(r"^(?:店|秘書|受付|主任|相談|事務|助手|[一-龥]+(?:室|部|課))")
_EITHER_SIDE = ("部長", "副部長", "室長", "センター長", "理事長", "講師")
# People of our own company and its partners keep their names (domain.md §7).
_COMPANY = re.compile(
    r"本社|支社|支店|営業|当社|弊社|自社|社内|人事|マーケ|総務|経理|企画|開発部|学術部|システム|推進"
    r"|うちの|上司|卸|DX|IT|MSL|MA部|事業部|オンコロジー部|教育|研修(?!医)|コール|物流|広報|法務|薬事|安全性|情報シ|品質"
)
_AFTER_DOCTOR = re.compile(r"(?<![A-Za-z])(?:Dr|DR|ドクター)[.・]?[ ]?")
_ROLE_OF = re.compile(
    rf"(?:{ROLE})(?:の方|の女性|の男性|スタッフ)?(?:にいる|にいらっしゃる|にお勤めの|勤務の|所属の|担当の|専任の|責任者の|[の・ :、])?(?=[^のはがをにで・、。\s])"
)
# The role after the name: 久保さん(薬剤部), 久保さんという看護師.
_ROLE_AFTER = re.compile(
    rf"(?:さん|氏)(?:\((?:[一-龥]{{0,6}})(?:{ROLE})|(?:という|って)(?:{ROLE}))"
)
_ENGLISH = re.compile(
    r"(?<![A-Za-z])(?:(?P<dr>Dr|Professor|Prof|Doctor|Nurse|Sister|Matron)|(?P<mr>Mr|Mrs|Ms|Miss))"
    r"(?:\.[ ]?|[ ])(?P<name>(?:(?:van|von|de|der|den|di|da|el|al|bin)[ ]){0,2}[A-Z][A-Za-z'’-]+(?:[ ][A-Z][A-Za-z'’-]+){0,2})"
)
_SENSEI = re.compile(r"(?<![A-Za-z])[A-Z][a-z]{2,}[- ][Ss]ensei(?![A-Za-z])")
_ENGLISH_ROLE = re.compile(
    r"(?i)\b(?:doctor|pharmacist|nurse|physician|surgeon|consultant|matron|oncologist|cardiologist"
    r"|dermatologist|head of|ward sister|GP)s?\b[^.]{0,12}$"
)
_ENGLISH_TAIL = {"Hospital", "Clinic", "University", "Pharmacy", "Centre", "Center", "Surgery"}
_LETTERS = re.compile(r"[一-龥㐀-䶿豈-﫿々ヶケノヵ\U00020000-\U0002ffff]+")
_RARE = re.compile(r"(?P<name>[一-龥々]{2,3})(?:さん|氏)")
_ASIDE = re.compile(r"\([^()]{1,8}\)$")
_LATIN_NAME = re.compile(r"[A-Z][A-Za-z'’-]{2,}")
_KATAKANA = re.compile(r"[ァ-ヴー・]{2,}")
_HIRAGANA = re.compile(r"[ぁ-ん]{2,4}")
# Words that stand before a title without being a name.
_NOT_A_NAME = word_set("not_a_name")
_ROLE_ENDING = tuple("医師長科員手者任局部室院会性課系級層代別側店所番役先内外中上下後前間的")


def names(reading: Reading) -> list[Finding]:
    """Findings of rule `hcp_name`, in places of the folded text; the title belongs to the name."""
    spans = [span for m in TITLE.finditer(reading.text) if (span := _titled(reading, m))]
    spans += [span for m in _AFTER_DOCTOR.finditer(reading.text) if (span := _after(reading, m))]
    spans += [span for m in _ROLE_OF.finditer(reading.text) if (span := _role_of(reading, m))]
    spans += [span for m in _ROLE_AFTER.finditer(reading.text) if (span := _role_after(reading, m))]
    spans += [span for m in _ENGLISH.finditer(reading.text) if (span := _english(reading.text, m))]
    spans += [m.span() for m in _SENSEI.finditer(reading.text)]
    return [finding("hcp_name", start, end) for start, end in _longest(spans)]


def _titled(reading: Reading, title: re.Match[str]) -> tuple[int, int] | None:
    place = title.start()
    if aside := _ASIDE.search(reading.text, max(0, place - 10), place):  # 山本(循環器)先生
        place = aside.start()
    if place and reading.text[place - 1] == " ":
        place -= 1
    start = _name_start(reading, place)
    if start is None:
        return None
    if title.group() in _EITHER_SIDE and _of_company(reading, start):
        return None
    end = title.end()
    if reading.text.startswith("先生", end):
        end += 2
    return start, end


def _name_start(reading: Reading, place: int) -> int | None:
    """Where the name that ends at `place` begins, or None when no name ends there."""
    token = reading.before(place)
    if token is None or token.surface in _NOT_A_NAME:
        return _run_start(reading, place)
    if re.fullmatch("[ァ-ヴー]{2,3}", token.surface):  # ワン, スン: too short for a trade
        return token.start
    if not token.is_noun_like:
        return _run_start(reading, place)
    if token.pos[3] == "助動詞語幹":  # 話すよう先生に頼む
        return None
    if token.is_person or (_LETTERS.fullmatch(token.surface) and may_be_person(token.surface)):
        return _with_family_name(reading, token)
    if _LATIN_NAME.fullmatch(token.surface):
        return token.start if token.unknown else None
    if _KATAKANA.fullmatch(token.surface):
        named = token.unknown or token.is_proper or may_be_person(token.surface)
        return token.start if named else None
    if _HIRAGANA.fullmatch(token.surface):
        return token.start if may_be_person(token.surface) else None
    return _run_start(reading, place)


def _with_family_name(reading: Reading, token: Token) -> int:
    """Extend a given name to the family name before it, with or without a space between."""
    token = _whole_surname(reading, token)
    place = token.start
    if place and reading.text[place - 1] == " ":
        place -= 1
    before = reading.before(place)
    if before is None or before.surface in _NOT_A_NAME or not _LETTERS.fullmatch(before.surface):
        return token.start
    adjacent = place == token.start
    if before.is_person and (not adjacent or before.pos[3] == "姓"):
        return before.start
    if not adjacent and may_be_person(before.surface):
        return before.start
    return token.start


def _whole_surname(reading: Reading, token: Token) -> Token:
    """漆間 cut into 漆 and 間 is one name where the dictionary has it as one."""
    before = reading.before(token.start)
    if token.is_person or before is None or not _LETTERS.fullmatch(before.surface):
        return token
    whole = before.surface + token.surface
    if len(token.surface) > 1 or not may_be_person(whole):
        return token
    return replace(token, surface=whole, start=before.start)


def _run_start(reading: Reading, place: int) -> int | None:
    """A name the dictionary does not know: up to three short kanji pieces, a clear left edge."""
    start, pieces = place, 0
    while pieces < 3 and (token := reading.before(start)) is not None:
        if not _is_name_piece(token) or place - token.start > 4:
            break
        start, pieces = token.start, pieces + 1
    run = reading.text[start:place]
    if (
        not run
        or run in _NOT_A_NAME
        or run.endswith(_ROLE_ENDING)
        or "々ヶケノヵ".find(run[0]) >= 0
    ):
        return None
    left = reading.text[start - 1] if start else " "
    return None if _LETTERS.match(left) else start


def _is_name_piece(token: Token) -> bool:
    if token.surface in ("ヶ", "ケ", "ノ", "ヵ"):
        return True
    if not _LETTERS.fullmatch(token.surface) or token.surface in _NOT_A_NAME:
        return False
    return token.is_noun_like and token.pos[2] not in ("サ変可能", "副詞可能", "助数詞可能")


def _of_company(reading: Reading, start: int) -> bool:
    return _COMPANY.search(reading.text[max(0, start - 10) : start]) is not None


def _after(reading: Reading, doctor: re.Match[str]) -> tuple[int, int] | None:
    """Dr.田中, ドクター田中."""
    start = doctor.end()
    ends = [e for e in range(start + 4, start, -1) if e in reading.ending]
    end = next((e for e in ends if _is_family_name(reading.text[start:e])), 0)
    first = reading.at(start)
    if not end and first is not None and first.is_person and _KATAKANA.fullmatch(first.surface):
        end = first.end
    if not end:
        return None
    for mark in ("先生", "さん"):
        if reading.text.startswith(mark, end):
            end += len(mark)
    return doctor.start(), end


def _is_family_name(piece: str) -> bool:
    return (
        _LETTERS.fullmatch(piece) is not None and piece not in _NOT_A_NAME and may_be_person(piece)
    )


def _role_of(reading: Reading, role: re.Match[str]) -> tuple[int, int] | None:
    """薬剤師の久保さん: the role makes the person one of the doctor's side."""
    first = reading.at(role.end())
    if first is None or first.surface in _NOT_A_NAME or len(first.surface) > 6:
        return None
    if rare := _rare_surname(reading, first):
        return rare
    if not (first.is_person or may_be_person(first.surface)):
        return None
    end = first.end
    second = reading.at(end + reading.text.startswith(" ", end))
    if second is not None and second.is_person:
        end = second.end
    if not reading.text.startswith(("さん", "氏", "様"), end):
        return None
    if _OF_EITHER.search(role.group()) and _of_company(reading, role.end()):
        return None
    return first.start, end + (1 if reading.text[end] in "氏様" else 2)


def _rare_surname(reading: Reading, first: Token) -> tuple[int, int] | None:
    """外来の祝嶺さん: single letters that the dictionary holds together in no word."""
    run = _RARE.match(reading.text, first.start)
    if run is None or len(first.surface) > 1 or not first.is_noun_like:
        return None
    name = run.group("name")
    odd = not name.endswith(_ROLE_ENDING) and name not in _NOT_A_NAME
    second = reading.at(first.end)
    parted = second is None or len(second.surface) == 1
    return run.span() if odd and parted and first.pos[1] != "数詞" else None


def _role_after(reading: Reading, called: re.Match[str]) -> tuple[int, int] | None:
    token = reading.before(called.start())
    if token is None or token.surface in _NOT_A_NAME:
        return None
    if not (token.is_person or may_be_person(token.surface)):
        return None
    return _with_family_name(reading, token), called.start() + len(called.group()[:2].rstrip("(と"))


def _english(text: str, found: re.Match[str]) -> tuple[int, int] | None:
    words = found.group("name").split(" ")
    while words and (words[-1] in _ENGLISH_TAIL or len(words[-1]) < 2):
        words.pop()
    if not words:
        return None
    before = text[max(0, found.start() - 40) : found.start()]
    if found.group("mr") and not _ENGLISH_ROLE.search(before):
        return None
    return found.start(), found.start("name") + len(" ".join(words).removesuffix("'s"))


def _longest(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for start, end in sorted(set(spans), key=lambda s: (s[0], -s[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept
