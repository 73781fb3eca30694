"""No text makes one of our regular expressions slow (ReDoS), and nobody else writes one for us."""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Iterator
from functools import cache

import pytest

from tests.attacks.regexes import PACKAGES, ROOT, expressions, pumps

LONG = 2_500  # characters; one message has 10,000 at most, and then a quadratic one needs 16 times
CALLS = {"compile", "search", "match", "fullmatch", "sub", "split", "findall", "finditer"}
ALARM = 0.5  # CPU seconds: one that tries all cuts needs more, an exponential one years


@cache
def all_of_them() -> dict[str, re.Pattern[str]]:
    return expressions()


def seconds(pattern: re.Pattern[str], text: str) -> float:
    begun = time.process_time()
    pattern.search(text)
    pattern.fullmatch(text)
    return time.process_time() - begun


@pytest.mark.slow
@pytest.mark.attack(62)
def test_every_expression_is_looked_at() -> None:
    assert len(all_of_them()) > 130


@pytest.mark.slow
@pytest.mark.attack(62)
def test_no_short_text_makes_an_expression_try_for_ever() -> None:
    """An exponential one doubles with each character: 30 are enough to see it."""
    for where, pattern in all_of_them().items():
        for text in pumps(pattern, 30):
            assert seconds(pattern, text) < ALARM, (where, pattern.pattern, text)


@pytest.mark.slow
@pytest.mark.attack(62)
def test_no_long_text_makes_an_expression_slow() -> None:
    for where, pattern in all_of_them().items():
        for text in pumps(pattern, LONG):
            assert seconds(pattern, text) < ALARM, (where, pattern.pattern, text[:40])


@pytest.mark.attack(62)
def test_a_slow_expression_would_be_seen() -> None:
    bad = re.compile(r"^(a+)+$")
    assert max(seconds(bad, text) for text in pumps(bad, 19)) > 0.002


# Expressions that are made while the program runs, and of what.
MADE = {
    ("bot/views/preview.py", "pattern"): "escaped",
    ("cases/capture/split.py", "words"): "our labels",
    ("cases/chips.py", "re.escape(chip.text) + _LINKS"): "escaped",
    ("cases/guard/lexicon.py", "_expand(text)"): "our lexicon",
    ("cases/guard/masking.py", "pattern"): "our kinds of place",
    ("cases/places.py", "_whole(mask)"): "our masks",
    ("cases/tagging.py", "'|'.join((_bounded(w) for w in sorted(words, key=len, reverse=True)))"): (
        "our vocabulary, escaped in _bounded"
    ),
    ("cases/lexicon_changes.py", "'|'.join((re.escape(word) for word in longest))"): "escaped",
}


@pytest.mark.attack(46, 62)
def test_no_expression_is_made_of_what_people_type() -> None:
    assert set(_made()) == set(MADE)


def _made() -> Iterator[tuple[str, str]]:
    for path in sorted(file for package in PACKAGES for file in (ROOT / package).rglob("*.py")):
        source = path.read_text("utf-8")
        if not re.search(r"^    .*\bre\.\w+\(", source, re.MULTILINE):
            continue
        for function in ast.walk(ast.parse(source)):
            if isinstance(function, ast.FunctionDef):
                for first in _first_arguments(function):
                    yield path.relative_to(ROOT).as_posix(), first


def _first_arguments(function: ast.FunctionDef) -> Iterator[str]:
    """Of each call of an expression; fixed texts and wholly escaped ones are left out."""
    for node in ast.walk(function):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        is_ours = getattr(node.func.value, "id", "") == "re" and node.func.attr in CALLS
        if is_ours and not isinstance(node.args[0], ast.Constant):
            first = ast.unparse(node.args[0])
            if first != "re.escape(form)":
                yield first
