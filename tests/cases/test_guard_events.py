"""Spoken forms of a suspected event are asked about by the rules alone; its neighbours pass."""

from __future__ import annotations

import numpy as np
import pytest

from cases.guard import check
from cases.guard.second_look import risks
from cases.vocabulary import Decision

STOPPED = {Decision.ASK, Decision.HOLD, Decision.ROUTE_TO_SAFETY}


@pytest.mark.parametrize(
    "text",
    [
        "貼ったところに水が溜まって膿んできた人がいるそうです",
        "吸い始めて三週目に声がかすれた方の話を薬剤師さんから",
        "あの薬にしてから足がつって寝られない、と奥様の雑談",
        "新しいのに替えたら夜中にうなされるようになったげな",
        "三コース目の途中で間質性肺炎になったと先生",
        "あの薬を飲んで二週でカリウムが6.1まで跳ねたと聞きました",
        "妊娠七週と知らずに飲み続けていた方の相談が薬局に来た",
        "二日分をまとめて飲んでしまった方がいるそうです",
        "Two people quit it on day two because of cramps after the dose",
        "A woman taking our drops said her nails turned yellow",
    ],
)
def test_an_event_in_spoken_words_is_asked_about(text: str) -> None:
    verdict = check(text)
    assert verdict.decision in STOPPED
    assert "adverse_event" in {f.rule for f in verdict.findings}


@pytest.mark.parametrize(
    "text",
    [
        "冊子を手に取る人が増えたと受付の方に聞きました",
        "妊娠中の方への注意の頁を一緒に確認しました",
        "カリウムの推移のグラフの見方を薬剤師さんに聞かれた",
        "足がつるときの体操の啓発ポスターを待合に貼った",
        "The nurse asked about twice the dose, so I opened the label",
        "他社の悪口は言わない、を班の約束にしました",
    ],
)
def test_the_same_words_without_an_event_pass(text: str) -> None:
    assert check(text).decision not in STOPPED


def test_risk_is_zero_where_clean_is_as_likely_as_not() -> None:
    rows = np.array([[0.5, 0, 0, 0, 0, 0.5], [0.9, 0.1, 0, 0, 0, 0], [0, 0, 0, 0, 0, 1]])
    middle, sure, clean = risks(rows.astype(np.float32))
    assert middle == pytest.approx(0)
    assert sure > 20
    assert clean < -20
