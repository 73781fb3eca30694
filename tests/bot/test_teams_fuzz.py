"""Whatever people type, Teams takes it, shows it as typed, and cuts it only between characters."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt  # CommonMark, as the judge of what Teams would make of a text

from bot.teams import cards, limits
from bot.teams.lengths import parted
from bot.teams.markdown import escaped
from bot.views.elements import Card, Facts, Fold, Style, Text
from cases.text import clean
from tests.fakes.teams_cards import check, nodes
from tests.fakes.typed import boundaries, everywhere, free

Json = dict[str, Any]
TEAMS = (
    "<at>佐藤</at>", "<at id=\"0\">everyone</at>", "[x](https://e.example)", "![p](http://e.example)",
    "<https://evil.example>", "<b>太字</b>", "**太字**", "__x__", "~~消す~~", "`code`", "# 見出し",
    "> 引用", "- 項目", "+ 項目", "* 項目", "1. 項目", "1) 項目", "---", "===", "    code",
    "| a | b |", "&lt;at&gt;", "&#91;x](y)", "\\[x](http://e.example)",
    "{{DATE(2026-01-01T00:00:00Z)}}", "[ref]: https://e.example", "\n",
    "A先生に会えました。", "👨‍👩‍👧‍👦", "\u202e", " ",
)  # fmt: skip
typed = st.one_of(free, st.lists(st.sampled_from(TEAMS), max_size=30).map("".join))
many = settings(
    max_examples=settings.default.max_examples * 3 // 5,
    deadline=None,
    derandomize=True,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
)
few = settings(many, max_examples=6)  # a card full of 10,000 characters takes a while
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
PLAIN = {"p", "br"}


@pytest.mark.fault(34)
@few
@given(typed)
@example("あ" * 10_000)
@example("👨‍👩‍👧‍👦" * 1_400)
@example("[x](https://evil.example)" * 400)
@pytest.mark.attack(35)
def test_any_text_in_every_place_is_taken_by_teams(text: str) -> None:
    message = cards.message(everywhere(text))
    check(message["attachments"][0]["content"])
    assert cards.size(message) <= limits.PAYLOAD_BYTES
    assert message["summary"].strip()
    found = json.dumps(message, ensure_ascii=False)
    assert not set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u200f") & set(found)
    assert not re.search(r"\{\{\s*(DATE|TIME)\(", found)
    assert "entities" not in message  # nobody is mentioned
    assert "text" not in message  # where <at> would count


@pytest.mark.fault(34)
@many
@given(typed)
@pytest.mark.attack(34)
def test_markdown_makes_nothing_of_a_persons_text(text: str) -> None:
    made = MARKDOWN.render(escaped(text))
    tags = set(re.findall(r"</?([a-z0-9]+)", made))
    assert tags <= PLAIN, made
    assert _squeezed(html.unescape(re.sub(r"<[^>]+>", "", made))) == _squeezed(clean(text))


@pytest.mark.fault(34)
@few
@given(typed)
def test_every_text_of_a_card_is_shown_as_typed(text: str) -> None:
    (card,) = [
        cards.adaptive(Card((Text(text), Text(text, Style.QUOTE), Facts((("手段", text),)))))
    ]
    for shown in shown_texts(card):
        assert set(re.findall(r"</?([a-z0-9]+)", MARKDOWN.render(shown))) <= PLAIN


@many
@given(typed, st.integers(50, 400))
def test_a_long_text_is_parted_between_visible_characters_and_nothing_is_lost(
    text: str, limit: int
) -> None:
    first, rest = parted(Text(text, marks=((0, 3), (5, 600))), limit)
    if rest is None:
        assert first.text == text
        return
    assert first.text[:-1] + rest.text == text
    assert len(first.text) <= limit
    assert len(first.text[:-1]) in set(boundaries(text)) or text[len(first.text) - 1].isspace()
    at = len(first.text) - 1
    marked = [text[start:end] for start, end in ((0, 3), (5, min(600, len(text))))]
    again = "".join(part.text[a:b] for part in (first, rest) for a, b in part.marks)
    assert again.replace("…", "") == "".join(marked).replace("…", "") or at < 5


STORY = "受付の方に聞いてから、朝に電話しました。" * 100


def test_a_long_text_stops_at_a_sentence_and_goes_on_behind_a_button() -> None:
    (block,) = cards.adaptive(Card((Text(STORY),)))["body"]
    shown, more = block["items"]
    assert shown["text"].endswith("。…")
    opener, hidden = more["items"]
    assert opener["actions"][0]["title"] == "もっと見る"
    assert hidden["isVisible"] is False
    assert shown["text"][:-1] + hidden["items"][0]["text"] == STORY


def test_an_english_text_goes_on_behind_an_english_button() -> None:
    (block,) = cards.adaptive(Card((Text("I asked the reception for a good time. " * 40),)))["body"]
    assert block["items"][1]["items"][0]["actions"][0]["title"] == "Show more"


def test_what_is_folded_already_is_not_folded_again() -> None:
    (fold,) = cards.adaptive(Card((Fold("くわしく", (Text(STORY),)),)))["body"]
    assert len(fold["items"][1]["items"]) == 1


def test_of_ten_thousand_characters_a_card_holds_what_teams_takes() -> None:
    card = cards.adaptive(Card((Text("あ" * 10_000),)))
    shown = "".join(shown_texts(card))
    assert shown.count("あ") == 6_499
    assert shown.endswith("…")


def shown_texts(card: Json) -> Iterator[str]:
    """Every text that Teams reads as Markdown."""
    for node in nodes(card["body"]):
        if node["type"] == "TextBlock":
            yield node["text"]
        for fact in node.get("facts", []):
            yield from (fact["title"], fact["value"])


def _squeezed(text: str) -> str:
    """Without white space, which Markdown is free to change; without invisible joiners."""
    return re.sub(r"[\s\u2060\ufeff\u200b]+", "", text)
