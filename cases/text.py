"""Japanese text as the product sees it: normalised, split, cut without harm, hashed."""

from __future__ import annotations

import hashlib
import re
import unicodedata

# Bidirectional controls can make a sentence read as another one (Trojan Source, CVE-2021-42574).
_BIDI = dict.fromkeys([0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_LINK = re.compile(r"(?<=[ただ])(?:ら|ところ|ので|けれども?|けど|が)?[、,\s]*$")
_LONG_TEXT = 200  # code points: labels and titles are cut where they have to be
_SENTENCE = re.compile(r"[^。!?！？\n]*[。!?！？]+[」』）)]*|[^。!?！？\n]+")


def clean(text: str) -> str:
    """What is kept of typed text: no control characters, lone surrogates or bidi marks; trimmed.

    Case, width and line breaks stay as typed: this is what people will read.
    """
    return _CONTROL.sub("", text.translate(_BIDI)).replace("\r\n", "\n").replace("\r", "\n").strip()


def fold(text: str) -> str:
    """The form in which texts are compared: NFKC and lower case. Offsets do not survive it."""
    return unicodedata.normalize("NFKC", text).lower()


def sentences(text: str) -> list[str]:
    """Sentences in order, without empty ones; line breaks end a sentence too."""
    return [found for part in _SENTENCE.findall(text) if (found := part.strip())]


def is_japanese(text: str) -> bool:
    """True when the text holds kana or kanji: the language rule of search and of replies."""
    return any(
        "\u3040" <= ch <= "\u30ff" or "\u4e00" <= ch <= "\u9fff" or "\uff66" <= ch <= "\uff9f"
        for ch in text
    )


def shorten(text: str, limit: int) -> str:
    """At most `limit` code points, with … at the cut, never inside a visible character."""
    if len(text) <= limit:
        return text
    end = limit - 1
    while end > 0 and divides(text, end):
        end -= 1
    return text[:end].rstrip() + "…"


def at_a_pause(cut: str) -> str:
    """`cut` ends in …; a fifth of it may be given up to end with a sentence, or with a phrase."""
    if len(cut) < _LONG_TEXT:
        return cut
    for pauses in ("。！？!?\n", "、, 　"):
        end = max(cut.rfind(pause) for pause in pauses) + 1
        if end > len(cut) * 4 // 5 and not divides(cut, end):
            return cut[:end].rstrip() + "…"
    return cut


def divides(text: str, at: int) -> bool:
    """True when a cut at `at` would fall inside one visible character.

    The parts of Unicode's rule (UAX 29) that people type: accents, emoji in all their forms,
    flags, 異体字セレクター, half-width ﾞ and ﾟ, Hangul syllables in parts.
    """
    if not 0 < at < len(text):
        return False
    before, after = text[at - 1], text[at]
    if _is_flag(before) and _is_flag(after):
        letters = next((n for n in range(at) if not _is_flag(text[at - 1 - n])), at)
        return letters % 2 == 1
    return (
        unicodedata.category(after) in ("Mn", "Mc", "Me")
        or after in "\u200c\u200d\uff9e\uff9f"
        or before == "\u200d"
        or (before, after) == ("\r", "\n")
        or 0x1F3FB <= ord(after) <= 0x1F3FF
        or 0xE0020 <= ord(after) <= 0xE007F
        or 0x1160 <= ord(after) <= 0x11FF
    )


def _is_flag(ch: str) -> bool:
    return 0x1F1E6 <= ord(ch) <= 0x1F1FF


def content_hash(text: str) -> str:
    """SHA-256 of the text in hex: the key of a stored vector and of a declaration."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def whole_number(text: str) -> int | None:
    """A number of at most twelve ASCII digits; None for anything else that was sent as one.

    `str.isdigit` is true for ², and Python refuses to read a number of thousands of digits.
    """
    return int(text) if len(text) <= 12 and text.isascii() and text.isdigit() else None


def finished(text: str) -> str:
    """A clause as a sentence of its own where leaving out its last syllables makes one:
    「メールしたら、」 → 「メールした」."""
    return _LINK.sub("", text)
