"""Whatever people type, Slack takes it, shows it as typed, and cuts it only between characters."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.slack import blocks, texts
from bot.views.elements import (
    Actions,
    Button,
    Card,
    Field,
    Style,
    Text,
)
from cases.text import clean, shorten
from tests.fakes import slack_limits
from tests.fakes.typed import boundaries, everywhere, free

Json = dict[str, Any]
many = settings(
    max_examples=settings.default.max_examples * 3 // 5,
    deadline=None,
    derandomize=True,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
)
few = settings(
    many, max_examples=settings.default.max_examples // 5
)  # a card full of 10,000 characters takes a while


@pytest.mark.fault(34)
@few
@given(free)
@example("あ" * 10_000)
@example("👨‍👩‍👧‍👦" * 1_400)
def test_any_text_in_every_place_is_taken_by_slack(text: str) -> None:
    card = everywhere(text)
    slack_limits.check_message(blocks.message(card))
    slack_limits.check_view(blocks.modal(card, {"user": "U1", "channel": "D1"}, "D1/1.2"))


@pytest.mark.fault(34)
@few
@given(free)
@pytest.mark.attack(30, 31, 32)
def test_no_text_of_a_person_commands_slack(text: str) -> None:
    made = blocks.message(everywhere(text))
    shown = list(slack_limits.texts(made["blocks"]))
    assert {found["type"] for found in shown} <= {"plain_text", "text"}
    assert not any(found.get("emoji", False) for found in shown)
    fallback = made["text"]
    assert not set("<>") & set(fallback)
    assert all(
        fallback.startswith(("amp;", "lt;", "gt;"), at + 1)
        for at, ch in enumerate(fallback)
        if ch == "&"
    )
    assert not set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u200f") & set(
        json.dumps(made, ensure_ascii=False)
    )


@pytest.mark.fault(34)
@many
@given(free)
def test_every_cut_falls_between_two_visible_characters(text: str) -> None:
    whole = clean(text)
    ends = set(boundaries(whole))
    for shown in shown_texts(text):
        if shown in (texts.EMPTY, "ヒトツブ", whole) or shown.startswith("長い文のため"):
            continue
        assert shown.endswith("…"), shown[-20:]
        kept = shown[:-1]
        assert whole.startswith(kept)
        after = len(kept) + len(whole[len(kept) :]) - len(whole[len(kept) :].lstrip())
        assert {len(kept), after} & ends


@many
@given(free, st.integers(2, 300))
def test_shortened_words_end_between_two_visible_characters(text: str, limit: int) -> None:
    shown = shorten(text, limit)
    if shown != text:
        kept = shown[:-1]
        spaces = len(text[len(kept) :]) - len(text[len(kept) :].lstrip())
        assert {len(kept), len(kept) + spaces} & set(boundaries(text))


@many
@given(free, st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=4))
def test_a_highlight_never_takes_a_visible_character_apart(
    text: str, marks: list[tuple[int, int]]
) -> None:
    made = texts.spans(text, tuple(marks))
    ends, at = set(boundaries(text)), 0
    for span in made:
        at += len(span["text"])
        if text == clean(text):  # offsets only mean something where nothing was taken out
            assert at in ends


def test_a_long_text_ends_with_a_sentence() -> None:
    story = "受付の方に聞いてから、朝に電話しました。" * 400
    shown = texts.fit(story, 3_000)
    assert shown.endswith("。…")
    assert 2_400 < len(shown) <= 3_000
    phrase = "受付の方に聞いてから、" * 400
    assert texts.fit(phrase, 3_000).endswith("、…")
    assert texts.fit("あ" * 4_000, 3_000) == "あ" * 2_999 + "…"


def shown_texts(text: str) -> Iterator[str]:
    """The text as each place shows it."""
    card = Card((), title=text, submit=Button(text, "go"))
    view = blocks.modal(card)
    yield view["title"]["text"]
    yield view["submit"]["text"]
    yield texts.plain_text(text)["text"]
    yield texts.plain_text(text, 2_000)["text"]
    for part in (Text(text), Text(text, Style.QUIET), Field("k", text, value=text, hint=text)):
        for block in blocks.message(Card((part,)))["blocks"]:
            yield from (found["text"] for found in slack_limits.texts(block))
            if value := block.get("element", {}).get("initial_value"):
                yield value
    (row,) = blocks.message(Card((Actions((Button(text, "go"),)),)))["blocks"]
    yield row["elements"][0]["text"]["text"]
