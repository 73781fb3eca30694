"""Patterns of the rules, read from `content/guard_rules.json`: words are data, so that two people
can change and review them without touching code.

In a pattern ⟨name⟩ stands for the word list of that name. Patterns bound every repetition, so the
time they take grows with the length of the text alone.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from cases.vocabulary import content

_NAME = re.compile(r"⟨(\w+)⟩")


@cache
def rules() -> dict[str, Any]:
    """The whole file, parsed."""
    found: dict[str, Any] = content("guard_rules.json")
    return found


@cache
def pattern(text: str) -> re.Pattern[str]:
    """A pattern with its word lists put in."""
    return re.compile(_expand(text))


def words(name: str) -> re.Pattern[str]:
    """One word list as a pattern."""
    return pattern(f"⟨{name}⟩")


def either(alternatives: list[str]) -> re.Pattern[str]:
    """Any of the patterns."""
    return pattern("|".join(alternatives))


def word_set(name: str) -> frozenset[str]:
    """A list of whole words, such as those that stand before 先生 without being a name."""
    return frozenset(rules()["lists"][name])


def _expand(text: str) -> str:
    lists: dict[str, list[str]] = rules()["words"]
    while _NAME.search(text):
        text = _NAME.sub(lambda m: "(?:" + "|".join(lists[m.group(1)]) + ")", text)
    return text
