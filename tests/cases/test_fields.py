"""Values of a case: limits after NFKC, one hash for what was declared, there and back again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases import fields
from cases.errors import Missing, TooLong
from tests.fakes.cast import case_of

VALUES: dict[str, Any] = {
    "title": "題", "action": "送った", "result": "返信が来た", "pitfalls": "遅いと次がない",
    "steps": [{"text": "まず聞く", "offset": -7}, {"text": "送る"}],
    "channels": ["mr_email"], "area": ["a", "b", "c"], "facility": "clinic", "kind": "lesson",
    "outcome": ["just_in_time"],
}  # fmt: skip
SHORT = st.text(st.characters(categories=["L", "N", "Zs"]), max_size=40)


def test_texts_are_cleaned_and_steps_numbered() -> None:
    found = fields.texts(VALUES | {"tip": " \u202e\n", "result": "\x00返信\r\n来た "})
    assert found["result"] == "返信\n来た"
    assert (found["step:0"], found["step:1"]) == ("まず聞く", "送る")
    assert "tip" not in found


def test_masked_words_replace_the_typed_ones_everywhere() -> None:
    masked = {"action": "A先生に送った", "step:0": "A先生に聞く", "voice": "助かる"}
    found = fields.with_texts(VALUES, masked)
    assert (found["action"], found["result"], found["voice"]) == ("A先生に送った", "", "助かる")
    assert found["steps"] == [{"text": "A先生に聞く", "offset": -7}, {"text": ""}]
    assert found["channels"] == ["mr_email"]


@pytest.mark.parametrize("key", fields.REQUIRED)
def test_what_is_required_is_named_when_missing(key: str) -> None:
    with pytest.raises(Missing) as raised:
        fields.check_lengths(VALUES | {key: "\u200f "})
    assert raised.value.detail == key


@pytest.mark.parametrize(("key", "limit"), [*fields.LIMITS.items(), ("step:0", 100)])
def test_a_limit_counts_what_people_see(key: str, limit: int) -> None:
    def filled(text: str) -> dict[str, Any]:
        return VALUES | ({"steps": [{"text": text}]} if key == "step:0" else {key: text})

    fields.check_lengths(filled("ア" * limit))
    fields.check_lengths(filled("ｶﾞ" * limit))  # two typed characters, one after NFKC
    with pytest.raises(TooLong) as raised:
        fields.check_lengths(filled("ア" * (limit + 1)))
    assert raised.value.detail == f"{key}:{limit}"
    assert fields.too_long(filled("㍻" * limit))  # one typed character, two after NFKC


@settings(max_examples=50)
@given(st.fixed_dictionaries(dict.fromkeys(fields.TEXTS, SHORT)))
def test_the_hash_follows_the_text_and_nothing_else(values: dict[str, str]) -> None:
    known = fields.text_hash(values)
    assert fields.text_hash({**dict(reversed(values.items())), "facility": "clinic"}) == known
    assert fields.text_hash(values | {"action": values["action"] + "。"}) != known


def test_values_survive_the_way_into_a_case_and_back() -> None:
    case = case_of("one")
    fields.fill(case, VALUES)
    assert case.details == {"pitfalls": "遅いと次がない"}
    assert case.area == ["a", "b"]  # at most two
    assert (case.kind, case.language, case.facility) == ("lesson", "ja", "clinic")
    back = fields.values_of(case)
    assert {key: back[key] for key in VALUES if key != "area"} == {
        key: value for key, value in VALUES.items() if key != "area"
    }
    fields.fill(case, back)
    assert fields.values_of(case) == back


def test_an_english_case_is_called_english_and_gets_a_title() -> None:
    case = case_of("one")
    fields.fill(case, {"action": "Sent a short note " * 5, "result": "A reply came"})
    assert case.language == "en"
    assert len(case.title) <= 40
    assert case.title.endswith("…")
    assert case.kind == "customer_case"


def test_a_field_of_one_word_or_of_several_gives_keys() -> None:
    case = case_of("one", facility="clinic", barrier=["urgency"])
    assert fields.keys_of(case, "facility") == ["clinic"]
    assert fields.keys_of(case, "access") == []
    assert fields.keys_of(case, "barrier") == ["urgency"]
