"""What people type stays literal in Teams: no Markdown, no formulas, no bidi controls."""

from __future__ import annotations

import json
import re

import pytest

from bot.teams import cards
from bot.views.elements import Actions, Button, Card, Choice, Facts, Field, Fold, Kind, Text
from tests.fakes.adaptive import body

ATTACKS = (
    "[x](javascript:alert(1))",
    "[会社](http://evil.example)",
    "![pic](http://evil.example/p.png)",
    "<http://evil.example>",
    "**太い** _斜め_ ~~消す~~ `code`",
    "# 見出し",
    "> 引用",
    "| a | b |",
    "- 項目",
    "+ 項目",
    "1. 項目",
    "---",
    "&lt;at&gt;",
    "&#91;x&#93;(http://evil.example)",
    "\\[x](http://evil.example)",
    "    code",
    '"},{"type":"Image"}',
    "<at>everyone</at>",
    "${secret} {{secret}}",
)


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.attack(34)
def test_markdown_in_a_post_stays_literal(attack: str) -> None:
    (block,) = body(Text(attack))
    text = block["text"]
    left = text.replace("\\\\", "")
    for at, mark in enumerate(left):
        if mark in "[]()*_~#<>|`":
            assert left[at - 1] == "\\"
    assert not left.lstrip().startswith(("-", "+", "1."))
    assert re.sub(r"\\(.)", r"\1", text).strip() == attack.strip()


@pytest.mark.parametrize("part", [Text("{{DATE(2026-01-01T00:00:00Z)}}", marks=((0, 3),))])
@pytest.mark.attack(34)
def test_a_date_formula_in_a_post_is_not_computed(part: Text) -> None:
    for block in (*body(part), *body(Text(part.text)), *body(Facts(((part.text, part.text),)))):
        assert "{{DATE(" not in json.dumps(block)


@pytest.mark.attack(33)
def test_bidi_controls_are_gone_everywhere() -> None:
    evil = "安全\u202egnp.exe"
    message = cards.message(
        Card(
            (
                Text(evil),
                Text(evil, marks=((0, 2),)),
                Facts(((evil, evil),)),
                Actions((Button(evil, "a"),)),
                Field("f", evil, hint=evil, error=evil, choices=(Choice("v", evil),)),
                Field("t", evil, Kind.TICKS, (), (Choice("v", evil),)),
                Field("x", "x", value=evil),
                Fold(evil, (Text(evil),)),
            ),
            title=evil,
        )
    )
    assert "\u202e" not in json.dumps(message, ensure_ascii=False)
