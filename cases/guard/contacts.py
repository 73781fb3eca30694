"""Contact data: phone and fax numbers, e-mail, postal addresses, account names of chat services."""

from __future__ import annotations

import re

from cases.guard.findings import Finding, finding
from cases.guard.morphemes import Reading

# Candidates are runs of digits and separators; whether one is a phone number is decided by its
# digits, so that no pattern has to backtrack over them.
_DIGITS = re.compile(
    r"(?<![A-Za-z0-9./:¥])(?:\+|\()?\d[\d\-‐‑‒–—―−ー() ]{5,22}\d(?![A-Za-z0-9円例件人%])"
)
_AT = r"(?:@|[ ]?[\[({<](?:at|AT|アット)[\])}>][ ]?|[ ]?(?:アットマーク|アット|★|●|■)[ ]?)"
_DOT = r"(?:\.|[ ]?[\[({](?:dot|DOT|ドット)[\])}][ ]?|ドット)"
_EMAIL = re.compile(
    rf"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{{1,64}}{_AT}[A-Za-z0-9-]{{1,63}}(?:{_DOT}[A-Za-z0-9-]{{1,63}}){{1,5}}"
)
_EMAIL_SAID = re.compile(
    r"(?i)(?<![a-z0-9._%+-])[a-z0-9._%+-]{1,64} at [a-z0-9-]{1,63}(?: dot [a-z0-9-]{1,63}){1,3}"
)
_DOTTED = re.compile(r"(?<![\d.])0\d{1,3}\.\d{2,4}\.\d{4}(?![\d.])")
_CALLED = re.compile(
    r"(?i)(?:phone|cell|mobile|call|text|tel)[^.\n]{0,24}?(?P<id>\(?\d{3}\)?[ -]\d{3}[ -]\d{4})(?!\d)"
)
_MEETING = re.compile(
    r"(?:ミーティング|会議|Zoom) ?ID ?[:は]? ?(?P<id>\d{3}[ -]?\d{3,4}[ -]?\d{4})(?!\d)"
)
_AT_NAME = re.compile(
    r"(?:インスタ|Instagram|(?<![A-Za-z])X|Twitter|ツイッター|Threads|TikTok|Facebook|アカウント)[^\n@]{0,12}"
    r"(?P<id>@[A-Za-z][A-Za-z0-9._]{3,30})"
)
# A telephone number said in words: ゼロハチゼロ、0000の4471; 〇九〇の一二三四….
_SAID = re.compile(
    r"(?<![\d一二三四五六七八九])(?:0|〇|零|ゼロ|レイ|マル|まる)"
    r"(?:[-‐ー、,の ・]{0,2}+(?:[\d〇零一二三四五六七八九]|ゼロ|ぜろ|レイ|マル|まる|イチ|いち|ニイ|ニ|サン|さん|ヨン|よん"
    r"|ゴー|ゴ|ロク|ろく|ナナ|なな|ハチ|はち|キュウ|キュー|きゅう)){9,10}(?![\d一二三四五六七八九年月日円%])"
)
_PLAIN_DIGITS = re.compile(r"[\d\-‐ー ]+")
# A page that leads to one person or to their mailbox; a product's page leads to nobody.
_PAGE = re.compile(
    r"https?://[A-Za-z0-9./_~@%?=&-]{0,80}?(?:(?<=[/.@_=-])(?:dr|doctor|prof|contact|inquiry|mailto|profile|in|ti|~|@)"
    r"(?=[/._=~@-])|(?:facebook|instagram|twitter|linkedin|line|lin|x|wa)\.(?:com|me|ee)/)[A-Za-z0-9./_~@%?=&-]{0,80}"
)
# An address of a page after a word for a person or a house: 先生のブログ(www.example.jp/kaede).
_SITE = re.compile(
    r"(?:(?:先生|院長|医師|教授|個人|医院|クリニック|病院|薬局|医局|教室)[^。\n]{0,16}|ブログ[^。\n]{0,6})"
    r"(?<![A-Za-z0-9./])(?P<id>(?:https?://|www\.)[A-Za-z0-9./_~@%?=&#-]{4,120}"
    r"|[A-Za-z0-9-]{2,40}(?:\.[A-Za-z0-9-]{2,30}){0,2}\.(?:jp|com|net|org|info|me|clinic)(?![A-Za-z])(?:/[A-Za-z0-9./_~@%?=&#-]{0,80})?)"
)
_NOT_THEIR_SITE = re.compile(r"製品|自社|当社|弊社|会社|公式|学会|厚労|厚生労働|PMDA|資材|メーカー")
_POSTCODE = re.compile(r"〒\s?\d{3}[-‐−ー]?\d{4}")
_CUE = re.compile(r"(?:電話|携帯|TEL|Tel|tel|FAX|Fax|ファックス|番号|直通|内線|phone|mobile|call)")
_REST_OF_ADDRESS = re.compile(r"[^\n。、,「」()]{0,60}")
# Towns are looked for before block numbers only: over a whole text that pattern takes seconds.
_BLOCKS = re.compile(
    r"(?:[\d一二三四五六七八九十]{1,4}(?:丁目|番地?|号|-)){2,4}(?:\d{1,4})?号?|\d{1,5}番地(?:の?\d{1,4})?"
)
_TOWNS = re.compile(
    r"(?:[一-龥ぁ-んァ-ヶー々]{1,10}[都道府県市区町村郡]){1,3}[一-龥ぁ-んァ-ヶー々]{0,8}\Z"
)
_LED_IN = re.compile(r".*(?:なら|(?<![ぁ-ん])[はを])(?=[一-龥])")  # 宛先は青葉市…
_TOWNS_LONG = 41  # characters that _TOWNS takes at most
_ACCOUNT = re.compile(
    r"(?:LINE|ライン|Line|Zoom|Teams|チャット|WeChat|スカイプ)\s?の?(?:ID|アカウント)\s?[:はが]?\s?"
    r"(?P<id>[A-Za-z0-9][A-Za-z0-9._-]{3,40})"
)
# An account name after the name of a service alone has to look like one: a digit or an underscore.
_HANDLE = re.compile(
    r"(?:LINE|ライン|Line|WeChat|スカイプ|Instagram|インスタ|Facebook|Twitter|(?<![A-Za-z])X)\s?(?:の)?(?:名)?\s?[:はがで]\s?"
    r"(?P<id>@?(?=[A-Za-z._-]{0,30}[0-9_])[A-Za-z][A-Za-z0-9._-]{3,40})"
)
# The service named some words before its ID: LINEのほうが早い。IDは tsubaki_88.
_ID = re.compile(
    r"(?:LINE|ライン|Line|Zoom|WeChat|スカイプ|インスタ|Instagram|Facebook|Messenger|メッセンジャー|カカオ|Kakao|Signal|Telegram|チャット)"
    r"[^\n]{0,40}?(?<!資料の)(?<!資材の)(?<!会議の)(?<!会議)(?<!資材)(?:ID|アイディー|アカウント名?|ユーザー名)\s?[:はが]?\s?[「\"]?(?P<id>@?[A-Za-z][A-Za-z0-9._-]{3,40})"
)
_EXTENSION = re.compile(r"(?:内線|PHS)\s?(?:番号)?\s?[:は]?\s?(?P<id>\d{3,6})(?!\d)")
_NAMED = (_ACCOUNT, _HANDLE, _ID, _CALLED, _MEETING, _AT_NAME)
_EXTENSION_AFTER = re.compile(
    r"[ ]?\(?[ ]?(?:内線|PHS|ext\.?)[ ]?(?:番号)?[ ]?[:は]?[ ]?\d{2,6}(?!\d)\)?"
)
_TAIL = re.compile(r"(?:まで|です|へ|に|宛|を|が|は|と).*$")


def contacts(reading: Reading) -> list[Finding]:
    """Findings of rule `contact`, in places of the folded text."""
    text = reading.text
    spans = [m.span() for m in _EMAIL.finditer(text)]
    spans += [
        _with_extension(text, m) for m in _DIGITS.finditer(text) if _is_phone(text, *m.span())
    ]
    spans += [_address(text, m) for m in _POSTCODE.finditer(text)]
    spans += _streets(text)
    spans += [m.span() for m in _SAID.finditer(text) if not _PLAIN_DIGITS.fullmatch(m.group())]
    spans += [m.span() for each in (_EMAIL_SAID, _DOTTED) for m in each.finditer(text)]
    spans += [m.span() for m in _PAGE.finditer(text)]
    spans += [m.span("id") for m in _SITE.finditer(text) if not _NOT_THEIR_SITE.search(m.group())]
    spans += [m.span("id") for each in _NAMED for m in each.finditer(text)]
    spans += [m.span("id") for m in _EXTENSION.finditer(text)]
    return [finding("contact", start, end) for start, end in _outer(spans)]


def _with_extension(text: str, number: re.Match[str]) -> tuple[int, int]:
    more = _EXTENSION_AFTER.match(text, number.end())
    return number.start(), more.end() if more else number.end()


def _is_phone(text: str, start: int, end: int) -> bool:
    """10 or 11 digits from 0 (Japan) or 9–15 from + (E.164); a bare run of digits needs a cue."""
    piece = text[start:end]
    digits = sum(ch.isdigit() for ch in piece)
    if piece.startswith("+"):
        return 9 <= digits <= 15
    if not piece.lstrip("(").startswith("0") or not 10 <= digits <= 11:
        return False
    grouped = not piece.isdigit()
    return grouped or piece[:3] in ("070", "080", "090") or _near_cue(text, start)


def _near_cue(text: str, start: int) -> bool:
    return _CUE.search(text[max(0, start - 12) : start]) is not None


def _address(text: str, postcode: re.Match[str]) -> tuple[int, int]:
    rest = _REST_OF_ADDRESS.match(text, postcode.end())
    tail = _TAIL.sub("", rest.group()) if rest else ""
    return postcode.start(), postcode.end() + len(tail.rstrip())


def _streets(text: str) -> list[tuple[int, int]]:
    """Block numbers with the towns right before them: 「青葉区本町1-2-3」."""
    found, done = [], 0
    for blocks in _BLOCKS.finditer(text):
        towns = _TOWNS.search(text, max(done, blocks.start() - _TOWNS_LONG), blocks.start())
        if towns:
            done = blocks.end()
            led = _LED_IN.match(towns.group())
            found.append((towns.start() + (led.end() if led else 0), done))
    return found


def _outer(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans without those that lie inside another one, in order."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda s: (s[0], -s[1])):
        if kept and start < kept[-1][1]:
            kept[-1] = (kept[-1][0], max(end, kept[-1][1]))
            continue
        kept.append((start, end))
    return kept
