"""Cards of held texts: whole on Slack and Teams, in both languages, never that a report came."""

from __future__ import annotations

import json
from datetime import date

import pytest

from bot.conversation.holds import LINES, MOST
from bot.slack import blocks
from bot.teams import cards, limits
from bot.views.elements import Card, plain
from bot.views.holds import (
    Item,
    checked_card,
    decided_card,
    month_card,
    own_card,
    queue_card,
    text_card,
)
from bot.views.words import LOCALES, sentences
from cases.models.case import Hold
from cases.safety import Month

DAY = date(2026, 11, 5)


def item(number: int, queue: str) -> Item:
    return Item(
        f"{number:036}", f"{number:036}", queue, "unapproved_material", "not_applicable", DAY, 12,
        DAY, "AE-2026-0001", "関東第二営業所 佐藤 美咲", True,
    )  # fmt: skip


def shown(locale: str) -> list[Card]:
    """Every card at its longest."""
    found = []
    urls = {item(at, "safety").id: "https://safety.example/form" for at in range(MOST)}
    for queue in ("safety", "compliance"):
        many = [item(at, queue) for at in range(MOST)]
        found += [
            queue_card(queue, many, 99, locale),
            own_card(many, urls, [("safety", 9), ("compliance", 9)], locale),
        ]
    month = Month("2026-11", [Hold(state="reported"), Hold(state="open")], screened=40)
    found.append(month_card(month, [item(at, "safety") for at in range(LINES)], locale))
    for how in ("released", "returned", "not_applicable", "ask_again"):
        found.append(decided_card({"how": how, "draft_id": "d", "comment": "ひとこと"}, locale))
    for rule, asks, held in (("", False, False), ("adverse_event", False, True), ("gift", 1, 0)):
        told = {"draft_id": "d", "rule": rule, "asks": asks, "held": held}
        found.append(checked_card(told, locale))
    return found


@pytest.mark.parametrize("locale", LOCALES)
def test_every_card_is_whole_on_slack_and_teams(locale: str) -> None:
    for card in shown(locale):
        message = blocks.message(card)
        assert len(message["blocks"]) <= 50
        assert not str(message["blocks"][-1].get("block_id", "")).endswith(":cut")
        assert len(json.dumps(cards.message(card), ensure_ascii=False).encode()) < (
            limits.PAYLOAD_BYTES
        )


def test_a_long_text_is_read_to_its_end_on_every_platform() -> None:
    seen = ""
    for page in range(3):
        card = text_card("h1", "safety", {"action": "あ" * 9_999 + "終"}, "理由", page, "ja")
        view = json.dumps(blocks.modal(card, locale="ja"), ensure_ascii=False)
        assert "…" not in view
        assert len(json.dumps(cards.message(card), ensure_ascii=False).encode()) < (
            limits.PAYLOAD_BYTES
        )
        seen += view
    assert seen.count("あ") == 9_999 + 2_499  # a page behind the last one is the last one
    assert "終" in seen
    assert "holds.read" in seen


@pytest.mark.parametrize("locale", LOCALES)
def test_nothing_says_that_a_report_was_received(locale: str) -> None:
    said = [plain(card) for card in shown(locale)]
    said += [text for key, text in sentences(locale).items() if key.startswith("holds.")]
    for text in said:
        assert "報告を受け付けました" not in text
        assert "report was received" not in text.lower()
        assert "report has been received" not in text.lower()
