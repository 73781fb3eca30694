"""Sudachi's reading of a folded text: tokens with places and what the dictionary says of a word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from cases import sudachi
from cases.guard.offsets import Folded, fold

# Sudachi refuses more than 49,149 bytes at once; a line of text is far shorter than this.
_CHUNK = 4000
_SENTENCE_END = re.compile(
    r"[。!?\n]+[」』)]?|(?<=[A-Za-z0-9)\"][a-z0-9)\"%])(?<!Mrs)(?<!Dr)(?<!Mr)(?<!Ms)(?<!no)\.(?=\s)"
)


@dataclass(frozen=True, slots=True)
class Token:
    """One morpheme: its place in the folded text and its part of speech (four levels).

    `base`: the dictionary's one spelling of the word (良かった, よかった: 良い).
    """

    surface: str
    start: int
    end: int
    pos: tuple[str, ...]
    unknown: bool
    base: str = ""

    @property
    def is_person(self) -> bool:
        """Sudachi read it as a person's name here."""
        return self.pos[2] == "人名"

    @property
    def is_proper(self) -> bool:
        """Sudachi read it as any proper noun here."""
        return self.pos[1] == "固有名詞"

    @property
    def is_noun_like(self) -> bool:
        """Nouns, prefixes and suffixes: what a name of a place or an office is made of."""
        return self.pos[0] in ("名詞", "接頭辞", "接尾辞", "形状詞")


@dataclass(frozen=True, slots=True)
class Reading:
    """A folded text with its tokens; `ending[i]` is the token that ends at i, if one does."""

    folded: Folded
    tokens: tuple[Token, ...]
    ending: dict[int, int]

    @property
    def text(self) -> str:
        """The folded text."""
        return self.folded.text

    def before(self, place: int) -> Token | None:
        """The token that ends exactly at `place`."""
        number = self.ending.get(place)
        return None if number is None else self.tokens[number]

    def at(self, place: int) -> Token | None:
        """The token that begins exactly at `place`, if it has at most eight letters."""
        for end in range(place + 1, min(place + 9, len(self.text) + 1)):
            token = self.before(end)
            if token is not None:
                return token if token.start == place else None
        return None

    def covering(self, place: int) -> Token | None:
        """The token that holds `place` inside it, not at its edge."""
        for end in range(place + 1, min(place + 24, len(self.text) + 1)):
            token = self.before(end)
            if token is not None:
                return token if token.start < place else None
        return None

    def sentences(self) -> list[tuple[int, int]]:
        """Places (start, end) of the sentences of the folded text, without surrounding space."""
        spans, start = [], 0
        for mark in _SENTENCE_END.finditer(self.text):
            spans.append((start, mark.end()))
            start = mark.end()
        spans.append((start, len(self.text)))
        return [trimmed for span in spans if (trimmed := _trim(self.text, *span))]


def read(given: str) -> Reading:
    """Fold and tokenize a text of any length and content."""
    folded = fold(given)
    tokens: list[Token] = []
    for start in range(0, len(folded.text), _CHUNK):
        tokens.extend(_tokens(folded.text[start : start + _CHUNK], start))
    return Reading(folded, tuple(tokens), {t.end: i for i, t in enumerate(tokens)})


@lru_cache(maxsize=20_000)
def may_be_person(surface: str) -> bool:
    """True when the dictionary holds the word as a person's name, whatever it is read as here."""
    if not surface or len(surface) > 8:
        return False
    return any(pos[2] == "人名" for pos in sudachi.parts_of_speech(surface))


def _tokens(text: str, offset: int) -> list[Token]:
    return [
        Token(
            m.surface(),
            offset + m.begin(),
            offset + m.end(),
            tuple(m.part_of_speech()[:4]),
            m.is_oov(),
            m.normalized_form(),
        )
        for m in sudachi.tokenize(text, "C")
    ]


def _trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None
