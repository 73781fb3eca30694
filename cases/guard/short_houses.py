"""Houses named without a kind of place, or by a department: 阪大, 東雲労災, 山田眼科."""

from __future__ import annotations

import re

from cases.guard.morphemes import Reading, Token
from cases.guard.place_words import (
    KIND,
    KIND_WORDS,
    PLAIN,
    is_plain,
    is_soft,
    kana_start,
    prefix,
    proper_start,
)

Span = tuple[int, int]

HOUSE_AFTER = re.compile(
    r"の?(?:第?[一二三四](?:内|外)(?=[のでにがはへと、])|医局|先生|DI|薬剤部|薬剤科|ドクター|外来|病棟|薬審|[一-龥]{0,5}(?:院長|部長|科長|師長|医長|センター長))"
)
BRANCH = re.compile(r"[ ]?[一-龥ぁ-んァ-ヶー々]{1,6}店(?!舗|員|長)")
_DEPARTMENT = re.compile(
    r"(?:(?:消化器|循環器|呼吸器|神経|心療|腎臓|糖尿病|泌尿器|肛門|胃腸|整形|形成|脳神経|心臓血管|乳腺|産婦人|婦人|産|小児|歯|眼"
    r"|皮膚|皮フ|皮ふ|耳鼻|耳鼻咽喉|耳鼻いんこう|精神|放射線|アレルギー|リウマチ|リハビリテーション|内|外)(?:内|外)?科"
    r"|ペインクリニック){1,3}(?!医|の?先生|学会|領域|専門|部会|医会|部長|系)"
)
_STREETS = ("通り", "通", "町", "台", "丘", "坂", "橋", "前")
_CALLED_ON = re.compile(r"さん|[ ]?(?:医院|クリニック)|の院長")
# A pharmacy whose name follows its kind: ドラッグあじさい, くすりのアオバ.
_FRONT = re.compile(
    r"(?:ドラッグ(?!ストア|ラグ|ロス|デリバリー|リポジショニング|フリー|インフォ|チェーン|イーグル)|くすりの|クスリの)"
)
# A pharmacy by chain and branch, without 薬局: あおい調剤 駅南店.
_CHAIN = re.compile(
    r"(?:^|(?<=[\s、。「『(・!?のはがをにで]))[一-龥ぁ-んァ-ヶーA-Za-z]{2,10}調剤(?=[ ]?[一-龥ぁ-んァ-ヶー々]{1,6}店(?!舗|員|長))"
)
_PERSON_AFTER = re.compile(r"[ ]?(?:先生|さん|様|氏)")
_NICKNAME = re.compile(
    r"(?<![一-龥])(?:[一-龥]{1,3})?(?:日赤|済生会|徳洲会|厚生連|国がん|がん研有明|国循|県中|聖路加|虎の門|順天堂"
    r"|慶應|慶応)(?!義塾)(?![一-龥]{0,4}(?:病院|医療センター|クリニック|大学))"
)
# 中央病院 and 県立こども病院 are one house each, 市立病院 and 市民病院クラス are kinds.
_CENTRAL = re.compile(r"(?<![一-龥])中央病院(?!クラス|規模|など|のよう|的)")
# The last word of a long name stands for the whole after a proper one: 東雲労災, 汐見中央, 緑川大.
_LAST_WORD = re.compile(
    r"(?P<sure>労災|赤十字|医療C|医セ|中央|大)|(?P<weak>総合|記念|共済|厚生|市民|医療|こども)"
)
_ALONE = re.compile(
    r"(?=[のでにがはへとも、。」)]|から|さん|まで|より|[ ]|$)"
    r"(?!の?(?:営業|支店|支社|エリア|地区|オフィス|会議|ビル|駅|出口|会場|ホテル|郵便|商店))"
)
# A home for the elderly: 特養ひだまり苑, 老健あさがお, ことぶき園の嘱託医.
_HOME = re.compile(
    r"(?:特養|老健|グループホーム|サ高住|訪問看護ステーション|訪看ステーション|デイサービス)[ ]?(?!から|との|への|での|では|には|より|まで|など|とは|にも|だけ|にて|という|として|について|による|ならで)(?:[ぁ-ん]{3,7}?|[ァ-ヶー]{3,8}|[一-龥ぁ-んァ-ヶー々]{1,7}[苑園荘里郷]|[ぁ-ん]{2,5}[一-龥]{1,3})(?=[のでにがはへと、。]|さん)"
    r"|(?<![一-龥ぁ-んァ-ヶー])[ぁ-んァ-ヶー]{2,7}[苑園荘](?=の(?:嘱託医|看護師|職員|施設長|相談員|先生|介護))"
)
# 県立虹ヶ丘: founder and proper place; a school or a library is founded too.
_FOUNDED = re.compile(
    r"(?:県立|市立|町立|村立|都立|府立|道立|公立)(?P<name>[一-龥ァ-ヶー々]{2,5}|[ぁ-ん]{3,5}?|[ぁ-ん]{2,5}[一-龥]{1,2}|[一-龥]{1,2}[がのヶケ][一-龥]{1,2})(?=[のでにがはへともさ、。」 ])"
)
_LETTERS_BEFORE = re.compile(r"(?<![一-龥々])[一-龥々ヶ]{2,4}$")
_HILL = re.compile(r"(?<![一-龥])[一-龥]{1,3}[のが](?:里|丘|森|街|杜|郷|台|浜|原|風|海)$")
_INNER = re.compile(r"医局|薬剤部|薬剤科|薬審|病棟|DI室|[一-龥]{1,4}(?:部長|科長|師長|医長)")
_OTHER_FOUNDATION = re.compile(r"[校園館所場学局署]$|病院|ホール|センター|高等|クラス|規模|施設")


def short_houses(reading: Reading) -> list[Span]:
    """Places of such names in the folded text, without the department of a hospital."""
    text = reading.text
    spans = [span for m in _DEPARTMENT.finditer(text) if (span := _by_department(reading, m))]
    spans += [m.span() for each in (_NICKNAME, _CENTRAL, _HOME) for m in each.finditer(text)]
    spans += [(t.start, t.end) for t in reading.tokens if _is_university(t)]
    spans += [span for m in _FRONT.finditer(text) if (span := _fronted(reading, m))]
    spans += [span for m in _CHAIN.finditer(text) if (span := _chain(text, m))]
    spans += [span for m in _LAST_WORD.finditer(text) if (span := _shortened(reading, m))]
    spans += [m.span() for m in _FOUNDED.finditer(text) if _is_hospital(m.group("name"))]
    return spans


def _fronted(reading: Reading, front: re.Match[str]) -> Span | None:
    token = reading.at(front.end())
    if token is None or len(token.surface) < 2 or _PERSON_AFTER.match(reading.text, token.end):
        return None
    kana = token.is_noun_like and re.fullmatch("[ぁ-ん]+|[ァ-ヶー]+", token.surface)
    if not (token.is_proper or (kana and front.group() == "ドラッグ")):
        return None
    branch = BRANCH.match(reading.text, token.end)
    return front.start(), branch.end() if branch else token.end


def _chain(text: str, found: re.Match[str]) -> Span | None:
    name = found.group().removesuffix("調剤")
    branch = BRANCH.match(text, found.end())
    return None if branch is None or name in PLAIN else (found.start(), branch.end())


def _shortened(reading: Reading, last: re.Match[str]) -> Span | None:
    """東雲労災, 汐見中央の外来: a proper word before the word that ends the long name."""
    after = HOUSE_AFTER.match(reading.text, last.end())
    if not after and (
        last.group("weak") not in (None, "総合") or not _ALONE.match(reading.text, last.end())
    ):
        return None
    token = reading.before(last.end())
    if token is not None and token.end - token.start > len(last.group()) and not token.is_proper:
        return None  # 拡大, 最大: a word of its own
    strict = last.group() != "労災"
    before = prefix(reading, last.start())
    start = proper_start(before, strict=strict)
    if start is None and last.group() in ("大", "総合", "中央"):
        start = _unknown_name(reading, before, last.start())
    return None if start is None else (start, last.end())


def _unknown_name(reading: Reading, before: list[Token], end: int) -> int | None:
    """北稜(大): two to four letters that the dictionary holds in no word, with a clear left edge."""
    run = _LETTERS_BEFORE.search(reading.text, max(0, end - 6), end)
    if run is None or any(token.surface in PLAIN for token in before):
        return None
    parts = [token for token in before if token.start >= run.start()]
    split = [token for token in parts if len(token.surface) == 1 or token.unknown]
    whole = len(parts) > 1 and len(split) == len(parts) and parts[0].start == run.start()
    alone = len(parts) == 1 and (parts[0].unknown or _is_called_house(reading, parts[0], end))
    return run.start() if whole or alone else None


def _is_called_house(reading: Reading, token: Token, end: int) -> bool:
    """青嶺(中央)の薬剤部: a plain noun of two letters that only a house's name can follow so."""
    noun = len(token.surface) == 2 and token.end == end and not is_plain(token)
    last = reading.text.find("の", end, end + 4)
    return noun and last > 0 and _INNER.match(reading.text, last + 1) is not None


def _is_hospital(name: str) -> bool:
    return name not in KIND_WORDS | PLAIN and _OTHER_FOUNDATION.search(name) is None


def _is_university(token: Token) -> bool:
    """阪大, 東都大: a proper word for a university without 学."""
    return token.is_proper and re.fullmatch("[一-龥]{1,3}大", token.surface) is not None


def _by_department(reading: Reading, found: re.Match[str]) -> Span | None:
    """こもれび小児科, 山田眼科: a proper word before a department, no hospital before it."""
    following = KIND.match(reading.text, found.end())
    end = following.end() if following else found.end()
    if (kana := kana_start(reading, found.start())) is not None:
        return kana, end
    token = reading.before(found.start())
    if token is None or token.surface in PLAIN or token.surface in KIND_WORDS:
        return None
    if token.surface in _STREETS:  # さくら通り眼科
        start = proper_start(prefix(reading, found.start()), strict=False)
        return None if start in (None, token.start) else (start, end)
    if not _names_a_house(reading.text, token, found.end()):
        return None
    text = reading.text
    before = text[max(0, token.start - 4) : token.start]
    if re.search(r"(?:病院|大学|大|センター)$", before):
        return None
    hill = _HILL.search(text, max(0, token.start - 8), token.start)
    return hill.start() if hill else token.start, end


def _names_a_house(text: str, token: Token, end: int) -> bool:
    """A person, a place, a word of mood; any other noun only where the house is called on."""
    kana = token.pos[0] == "名詞" and re.fullmatch("[ぁ-ん]{3,}|[ァ-ヶー]{3,}", token.surface)
    if token.is_person or token.pos[2] == "地名" or is_soft(token) or kana:
        return True
    noun = token.pos[0] == "名詞" and len(token.surface) > 1 and not is_plain(token)
    return noun and _CALLED_ON.match(text, end) is not None
