"""Themes: words that mean the same to an MR become one token, in Japanese, English and by sound.

`content/thesaurus.json` holds our own list (`concepts`), written from general knowledge of the
work, and what no case is about (`outside`); `content/vocabulary.json` adds keys and aliases.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from operator import add

from cases.text import fold, is_japanese
from cases.vocabulary import content, terms

# Lists whose aliases are things (a channel, a customer); those of stages or measures are moods.
LISTS = ("channels", "tools", "customers", "facilities", "access", "areas")
# A reading of two or three kana is part of too many other words; one written in katakana is rarer.
SHORTEST_READING = 4
SHORTEST_KATAKANA = 3
LONGEST_PHRASE = 4  # words of an English form
_LATIN = re.compile(r"[a-z0-9]+")
_SUFFIXES = ("ations", "ation", "ings", "ing", "ies", "ied", "ers", "er", "ed", "es", "ly", "s")
_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}  # ぁ–ゖ to ァ–ヶ


Place = tuple[int, int, str]
Forms = dict[str, list[tuple[str, set[str]]]]


@dataclass(frozen=True, slots=True)
class Thesaurus:
    """Where each written form leads: Japanese by substring, English by stems, kana by reading."""

    japanese: Forms
    english: dict[tuple[str, ...], set[str]]
    readings: Forms

    def places(self, folded: str) -> Iterator[Place]:
        """Where the themes of a folded text are written: start, end and theme."""
        yield from _inside(folded, self.japanese)
        found = list(_LATIN.finditer(folded))
        stems = [stem(word.group()) for word in found]
        for first in range(len(stems)):
            for last in range(first, min(first + LONGEST_PHRASE, len(stems))):
                for theme in self.english.get(tuple(stems[first : last + 1]), ()):
                    yield found[first].start(), found[last].end(), theme

    def written(self, folded: str) -> Iterator[str]:
        """The themes of a folded text, one for each place where a form occurs."""
        return (theme for _, _, theme in self.places(folded))

    def heard(self, reading: str) -> Iterator[str]:
        """The themes of a katakana reading: 「ちょうざいやっきょく」 is 調剤薬局."""
        return (theme for _, _, theme in _inside(reading, self.readings))


def katakana(text: str) -> str:
    """Hiragana as katakana: 「べてらん」 and 「ベテラン」 are one word."""
    return text.translate(_KATAKANA)


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """An English word without its ending, crude and the same for both sides of a comparison."""
    for suffix in _SUFFIXES:
        least = 4 if suffix in ("ly", "er", "ers", "ation", "ations") else 3
        if word.endswith(suffix) and len(word) - len(suffix) >= least:
            word = word[: -len(suffix)]
            break
    if len(word) > 3 and word[-1] == word[-2]:
        word = word[:-1]
    return word[:-1] if len(word) > 3 and word[-1] in "ey" else word


@cache
def concepts(reading: Callable[[str], str]) -> Thesaurus:
    """Our own concepts and the vocabulary's terms; `reading` gives the katakana of a form."""
    rows = content("thesaurus.json")["concepts"].items()
    own = [(key, [*row["ja"], *row["en"]]) for key, row in rows]
    known = {fold(form) for _, forms in own for form in forms}
    return _build([*own, *_vocabulary(known)], reading)


@cache
def outside(reading: Callable[[str], str]) -> Thesaurus:
    """Topics that people ask a bot about and that no case of an MR tells."""
    rows = content("thesaurus.json")["outside"].items()
    return _build([(key, [*row["ja"], *row["en"]]) for key, row in rows], reading)


def _vocabulary(known: set[str]) -> Iterator[tuple[str, list[str]]]:
    """The vocabulary's terms with the forms that no concept has: one form, one theme."""
    for name in LISTS:
        for key, term in terms(name).items():
            forms = [term.en, *(re.split(r"[(（]", form)[0] for form in term.aliases)]
            yield f"{name}:{key}", [form for form in forms if fold(form) not in known]


def _build(rows: Iterable[tuple[str, list[str]]], reading: Callable[[str], str]) -> Thesaurus:
    found = Thesaurus({}, {}, {})
    for key, forms in rows:
        for form in map(fold, forms):
            if is_japanese(form):
                _add(found.japanese, form, key)
                sound = reading(form)
                if len(sound) >= (SHORTEST_KATAKANA if sound == form else SHORTEST_READING):
                    _add(found.readings, sound, key)
            else:
                stems = tuple(stem(word) for word in _LATIN.findall(form))
                found.english.setdefault(stems, set()).add(key)
    return found


def _inside(text: str, forms: Forms) -> Iterator[Place]:
    for start, pair in enumerate(map(add, text, f"{text[1:]} ")):
        if pair not in forms and pair[0] not in forms:
            continue
        for form, themes in (*forms.get(pair, ()), *forms.get(pair[0], ())):
            if text.startswith(form, start):
                for theme in themes:
                    yield start, start + len(form), theme


def _add(forms: Forms, form: str, theme: str) -> None:
    """Forms are kept by their first two characters: most places of a text begin none."""
    own = forms.setdefault(form[:2], [])
    for known, themes in own:
        if known == form:
            themes.add(theme)
            return
    own.append((form, {theme}))
