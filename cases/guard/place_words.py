"""What one word says of a house's name, and where the name before a kind of place begins."""

from __future__ import annotations

import re

from cases.guard.lexicon import word_set
from cases.guard.morphemes import Reading, Token, may_be_person

KIND = re.compile(
    r"病院|医療センター|がんセンター|循環器センター|健診センター|周産期センター|調剤センター|透析センター|メディカルセンター|成人病センター"
    r"|訪問看護ステーション|訪看ステーション|介護医療院|老人保健施設|リハビリテーションセンター|クリニック|ホスピタル|訪問看護ステーション|ハートセンター|ブレストセンター|透析センター"
    r"|医院|診療所|療養所|薬局(?!長)|ファーマシー|薬店|大学|医科大学?|医大|CL(?![A-Za-z])|HP(?![A-Za-z])"
)
# Kept inside a name that has a proper part (市立みどり中央病院), no name by themselves.
KIND_WORDS = word_set("facility_kind_words")
PLAIN = word_set("facility_plain")
FOR_WHOM = word_set("facility_for_whom")
_SECOND_HALF = word_set("facility_second_half")
_SHORT_HALF = tuple("穂実芽音窓扉湯夢雪翼")  # むぎの穂; but not 穂積
_SAINTLY = ("聖", "新", "北", "南", "東", "西")  # plain words that begin many names
_PEOPLE = ("先生", "教授", "院長", "部長", "さん", "様", "氏", "医師", "師長", "薬剤師", "看護師")
_SOFT = re.compile(r"[ぁ-ん]{3,}|[ァ-ヶー]{3,}")
_ADVERBS = word_set("facility_adverbs")
# Kana that the dictionary cuts in a way no sentence goes on: はるかぜ(薬局) is はるか and ぜ.
_KANA = re.compile(
    r"(?:^|(?<=[\s、。「『(・!?]))(?![このそあど][のちんれこ]|いつ|うち|ある|かか)[ぁ-ん]{3,8}$"
)


def prefix(reading: Reading, place: int) -> list[Token]:
    """The noun-like tokens before `place`, nearest last; one that covers `place` counts."""
    tokens: list[Token] = []
    inside = reading.covering(place)
    if inside is not None:
        tokens.append(inside)
        place = inside.start
    while len(tokens) < 8 and (token := reading.before(place)) is not None:
        if not _joins(reading, token):
            break
        tokens.append(token)
        place = token.start
    return tokens[::-1]


def _joins(reading: Reading, token: Token) -> bool:
    if token.surface in _PEOPLE:  # 佐藤先生みどり病院: the name begins after the title
        return False
    if token.surface in ("ヶ", "ケ", "ノ", "ヵ") and token.start:
        before = reading.before(token.start)
        return before is not None and before.is_noun_like
    if token.surface == "が":  # ゆうひが丘診療所
        before = reading.before(token.start)
        hill = reading.text[token.end : token.end + 1] in ("丘", "台", "浜", "原", "崎")
        return hill and before is not None and before.is_noun_like
    if token.surface == "の":  # さくらの里病院, こころのクリニック
        after = reading.text[token.end : token.end + 1]
        before = reading.before(token.start)
        if before is None or before.surface in FOR_WHOM:
            return before is not None and KIND.match(reading.text, token.end) is not None
        half = after in _SECOND_HALF or (after in _SHORT_HALF and _stands_alone(reading, token.end))
        return before.is_noun_like and not is_plain(before) and half
    if token.pos[1] == "数詞":  # みなと第一クリニック, but 3病院
        return token.start > 0 and reading.text[token.start - 1] == "第"
    return (token.is_noun_like and token.pos[3] != "助動詞語幹") or is_soft(token)


def _stands_alone(reading: Reading, place: int) -> bool:
    token = reading.at(place)
    return token is not None and len(token.surface) == 1


def proper_start(tokens: list[Token], *, strict: bool) -> int | None:
    """Where the name begins, or None when no part of the prefix is proper.

    `strict`: a word that the dictionary does not hold as a name is not enough.
    """
    while tokens and is_plain(tokens[0]) and tokens[0].surface not in _SAINTLY:
        tokens = tokens[1:]
    proper = [t for t in tokens if t.surface not in KIND_WORDS and not is_plain(t)]
    if not proper:
        return None
    if strict and not any(t.is_proper or may_be_person(t.surface) for t in proper):
        return None
    return tokens[0].start


def is_plain(token: Token) -> bool:
    """Generic words: verbal nouns, times, numbers, single Latin letters (A病院), circles."""
    if token.surface in PLAIN or token.pos[1] == "数詞":
        return True
    if token.surface in FOR_WHOM or is_soft(token):
        return False
    if token.pos[2] in ("サ変可能", "副詞可能") and not may_be_person(token.surface):
        return True
    if token.pos[0] in ("接頭辞", "接尾辞", "形状詞") and not token.is_proper:
        return True
    return re.fullmatch(r"[A-Za-z]{1,2}|[〇○◯●×XY]+", token.surface) is not None


def is_soft(token: Token) -> bool:
    """きらら, にこにこ, さわやか: a word of mood that names a house when a kind of place follows."""
    mood = token.pos[0] in ("副詞", "形状詞")
    return mood and token.surface not in _ADVERBS and _SOFT.fullmatch(token.surface) is not None


def kana_start(reading: Reading, place: int) -> int | None:
    """Where a name in hiragana that ends at `place` begins, or None when it reads as a sentence."""
    run = _KANA.search(reading.text, max(0, place - 9), place)
    last = reading.before(place)
    if run is None or last is None or last.start <= run.start():
        return None
    noun = last.pos[0] == "名詞" and len(last.surface) > 1
    odd = noun or last.pos[1] == "終助詞" or (last.pos[0] == "副詞" and len(last.surface) == 1)
    return run.start() if odd and last.surface not in PLAIN else None
