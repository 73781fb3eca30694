"""Any text at all: no error, true offsets, no masked name left, and time that grows with length."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.guard import check, check_fields
from cases.vocabulary import Decision

PIECES = st.sampled_from(
    [
        "佐藤先生",
        "山田",
        "みどり病院",
        "090-1234-5678",
        "a@b.jp",
        "飲んで",
        "発疹",
        "方",
        "、",
        "。",
        " ",
        "Dr. ",
        "Vance",
        "🙌",
        "\u200b",
        "\ud800",
        "ﾀｶﾊｼ",
        "先生",
        "ヶ",
        "の",
        "薬局",
        "が",
        "か\u3099",
        "\u202e",
        "72歳",
        "女性",
        "シート",
        "処方",
        "عربي",
        "\n",
        "A先生",
        "ある病院",
        "〒123-4567 東京都",
        "\x00",
    ]
)
ALL = settings.default.max_examples  # 100, and 25 in `make test`
TEXTS = st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=25).map("".join))


@settings(max_examples=ALL * 3 // 2, deadline=None)
@given(TEXTS)
def test_offsets_are_true_and_no_masked_surface_is_left(text: str) -> None:
    verdict = check(text)
    for f in verdict.findings:
        assert 0 <= f.start < f.end <= len(text)
        if f.action is Decision.MASK:
            assert f.suggestion
            assert text[f.start : f.end] not in verdict.masked


@settings(max_examples=ALL * 2 // 5, deadline=None)
@given(TEXTS, TEXTS)
def test_a_name_masked_in_one_field_stands_in_no_other(one: str, other: str) -> None:
    checked = check_fields({"one": one, "other": other})
    for key, text in (("one", one), ("other", other)):
        for f in checked.verdicts[key].findings:
            if f.action is Decision.MASK:
                assert all(text[f.start : f.end] not in m for m in checked.masked.values())


@settings(max_examples=ALL * 3 // 5, deadline=None)
@given(st.lists(PIECES, max_size=12).map("。".join))
def test_masking_what_is_masked_changes_nothing_more(text: str) -> None:
    once = check(text).masked
    assert check(once).masked == once


@settings(max_examples=ALL * 3 // 10, deadline=None)
@given(st.permutations(["佐藤", "山田", "高橋"]), st.sampled_from(["先生", "部長", "教授"]))
def test_a_surname_has_one_letter_in_a_case_and_two_surnames_have_two(
    surnames: list[str], title: str
) -> None:
    first = {"situation": "、".join(f"{name}先生" for name in surnames) + "に会えない"}
    again = {key: f"{name}{title}に電話した" for key, name in zip("abc", surnames, strict=True)}
    masked = check_fields({**first, **again}).masked
    letters = [masked[key][0] for key in again]
    assert masked["situation"] == "、".join(f"{letter}先生" for letter in letters) + "に会えない"
    assert len(set(letters)) == 3


@settings(max_examples=ALL * 3 // 5, deadline=None)
@given(TEXTS)
@pytest.mark.attack(33)
def test_invisible_marks_between_letters_hide_no_name(text: str) -> None:
    plain = [f.rule for f in check("佐藤先生に会えた。" + text).findings]
    cut = [f.rule for f in check("佐\u200b藤先\u200d生に会えた。" + text).findings]
    assert cut == plain


@pytest.mark.parametrize(
    "unit",
    [
        "あ",
        "山",
        "0-",
        "(0",
        "a.",
        "a@",
        "A ",
        "の病院",
        "先生",
        "[",
        "1 ",
        "Ab ",
        "飲んで、",
        "。",
        "東京都",
        "ヶ",
        "78歳",
    ],
)
@pytest.mark.attack(62)
def test_time_grows_with_the_length_and_not_with_its_square(unit: str) -> None:
    short, long = (unit * (n // len(unit)) for n in (2_500, 10_000))
    # Four times the text: 16 times the time would be quadratic. A generous alarm on CPU time,
    # because other work on the machine must not ring it; one of three looks is enough.
    most = 10 * min(cpu_seconds(short) for _ in range(3)) + 0.3
    assert any(cpu_seconds(long) < most for _ in range(3))


def cpu_seconds(text: str) -> float:
    """The CPU time of a check of the text."""
    begun = time.process_time()
    check(text)
    return time.process_time() - begun
