"""The words of a text in three forms: as written (LEX), as heard (kana), and as meant (themes).

LEX mixes Sudachi A and C normalised content words with character 1- and 2-grams: one BM25 field of
the four scored 0.397 where words alone scored 0.355 (design/search.md §4.2).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from cases import sudachi, thesaurus
from cases.sudachi import Morpheme, Morphemes
from cases.text import clean, fold, is_japanese
from cases.thesaurus import katakana

# Sudachi reads at most 49,149 bytes at once, and NFKC can make one character eighteen.
LONGEST = 8_000
WORD = "w:"  # the prefix of a word among the terms; 1: and 2: are characters
SOUND = 3  # katakana to a sound: two are in every word, four miss the short ones
_CONTENT = frozenset(
    ("名詞", "動詞", "形容詞", "副詞", "形状詞", "接頭辞", "接尾辞", "代名詞", "連体詞", "感動詞")
)
_RUN = re.compile(r"\w+")
_KANA_RUN = re.compile(r"[ァ-ヶー]+")


MOST_KNOWN = 50_000  # dictionary words that are remembered, about 20 MB
_known: dict[
    tuple[int, str], _Entry
] = {}  # one word is always the same entry: threads may share it


@dataclass(frozen=True, slots=True)
class _Entry:
    """A long word: the terms of itself and of its short words, and its reading in katakana."""

    terms: tuple[str, ...]
    reading: str


@dataclass(frozen=True, slots=True)
class Words:
    """What the word index knows of a text. `words` carries the prefixes w: (word), 1: and 2:."""

    words: Counter[str]
    sounds: Counter[str]
    themes: Counter[str]
    outside: frozenset[str]
    reading: str


@lru_cache(maxsize=512)  # an answer reads its hits again, some 4 ms each; about 10 MB at most
def read(text: str) -> Words:
    """The words, sounds and themes of any text; empty ones when it has none. Not to be changed."""
    folded = fold(clean(text))[:LONGEST]
    entries = _entries(sudachi.tokenize(folded, "C"))
    reading = "".join([entry.reading for entry in entries])
    return Words(
        words=Counter([*(term for entry in entries for term in entry.terms), *_characters(folded)]),
        sounds=_sounds(reading) if is_japanese(folded) else Counter(),
        themes=Counter(thesaurus.concepts(_reading_of).written(folded)),
        outside=frozenset(thesaurus.outside(_reading_of).written(folded)),
        reading=reading,
    )


def spoken(text: str) -> Counter[str]:
    """The content words of any text alone, without a prefix: what word vectors are found by."""
    entries = _entries(sudachi.tokenize(fold(clean(text))[:LONGEST], "C"))
    return Counter(term.removeprefix(WORD) for entry in entries for term in entry.terms)


def heard_themes(reading: str) -> set[str]:
    """The themes of a reading: finds what was typed in kana or with the wrong kanji."""
    return set(thesaurus.concepts(_reading_of).heard(reading))


@lru_cache(maxsize=4096)  # each search reads the sentences of its hits, mostly the same ones
def theme_places(text: str) -> tuple[tuple[int, int, str], ...]:
    """Start, end and theme of each form in `text` as it stands."""
    folded = fold(text)
    # Folding may change the length (ｶﾞ, ㈱); then only what is typed plainly is found.
    plain = folded if len(folded) == len(text) else text
    return tuple(thesaurus.concepts(_reading_of).places(plain))


@lru_cache(maxsize=4096)
def spans(text: str) -> tuple[tuple[int, int, str], ...]:
    """Start, end and normalised form of each content word in `text` as it stands."""
    readable = (
        text[:LONGEST].encode("utf-8", "replace").decode("utf-8")
    )  # same length, no surrogates
    found = sudachi.tokenize(readable, "A")
    return tuple(
        (word.begin(), word.end(), entry.terms[-1].removeprefix(WORD))
        for word, entry in zip(found, _entries(found), strict=True)
        if entry.terms
    )


def _entries(found: Morphemes) -> list[_Entry]:
    """What the dictionary says of each long word: looked up once, words come again and again."""
    if len(_known) > MOST_KNOWN:
        _known.clear()
    entries = []
    for word in found:
        key = word.word_id(), word.surface()
        if (entry := _known.get(key)) is None:
            entry = _entry(word)
            if word.part_of_speech()[1] != "数詞":  # figures are joined: 一 is イチ or ヒト
                _known[key] = entry
        entries.append(entry)
    return entries


def _entry(word: Morpheme) -> _Entry:
    short = sudachi.split(word)
    surface = word.surface()
    reading = katakana(surface if surface.isascii() else word.reading_form() or surface)
    return _Entry(tuple(_term(part) for part in (*short, word) if _says(part)), reading)


def _term(word: Morpheme) -> str:
    return f"{WORD}{fold(word.normalized_form())}"


def _says(word: Morpheme) -> bool:
    return word.part_of_speech()[0] in _CONTENT


def _characters(folded: str) -> list[str]:
    runs = _RUN.findall(folded)
    ones = [f"1:{char}" for run in runs for char in run]
    return ones + [f"2:{a}{b}" for run in runs for a, b in pairwise(run)]


def _sounds(reading: str) -> Counter[str]:
    return Counter(
        run[at : at + SOUND]
        for run in _KANA_RUN.findall(reading)
        for at in range(len(run) - SOUND + 1)
    )


def _reading_of(form: str) -> str:
    return "".join(entry.reading for entry in _entries(sudachi.tokenize(form, "C")))
