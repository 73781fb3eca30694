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
_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}"
)
_POSTCODE = re.compile(r"〒\s?\d{3}[-‐−ー]?\d{4}")
_CUE = re.compile(r"(?:電話|携帯|TEL|Tel|tel|FAX|Fax|ファックス|番号|直通|内線|phone|mobile|call)")
_REST_OF_ADDRESS = re.compile(r"[^\n。、,「」()]{0,60}")
_STREET = re.compile(
    r"(?:[一-龥ぁ-んァ-ヶー々]{1,10}[都道府県市区町村郡]){1,3}[一-龥ぁ-んァ-ヶー々]{0,8}"
    r"(?:[\d一二三四五六七八九十]{1,4}(?:丁目|番地?|号|-)){2,4}(?:\d{1,4})?号?"
)
_ACCOUNT = re.compile(
    r"(?:LINE|ライン|Line|Zoom|Teams|チャット|WeChat|スカイプ)\s?の?(?:ID|アカウント)\s?[:はが]?\s?"
    r"(?P<id>[A-Za-z0-9][A-Za-z0-9._-]{3,40})"
)
# An account name after the name of a service alone has to look like one: a digit or an underscore.
_HANDLE = re.compile(
    r"(?:LINE|ライン|Line|WeChat|スカイプ|Instagram|インスタ|Facebook|Twitter|(?<![A-Za-z])X)\s?(?:の)?(?:名)?\s?[:はがで]\s?"
    r"(?P<id>@?(?=[A-Za-z._-]{0,30}[0-9_])[A-Za-z][A-Za-z0-9._-]{3,40})"
)
_EXTENSION = re.compile(r"(?:内線|PHS)\s?(?:番号)?\s?[:は]?\s?(?P<id>\d{3,6})(?!\d)")
_TAIL = re.compile(r"(?:まで|です|へ|に|宛|を|が|は|と).*$")


def contacts(reading: Reading) -> list[Finding]:
    """Findings of rule `contact`, in places of the folded text."""
    text = reading.text
    spans = [m.span() for m in _EMAIL.finditer(text)]
    spans += [m.span() for m in _DIGITS.finditer(text) if _is_phone(text, *m.span())]
    spans += [_address(text, m) for m in _POSTCODE.finditer(text)]
    spans += [m.span() for m in _STREET.finditer(text)]
    spans += [m.span("id") for each in (_ACCOUNT, _HANDLE) for m in each.finditer(text)]
    spans += [m.span("id") for m in _EXTENSION.finditer(text)]
    return [finding("contact", start, end) for start, end in _outer(spans)]


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


def _outer(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans without those that lie inside another one, in order."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda s: (s[0], -s[1])):
        if kept and start < kept[-1][1]:
            kept[-1] = (kept[-1][0], max(end, kept[-1][1]))
            continue
        kept.append((start, end))
    return kept
