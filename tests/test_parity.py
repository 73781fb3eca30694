"""docs/parity.md says what the scenarios say: made by `make parity`, and never behind them."""

from __future__ import annotations

from tests import parity
from tests.parity import COLUMNS, END, HEAD, PAGE, START, Row


def test_the_table_has_the_scenarios_and_every_door_passed() -> None:
    table = PAGE.read_text("utf-8").partition(START)[2].partition(END)[0]
    everywhere = dict.fromkeys(COLUMNS, True)
    wanted = [parity.line(row, everywhere) for row in parity.declared()]
    assert table == f"{HEAD}{parity.RULE}{''.join(wanted)}", "make parity"


def test_a_door_that_failed_has_no_mark_and_one_that_cannot_says_what_to_do() -> None:
    row = Row("探す", {"web": "チャットで探します"}, "どこでも同じ")
    made = parity.line(row, {"slack": True, "teams": False, "terminal": True})
    assert made == "| 探す | ○ |  | × | ○ | どこでも同じ。ブラウザー: チャットで探します |\n"
