"""A case as colleagues see it: nothing stands there twice."""

from __future__ import annotations

from bot.views.case import Shown, case_card, field_rows
from bot.views.elements import plain
from cases.trials import Reproduction
from tests.fakes.cast import case_of

STEPS = [{"text": "視聴ログを見る"}, {"text": "要点だけ送る", "offset": 1}]


def test_steps_that_stand_in_the_action_are_not_shown_again() -> None:
    case = case_of("one", action="1. 視聴ログを見る 2. 要点だけ送る", steps=STEPS)
    assert field_rows(case, "ja", leave_out=("result", "action")) == []
    card = plain(case_card(Shown(case, "仙台営業所", "", Reproduction()), "ja"))
    assert card.count("視聴ログを見る") == 1


def test_steps_that_say_more_are_shown_with_their_days() -> None:
    case = case_of("one", action="ログを見て要点を送った", steps=STEPS)
    (row,) = field_rows(case, "ja", leave_out=("result", "action"))
    assert row[1].startswith("1. 視聴ログを見る\n2. 要点だけ送る (")
