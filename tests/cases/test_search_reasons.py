"""Every hit says why: a sentence of the case with marks, and the conditions it meets or not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases import question
from cases.chips import Chip, left, once, understand
from cases.reasons import points, why

ANY_TEXT = st.text(st.characters(min_codepoint=0, max_codepoint=0x10FFFF), max_size=60)
FIELDS = {
    "title": "後半で抜けた先生へ",
    "situation": "大学病院の先生で、面会の約束が取れない。",
    "action": "視聴ログを確かめ、要点だけをメールで送った。",
    "result": "翌日に返信があった。",
}


def lists(text: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(chip.list_name, chip.keys) for chip in understand(text).chips]


def test_the_example_of_the_first_screen_is_understood() -> None:
    found = understand("若手向け、アポ取り、病院、3つ")
    assert [chip.text for chip in found.chips] == ["若手向け", "アポ取り", "病院"]
    assert [chip.list_name for chip in found.chips] == ["audience", "outcomes", "facilities"]
    assert "facilities:university_hospital" in found.chips[2].facets
    assert found.limit == 3


def test_the_longest_form_wins() -> None:
    assert lists("訪問規制の厳しい大学病院で") == [
        ("access", ("restricted",)),
        ("facilities", ("university_hospital",)),
    ]
    assert lists("Ｗｅｂ講演会のあと") == [("channels", ("webinar_live",))]


def test_two_words_of_one_condition_are_one_chip_and_go_together() -> None:
    found = understand("面会や訪問で薬局").chips
    assert [chip.text for chip in once(found)] == ["面会", "薬局", "薬局"]
    assert (
        left("面会や訪問で薬局", [chip for chip in found if chip.list_name == "channels"]) == "薬局"
    )


def test_a_form_of_two_lists_is_tagged_twice() -> None:
    assert lists("薬局で") == [
        ("customers", ("pharmacist_community",)),
        ("facilities", ("community_pharmacy",)),
    ]


@pytest.mark.parametrize("text", ["media", "3回目", "10分だけ", "", "2.5件", "MA", "\ud800"])
def test_what_only_looks_like_a_condition_is_none(text: str) -> None:
    assert understand(text).chips == ()
    assert understand(text).limit is None


@pytest.mark.parametrize(
    ("text", "limit"),
    [("メールの例を五件", 5), ("top 3 clinics", 3), ("10個ほしい", 10), ("二つ", 2)],
)
def test_the_number_of_cases_is_read(text: str, limit: int) -> None:
    assert understand(text).limit == limit


def test_the_reason_is_the_sentence_that_shares_most_with_the_question() -> None:
    reason = why(question.read("視聴ログを見てメールを送った例", None), FIELDS)
    assert reason.sentence == FIELDS["action"]
    assert next(reason.sentence[start:end] for start, end in reason.marks).startswith("視聴ログ")


@pytest.mark.parametrize(
    "text", ["視聴ログを見てメールを送った", "大学病院の面会", "翌日の返信", "先生へ", "離島"]
)
@pytest.mark.parametrize("nearest", [None, 0, 1, 2, 3])
def test_what_the_index_knows_of_a_case_spares_reading_and_changes_no_reason(
    text: str, nearest: int | None
) -> None:
    asked = question.read(text, None)
    held = question.read("。".join(FIELDS.values()), None).spoken()
    said = [word for word in asked.spoken() if word in held]
    assert why(asked, FIELDS, nearest, said) == why(asked, FIELDS, nearest)


def test_the_sentence_nearest_in_meaning_decides_when_no_word_is_shared() -> None:
    asked = question.read("まったく別の言い回し", None)
    assert why(asked, FIELDS, nearest=3).sentence == FIELDS["result"]


def test_a_case_without_text_has_an_empty_reason() -> None:
    assert why(question.read("面会", None), {}).sentence == ""


def test_a_condition_is_met_by_a_tag_or_in_words_and_else_says_what_is_there() -> None:
    chips = understand("大学病院の看護師さん、クリニック、メール、訪問規制").chips
    found = points(chips, {"facilities:core_hospital_400", "channels:mr_email"}, FIELDS)
    assert [chip.text for chip in found.matching] == ["大学病院", "メール"]
    assert {row.chip.text: row.instead for row in found.different} == {
        "看護師": (),
        "クリニック": ("core_hospital_400",),
        "訪問規制": (),
    }


def test_a_member_of_a_family_meets_the_family() -> None:
    chip = Chip("barriers", ("urgency",), "危機感")
    assert points([chip], {"barriers:urgency.targets_met"}, {}).matching == (chip,)


def test_an_audience_is_met_by_its_own_words_alone() -> None:
    chip = Chip("audience", ("junior",), "若手向け")
    assert points([chip], (), {"action": "若手向けに話した"}).matching == (chip,)
    assert points([chip], (), {"action": "新人に話した"}).matching == ()


@given(ANY_TEXT, ANY_TEXT)
@settings(max_examples=80, deadline=None)
def test_any_text_has_reasons_and_chips(asked: str, told: str) -> None:
    fields = {"action": told}
    found = understand(asked)
    reason = why(question.read(asked, None), fields)
    assert all(0 <= start < end <= len(reason.sentence) for start, end in reason.marks)
    assert len(points(found.chips, (), fields).matching) <= len(found.chips)
