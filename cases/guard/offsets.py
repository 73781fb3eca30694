"""The text the rules read: NFKC, invisible marks dropped, every place mapped to the input."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

_HALF_WIDTH_MARKS = "\uff9e\uff9f"  # ﾞ ﾟ join the letter before them under NFKC


@dataclass(frozen=True, slots=True)
class Folded:
    """NFKC text; character i of `text` comes from `given[starts[i]:ends[i]]` (code points)."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def given(self, start: int, end: int) -> tuple[int, int]:
        """A span of `text` as a span of the text as given; end exclusive in both."""
        return self.starts[start], self.ends[end - 1]


def fold(given: str) -> Folded:
    """Fold letter by letter, so that each letter keeps the place it came from.

    Zero-width and bidi marks vanish (a name cut by one is still a name); lone surrogates
    become U+FFFD, because neither the tokenizer nor a database takes them.
    """
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    while at < len(given):
        end = _letter_end(given, at)
        piece = _fold_letter(given[at:end])
        parts.append(piece)
        starts.extend([at] * len(piece))
        ends.extend([end] * len(piece))
        at = end
    return Folded("".join(parts), tuple(starts), tuple(ends))


def _letter_end(given: str, at: int) -> int:
    end = at + 1
    while end < len(given) and (
        given[end] in _HALF_WIDTH_MARKS or unicodedata.combining(given[end])
    ):
        end += 1
    return end


def _fold_letter(letter: str) -> str:
    if letter.isascii():
        return letter
    kept = "".join(ch for ch in letter if unicodedata.category(ch) != "Cf")
    if "\ud800" <= kept[:1] <= "\udfff":
        return "\ufffd"
    return unicodedata.normalize("NFKC", kept)
