"""Names of doctors, pharmacists and nurses: a name beside a title or a role, in both languages."""

from __future__ import annotations

import re

from cases.guard.findings import Finding, finding
from cases.guard.lexicon import word_set
from cases.guard.morphemes import Reading, Token, may_be_person

_TITLE = re.compile(
    r"名誉教授|特任教授|主任教授|准教授|助教授|教授|講師|助教|名誉院長|副院長|病院長|院長|医局長|医長"
    r"|診療部長|薬剤部長|薬剤科長|薬剤長|看護部長|看護師長|副師長|師長|薬局長|管理薬剤師|センター長"
    r"|診療科長|科長|副部長|部長|室長|理事長|学長|先生|医師(?!会)|薬剤師(?!会)|看護師|保健師|助産師|ドクター"
    r"|(?:Dr|DR|dr)(?![A-Za-z])\.?"
)
_EITHER_SIDE = ("部長", "副部長", "室長", "センター長", "理事長", "講師")
# People of our own company and its partners keep their names (domain.md §7).
_COMPANY = re.compile(
    r"本社|支社|支店|営業|当社|弊社|自社|社内|人事|マーケ|総務|経理|企画|開発部|学術部|システム|推進"
    r"|うちの|上司|卸|DX|IT|MSL|MA部|事業部|オンコロジー部|教育|研修"
)
_AFTER_DOCTOR = re.compile(r"(?<![A-Za-z])(?:Dr|DR|ドクター)\.?[ ]?")
_ROLE_OF = re.compile(
    r"(?:薬剤師|看護師|看護部長|薬剤部長|科長|保健師|助産師|技師|栄養士|療法士|師長|主任|ナース|秘書|クラーク|医事課|受付"
    r"|DI室|DI担当|薬剤部|薬剤科|薬局|病棟|外来|化学療法室|クリニック|病院|医院|診療所|医局|門前|店)"
    r"(?:の方)?[の・ :]?(?=[^のはがをにで・、。\s])"
)
_ENGLISH = re.compile(
    r"(?<![A-Za-z])(?:(?P<dr>Dr|Professor|Prof|Doctor|Nurse|Sister|Matron)|(?P<mr>Mr|Mrs|Ms|Miss))"
    r"(?:\.[ ]?|[ ])(?P<name>[A-Z][A-Za-z'’-]+(?:[ ][A-Z][A-Za-z'’-]+){0,2})"
)
_ENGLISH_ROLE = re.compile(
    r"(?i)\b(?:doctor|pharmacist|nurse|physician|surgeon|consultant|matron|oncologist|cardiologist"
    r"|dermatologist|head of|ward sister|GP)s?\b[^.]{0,12}$"
)
_ENGLISH_TAIL = {"Hospital", "Clinic", "University", "Pharmacy", "Centre", "Center", "Surgery"}
_LETTERS = re.compile(r"[一-龥㐀-䶿豈-﫿々ヶケノヵ\U00020000-\U0002ffff]+")
_ASIDE = re.compile(r"\([^()]{1,8}\)$")
_LATIN_NAME = re.compile(r"[A-Z][A-Za-z'’-]{2,}")
_KATAKANA = re.compile(r"[ァ-ヴー・]{2,}")
_HIRAGANA = re.compile(r"[ぁ-ん]{2,4}")
# Words that stand before a title without being a name.
_NOT_A_NAME = word_set("not_a_name")
_ROLE_ENDING = tuple("医師長科員手者任局部室院会性課系級層代別側店所番役先内外中上下後前間的")


def names(reading: Reading) -> list[Finding]:
    """Findings of rule `hcp_name`, in places of the folded text; the title belongs to the name."""
    spans = [span for m in _TITLE.finditer(reading.text) if (span := _titled(reading, m))]
    spans += [span for m in _AFTER_DOCTOR.finditer(reading.text) if (span := _after(reading, m))]
    spans += [span for m in _ROLE_OF.finditer(reading.text) if (span := _role_of(reading, m))]
    spans += [span for m in _ENGLISH.finditer(reading.text) if (span := _english(reading.text, m))]
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
    if not (first.is_person or may_be_person(first.surface)):
        return None
    end = first.end
    second = reading.at(end + reading.text.startswith(" ", end))
    if second is not None and second.is_person:
        end = second.end
    if not reading.text.startswith(("さん", "氏", "様"), end):
        return None
    if role.group().startswith("店") and _of_company(reading, role.end()):
        return None
    return first.start, end + (1 if reading.text[end] in "氏様" else 2)


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
