"""Names of hospitals, clinics, pharmacies, universities: a proper word before a kind of place."""

from __future__ import annotations

import re

from cases.guard.findings import Finding, finding
from cases.guard.lexicon import word_set
from cases.guard.morphemes import Reading, Token, may_be_person

_KIND = re.compile(
    r"病院|医療センター|がんセンター|循環器センター|健診センター|周産期センター|クリニック|ホスピタル"
    r"|医院|診療所|療養所|薬局(?!長)|ファーマシー|薬店|大学|医科大学?|医大|CL(?![A-Za-z])|HP(?![A-Za-z])"
)
_DEPARTMENT = re.compile(
    r"(?:(?:消化器|循環器|呼吸器|神経|心療|腎臓|糖尿病|泌尿器|肛門|胃腸|整形|形成|脳神経|心臓血管|乳腺|産婦人|婦人|産|小児|歯|眼"
    r"|皮膚|皮フ|皮ふ|耳鼻|耳鼻咽喉|耳鼻いんこう|精神|放射線|アレルギー|リウマチ|リハビリテーション|内|外)(?:内|外)?科"
    r"|ペインクリニック){1,3}(?!医|の?先生|学会|領域|専門|部会|医会|部長|系)"
)
# A pharmacy whose name follows its kind: ドラッグあじさい, くすりのアオバ.
_FRONT = re.compile(
    r"(?:ドラッグ(?!ストア|ラグ|ロス|デリバリー|リポジショニング|フリー|インフォ|チェーン|イーグル)|くすりの|クスリの)"
)
# Kana that the dictionary cuts in a way no sentence goes on: はるかぜ(薬局) is はるか and ぜ.
_KANA = re.compile(
    r"(?:^|(?<=[\s、。「『(・!?]))(?![このそあど][のちんれこ]|いつ|うち|ある|かか)[ぁ-ん]{3,8}$"
)
_PERSON_AFTER = re.compile(r"[ ]?(?:先生|さん|様|氏)")
_HOUSE_AFTER = re.compile(r"の?(?:医局|先生|DI|薬剤部|ドクター|外来|病棟|薬審)")
# What follows makes it an office or a society of our side (病院第二営業所, 病院薬剤師会).
_OURS = re.compile(
    r"(?:第[一二三四五六七八九\d]|営業|支店|担当|薬剤師会|薬局学会|医師会|協会|団体|チーム)"
)
_NICKNAME = re.compile(
    r"(?<![一-龥])(?:[一-龥]{1,3})?(?:日赤|済生会|徳洲会|厚生連|国がん|がん研有明|国循|県中|聖路加|虎の門|順天堂"
    r"|慶應|慶応)(?!義塾)(?![一-龥]{0,4}(?:病院|医療センター|クリニック|大学))"
)
_BRANCH = re.compile(r"[ ]?[一-龥ぁ-んァ-ヶー々]{1,6}店(?!舗|員|長)")
_TAIL_OF_UNIVERSITY = re.compile(
    r"(?:大学|医科大学?|医大)(?P<more>(?:医学部|歯学部|薬学部)?(?:附属|付属)?[一-龥ぁ-んァ-ヶ]{0,6}?"
    r"(?:病院|医療センター|クリニック))"
)
_CORPORATION = re.compile(
    r"(?:(?:(?:地方)?独立行政法人|国立大学法人|(?:一般|公益)?(?:社団|財団)法人|(?:特定|社会)?医療法人(?:社団|財団)?"
    r"|社会福祉法人|学校法人)[ ]?)?[一-龥ぁ-んァ-ヶー々]{1,14}(?:会|機構|連|組合|団|学園|法人)[ ]$"
)
# 中央病院 and 県立こども病院 are one house each, 市立病院 and 市民病院クラス are kinds.
_CENTRAL = re.compile(r"(?<![一-龥])中央病院(?!クラス|規模|など|のよう|的)")
_ONE_EACH = ("がんセンター", "循環器センター", "周産期センター")
_FOUNDER = re.compile(r"[都道府県市区町村国](?:立|民)$")
_ENGLISH = re.compile(
    r"(?<![A-Za-z])(?:St\.[ ])?(?:[A-Z][A-Za-z'’-]*[ ]){1,4}(?:of[ ][A-Z][a-z]+[ ])?"
    r"(?:Hospital|Clinic|Infirmary|Pharmacy|Surgery|Medical Cent(?:er|re)|Health Cent(?:er|re)"
    r"|Cancer Cent(?:er|re)|Medical Practice|University)(?![A-Za-z])"
)
_ENGLISH_PLAIN = word_set("english_plain")
# Kept inside a name that has a proper part (市立みどり中央病院), no name by themselves.
_KIND_WORDS = word_set("facility_kind_words")
_PLAIN = word_set("facility_plain")
_SAINTLY = ("聖", "新", "北", "南", "東", "西")  # plain words that begin many names
_SECOND_HALF = word_set("facility_second_half")
_SPECIAL = word_set("facility_special")
_FOR_WHOM = word_set("facility_for_whom")
_SOFT = re.compile(r"[ぁ-ん]{3,}|[ァ-ヶー]{3,}")
_ADVERBS = word_set("facility_adverbs")


def facilities(reading: Reading) -> list[Finding]:
    """Findings of rule `facility_name`, in places of the folded text, without the department."""
    text = reading.text
    spans = [span for m in _KIND.finditer(text) if (span := _named(reading, m))]
    spans += [span for m in _DEPARTMENT.finditer(text) if (span := _by_department(reading, m))]
    spans += [m.span() for each in (_NICKNAME, _CENTRAL) for m in each.finditer(text)]
    spans += [(t.start, t.end) for t in reading.tokens if _is_university(t)]
    spans += [span for m in _FRONT.finditer(text) if (span := _fronted(reading, m))]
    spans += [span for m in _ENGLISH.finditer(text) if (span := _english(m))]
    return [finding("facility_name", start, end) for start, end in _merged(spans)]


def _named(reading: Reading, kind: re.Match[str]) -> tuple[int, int] | None:
    if _OURS.match(reading.text, kind.end()):
        return None
    if reading.text.startswith("市中", kind.start() - 2):  # a kind of hospital, not a place
        return None
    tokens = _prefix(reading, kind.start())
    short = kind.group() in ("HP", "CL")  # HP is a home page too
    strict = short and not _HOUSE_AFTER.match(reading.text, kind.end())
    if (kana := _kana_start(reading, kind.start())) is not None:
        return _with_corporation(reading.text, kana), _end(reading.text, kind)
    start = _proper_start(tokens, strict=strict)
    if start is None:
        start = _founded(tokens, kind.group())
    if start is None:
        return None
    if not tokens[-1].end <= kind.start() and not tokens[-1].is_proper and len(tokens) == 1:
        return None  # 大学病院, 調剤薬局: one common word
    return _with_corporation(reading.text, start), _end(reading.text, kind)


def _end(text: str, kind: re.Match[str]) -> int:
    end = kind.end()
    if more := _TAIL_OF_UNIVERSITY.match(text, kind.start()):
        end = more.end()
    if kind.group() in ("薬局", "ファーマシー") and (branch := _BRANCH.match(text, end)):
        end = branch.end()
    return end


def _prefix(reading: Reading, place: int) -> list[Token]:
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
        if before is None or before.surface in _FOR_WHOM:
            return before is not None and _KIND.match(reading.text, token.end) is not None
        return before.is_noun_like and not _is_plain(before) and after in _SECOND_HALF
    if token.pos[1] == "数詞":  # みなと第一クリニック, but 3病院
        return token.start > 0 and reading.text[token.start - 1] == "第"
    return (token.is_noun_like and token.pos[3] != "助動詞語幹") or _is_soft(token)


def _is_soft(token: Token) -> bool:
    """きらら, にこにこ, さわやか: a word of mood that names a house when a kind of place follows."""
    mood = token.pos[0] in ("副詞", "形状詞")
    return mood and token.surface not in _ADVERBS and _SOFT.fullmatch(token.surface) is not None


def _proper_start(tokens: list[Token], *, strict: bool) -> int | None:
    """Where the name begins, or None when no part of the prefix is proper."""
    while tokens and _is_plain(tokens[0]) and tokens[0].surface not in _SAINTLY:
        tokens = tokens[1:]
    proper = [t for t in tokens if t.surface not in _KIND_WORDS and not _is_plain(t)]
    if not proper:
        return None
    if strict and not any(t.is_proper or may_be_person(t.surface) for t in proper):
        return None
    return tokens[0].start


def _founded(tokens: list[Token], kind: str) -> int | None:
    """県立こども病院, 中央市民病院, 県立がんセンター: founder and purpose together are one house."""
    founders = [t for t in tokens if _FOUNDER.search(t.surface)]
    special = kind in _ONE_EACH or any(t.surface in _SPECIAL for t in tokens)
    return tokens[0].start if founders and special else None


def _kana_start(reading: Reading, place: int) -> int | None:
    run = _KANA.search(reading.text, max(0, place - 9), place)
    last = reading.before(place)
    if run is None or last is None or last.start <= run.start():
        return None
    noun = last.pos[0] == "名詞" and len(last.surface) > 1
    odd = noun or last.pos[1] == "終助詞" or (last.pos[0] == "副詞" and len(last.surface) == 1)
    plain = last.surface in _PLAIN or run.group() in _ADVERBS
    return run.start() if odd and not plain else None


def _fronted(reading: Reading, front: re.Match[str]) -> tuple[int, int] | None:
    token = reading.at(front.end())
    if token is None or len(token.surface) < 2 or _PERSON_AFTER.match(reading.text, token.end):
        return None
    kana = token.is_noun_like and re.fullmatch("[ぁ-ん]+|[ァ-ヶー]+", token.surface)
    if not (token.is_proper or (kana and front.group() == "ドラッグ")):
        return None
    branch = _BRANCH.match(reading.text, token.end)
    return front.start(), branch.end() if branch else token.end


def _is_university(token: Token) -> bool:
    """阪大, 東都大: a proper word for a university without 学."""
    return token.is_proper and re.fullmatch("[一-龥]{1,3}大", token.surface) is not None


def _is_plain(token: Token) -> bool:
    """Generic words: verbal nouns, times, numbers, single Latin letters (A病院), circles."""
    if token.surface in _PLAIN or token.pos[1] == "数詞":
        return True
    if token.surface in _FOR_WHOM or _is_soft(token):
        return False
    if token.pos[2] in ("サ変可能", "副詞可能") and not may_be_person(token.surface):
        return True
    if token.pos[0] in ("接頭辞", "接尾辞", "形状詞") and not token.is_proper:
        return True
    return re.fullmatch(r"[A-Za-z]{1,2}|[〇○◯●×XY]+", token.surface) is not None


def _by_department(reading: Reading, found: re.Match[str]) -> tuple[int, int] | None:
    """こもれび小児科, 山田眼科: a proper word before a department, no hospital before it."""
    if (kana := _kana_start(reading, found.start())) is not None:
        following = _KIND.match(reading.text, found.end())
        return kana, following.end() if following else found.end()
    token = reading.before(found.start())
    if token is None or token.surface in _PLAIN or token.surface in _KIND_WORDS:
        return None
    soft = _is_soft(token) or (_SOFT.fullmatch(token.surface) and token.pos[0] == "名詞")
    if not (token.is_person or token.pos[2] == "地名" or soft):
        return None
    before = reading.text[max(0, token.start - 4) : token.start]
    if re.search(r"(?:病院|大学|大|センター)$", before):
        return None
    following = _KIND.match(reading.text, found.end())
    return token.start, following.end() if following else found.end()


def _with_corporation(text: str, start: int) -> int:
    before = _CORPORATION.search(text[max(0, start - 20) : start])
    return start - len(before.group()) if before else start


def _english(found: re.Match[str]) -> tuple[int, int] | None:
    words = found.group().split(" ")
    skipped = 0
    while words and words[0] in _ENGLISH_PLAIN - {"Royal", "National"}:
        skipped += len(words.pop(0)) + 1
    if not any(word not in _ENGLISH_PLAIN for word in words[:-1]):
        return None
    return found.start() + skipped, found.end()


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if kept and start < kept[-1][1]:
            kept[-1] = (kept[-1][0], max(end, kept[-1][1]))
            continue
        kept.append((start, end))
    return kept
