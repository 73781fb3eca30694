"""What a text names, by what MRs type for it: channels, 領域, 相手, 施設, 訪問の条件, tools.

The words are data: the aliases of vocabulary.json and, beyond them, content/tagging.json, which
also holds phrases that only look like a word and the rules for words that mean two things
(domain.md §2.4). Tags are proposals to be seen and changed; the barrier is never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from cases.text import clean, fold
from cases.vocabulary import content, terms

READ_AT_MOST = 10_000  # characters
NEAR = 20  # characters on either side of a word that means two things
LISTS = ("channels", "areas", "customers", "facilities", "access", "tools", "outcomes")


@dataclass(frozen=True, slots=True)
class Tags:
    """Keys of vocabulary.json per list, in the order of first mention. `unsure`: words as folded
    text that mean two things and whose sense the text does not show: ask."""

    channels: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()
    facilities: tuple[str, ...] = ()
    access: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()


def tag(text: str) -> Tags:
    """Every tag that the text names; empty for a text that names nothing. Never raises."""
    read = fold(clean(text)[:READ_AT_MOST])
    placed, unsure = _senses(read)
    for name in LISTS:
        placed += [(at, name, key) for at, key in _hits(name, read)]
    placed.sort(key=lambda hit: hit[0])
    found: dict[str, dict[str, None]] = {name: {} for name in LISTS}
    for _, name, key in placed:
        found[name].setdefault(key)
    return Tags(**{name: tuple(found[name]) for name in LISTS}, unsure=unsure)


def _hits(name: str, read: str) -> Iterator[tuple[int, str]]:
    """Place and key of each alias of a list; the longest alias at a place takes it."""
    pattern, keys = _pattern(name)
    for match in pattern.finditer(read):
        if key := keys[match.group()]:
            yield match.start(), key


def _senses(read: str) -> tuple[list[tuple[int, str, str]], tuple[str, ...]]:
    """Words that mean two things: their place, list and key, and the words nobody can decide."""
    placed: list[tuple[int, str, str]] = []
    unsure: dict[str, None] = {}
    pattern, rules = _ambiguous()
    for match in pattern.finditer(read):
        around = read[max(0, match.start() - NEAR) : match.end() + NEAR]
        fits = (r for r in rules[match.group()] if any(near in around for near in r["near"]))
        sense = next(fits, None)
        if sense is None:
            unsure.setdefault(match.group())
        elif sense["list"]:
            placed.append((match.start(), sense["list"], sense["key"]))
    return placed, tuple(unsure)


@cache
def _more() -> dict[str, Any]:
    more: dict[str, Any] = content("tagging.json")
    return more


@cache
def _ambiguous() -> tuple[re.Pattern[str], dict[str, list[dict[str, Any]]]]:
    rules: dict[str, list[dict[str, Any]]] = {}
    for rule in _more()["senses"]:
        rules.setdefault(rule["term"], []).append(rule)
    return _any_of(rules), rules


@cache
def _pattern(name: str) -> tuple[re.Pattern[str], dict[str, str]]:
    """One pattern for all aliases of a list, and the key of each; silent phrases have no key."""
    _, ambiguous = _ambiguous()
    keys = {fold(a): t.key for t in terms(name).values() for a in t.aliases}
    keys |= {fold(a): k for k, more in _more()["aliases"].get(name, {}).items() for a in more}
    keys |= {fold(phrase): "" for phrase in _more()["silent"].get(name, [])}
    keys = {alias: key for alias, key in keys.items() if alias not in ambiguous}
    return _any_of(keys), keys


def _any_of(words: Any) -> re.Pattern[str]:
    return re.compile("|".join(_bounded(w) for w in sorted(words, key=len, reverse=True)))


def _bounded(word: str) -> str:
    """Latin letters must not go on beyond the word: MS is not in MSL, nor RA in CRA."""
    before = "(?<![a-z0-9])" if word[0].isascii() and word[0].isalnum() else ""
    after = "(?![a-z0-9])" if word[-1].isascii() and word[-1].isalnum() else ""
    return before + re.escape(word) + after
