"""The words of a text in three forms: as written (LEX), as heard (kana), and as meant (themes).

LEX mixes Sudachi A and C normalised content words with character 1- and 2-grams: one BM25 field of
the four scored 0.397 where words alone scored 0.355 (design/search.md §4.2).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from cases import sudachi, thesaurus
from cases.sudachi import Morphemes
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
    short, long = sudachi.tokenize(folded, "A"), sudachi.tokenize(folded, "C")
    reading = _katakana(long)
    return Words(
        words=_content(short) + _content(long) + _characters(folded),
        sounds=_sounds(reading) if is_japanese(folded) else Counter(),
        themes=Counter(thesaurus.concepts(_reading_of).written(folded)),
        outside=frozenset(thesaurus.outside(_reading_of).written(folded)),
        reading=reading,
    )


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
    return tuple(
        (word.begin(), word.end(), fold(word.normalized_form()))
        for word in sudachi.tokenize(readable, "A")
        if word.part_of_speech()[0] in _CONTENT
    )


def _content(found: Morphemes) -> Counter[str]:
    return Counter(
        f"{WORD}{fold(word.normalized_form())}"
        for word in found
        if word.part_of_speech()[0] in _CONTENT
    )


def _characters(folded: str) -> Counter[str]:
    runs = _RUN.findall(folded)
    ones = Counter(f"1:{char}" for run in runs for char in run)
    twos = Counter(f"2:{run[at : at + 2]}" for run in runs for at in range(len(run) - 1))
    return ones + twos


def _katakana(found: Morphemes) -> str:
    """The reading of a text in katakana; words without one (Latin, signs) stay as they are."""
    return "".join(
        katakana(
            word.surface() if word.surface().isascii() else word.reading_form() or word.surface()
        )
        for word in found
    )


def _sounds(reading: str) -> Counter[str]:
    return Counter(
        run[at : at + SOUND]
        for run in _KANA_RUN.findall(reading)
        for at in range(len(run) - SOUND + 1)
    )


def _reading_of(form: str) -> str:
    return _katakana(sudachi.tokenize(form, "C"))
