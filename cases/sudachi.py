"""Sudachi's dictionary, opened once for guard and search. The only door to sudachipy."""

from __future__ import annotations

from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:  # the first page needs no dictionary
    from sudachipy import Dictionary, MorphemeList, Tokenizer

Morphemes: TypeAlias = "MorphemeList"
_lock = Lock()  # one tokenizer is not safe to use from two threads at once


def tokenize(text: str, mode: Literal["A", "C"]) -> Morphemes:
    """The morphemes of a text: short units (A) or long ones (C). Raises for over 49,149 bytes."""
    with _lock:
        return _tokenizer(mode).tokenize(text)


def parts_of_speech(word: str) -> list[tuple[str, ...]]:
    """What the dictionary says that the word as a whole can be; empty when it has no such word."""
    return [tuple(entry.part_of_speech()) for entry in _dictionary().lookup(word)]


@cache
def _dictionary() -> Dictionary:
    from sudachipy import Dictionary

    return Dictionary(dict="core")


@cache
def _tokenizer(mode: str) -> Tokenizer:
    from sudachipy import SplitMode

    return _dictionary().tokenizer(mode=SplitMode.A if mode == "A" else SplitMode.C)
