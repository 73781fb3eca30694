"""Values that no card of ours offers are refused; each desk has its own address."""

from __future__ import annotations

from typing import Any

import pytest

from bot.views.elements import Actions, Card
from bot.views.guard import stop_card
from tests.drivers.desk import DeskDriver
from tests.fakes.sample_cast import SATO, TICKS, WIN


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"channels": ["f2f_visit", "telepathy"]}, "チャネル"),
        ({"facility": "castle"}, "施設"),
        ({"outcome": "sales"}, "結果の種類"),
        ({"declared": ["everything"]}, "E-08"),
        ({"show_author": "maybe"}, "E-08"),
        ({"action": ["a", "b"]}, "やったこと"),
    ],
)
async def test_a_value_that_no_list_holds_is_refused(
    desk: DeskDriver, fields: dict[str, Any], word: str
) -> None:
    sato = desk.person(SATO)
    await sato.says(WIN)
    await sato.presses("共有する", **({"declared": list(TICKS)} | fields))
    assert "読み取れませんでした" in sato.sees
    assert word in sato.sees


def addresses(card: Card) -> list[str]:
    rows = [part for part in card.parts if isinstance(part, Actions)]
    return [button.url for row in rows for button in row.buttons if button.url]


async def test_a_complaint_about_quality_goes_to_its_own_desk(desk: DeskDriver) -> None:
    assert addresses(stop_card("quality_complaint", "d1", "", "ja")) == []
    reception = desk.house.hub.reception
    reception.safety_form_url = "https://safety.example/form"
    sato = desk.person(SATO)
    for url in ("", "https://quality.example/form"):
        reception.quality_form_url = url
        await sato.says("先生から、錠剤が割れていて変色もしていたと苦情をいただきました。")
        card = sato.screens[-1].native
        assert addresses(card) == ([url] if url else [])
