"""Whatever is typed as a question, each door answers in words and goes on: no error, no silence."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cases.embedding.bundled import BundledEncoder
from tests.drivers.doors import AnyDriver, door_of
from tests.drivers.screen import Person
from tests.drivers.terminal import TerminalDriver
from tests.drivers.web import WebDriver
from tests.fakes.sample_cast import MORI, QUESTION

EMPTY = ("", " \n　")  # no chat sends these
# As much as the box takes, and what an input method, a terminal or an attacker may leave in it.
HARD = (
    "会" * 10_000 + "?",
    "えない先生は?" * 1_400,
    "🙌🙏😭👨‍👩‍👧‍👦",
    "\x00\x1b[31m\x7f面会できた例は?",
    "\u202e面会\u2066できた例は?\u200f",
    '"面会" NEAR/3 (*) -AND OR NOT; DROP TABLE cases --',
    "' or 1=1; select * from cases where text match '*'?",
    '面会 AND NOT (メール*) ^"訪問" {col}:x %_\\\'',
    "\ud800面会できた例は?\udfff",
)
ANSWERED = "なぜ: "
WRONG = ("うまく受け取れません", "E-00")


@pytest.fixture
async def driver(
    door: str, company_file: Path, tmp_path: Path, encoder: BundledEncoder, quick_chats: None
) -> AsyncIterator[AnyDriver]:
    """The product at one door, around a fresh sample company."""
    async with door_of(door)(company_file, tmp_path, encoder) as opened:
        yield opened


async def asks(person: Person, text: str) -> None:
    """Says it and is answered in words that are no failure."""
    before = len(person.screens)
    await person.says(text)
    assert len(person.screens) > before, ascii(text[:40])
    assert person.sees.strip(), ascii(text[:40])
    assert not any(word in person.sees for word in WRONG), ascii(text[:40])


@pytest.mark.slow
@pytest.mark.parametrize("typed", [HARD[:5], HARD[5:]])  # more at once would wait in Teams
@pytest.mark.parametrize("door", ["web", "slack", "socket", "teams", "terminal"])
async def test_a_hard_question_is_answered_in_words_at_every_door(
    driver: AnyDriver, typed: tuple[str, ...]
) -> None:
    mori = driver.person(MORI)
    if isinstance(driver, WebDriver | TerminalDriver):
        typed = (*EMPTY, *typed)
    if isinstance(driver, WebDriver):  # a form of a page cannot carry half a character
        typed = tuple(text.encode("utf-8", "replace").decode() for text in typed)
    for text in typed:
        await asks(mori, text)
    assert ANSWERED in await mori.says(QUESTION)
