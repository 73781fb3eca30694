"""Text, months, vocabulary, coaching, 再現: the small pure parts that everything stands on."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import coaching, duplicates, months
from cases.errors import BadInput, CaseError, Missing
from cases.text import clean, content_hash, fold, is_japanese, sentences, shorten
from cases.trials import reproduction
from cases.vocabulary import Decision, TrialState, label, strictest, terms
from tests.fakes.cast import MEMBERS, trial_of

ANY_TEXT = st.text(st.characters(min_codepoint=0, max_codepoint=0x10FFFF))


@given(ANY_TEXT)
def test_clean_text_has_no_hidden_signs_and_is_clean_already(text: str) -> None:
    found = clean(text)
    assert clean(found) == found == found.strip()
    assert not {"\r", "\x00", "\u202e", "\ud800"} & set(found)


def test_clean_keeps_what_people_typed() -> None:
    assert clean(" ＡＢ１\r\n「語」\u3000x\t") == "ＡＢ１\n「語」\u3000x"


@given(ANY_TEXT, st.integers(1, 30))
def test_shortened_text_keeps_its_limit_and_its_start(text: str, limit: int) -> None:
    found = shorten(text, limit)
    assert len(found) <= limit
    assert found == text or (found.endswith("…") and text.startswith(found[:-1]))


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("あいうえお", 5, "あいうえお"),
        ("あいうえお", 4, "あいう…"),
        ("ああe\u0301い", 4, "ああ…"),
        ("あ👩\u200d⚕️い", 4, "あ…"),
        ("あ👍🏽い", 3, "あ…"),
        ("あ🇯🇵い", 3, "あ…"),
    ],
)
def test_a_cut_goes_through_no_visible_character(text: str, limit: int, short: str) -> None:
    assert shorten(text, limit) == short


@given(ANY_TEXT)
def test_sentences_hold_the_whole_text(text: str) -> None:
    kept = "".join("".join(one.split()) for one in sentences(text))
    assert kept == "".join(text.split())


def test_sentences_end_at_marks_and_lines() -> None:
    assert sentences("会えた。「本当?」と聞かれ!?\n次") == [
        "会えた。",
        "「本当?」",
        "と聞かれ!?",
        "次",
    ]


def test_fold_and_language() -> None:
    assert fold("ＭＲ ｶﾞ") == unicodedata.normalize("NFKC", "mr ガ")
    assert [is_japanese(text) for text in ("メール", "ﾒｰﾙ", "面会", "email", "")] == [
        True, True, True, False, False,
    ]  # fmt: skip
    assert content_hash("\ud800") != content_hash("")


@given(st.integers(0, 4_000_000_000))
def test_a_moment_lies_in_its_own_month(seconds: int) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    month = months.month_of(moment)
    since, until = months.limits(month)
    assert since <= moment < until
    assert months.limits(months.before(month))[1] == since
    assert months.month_of(since - timedelta(seconds=1)) == months.before(month)
    assert months.day_of(moment).isoformat().startswith(month)


def test_the_last_months_come_oldest_first() -> None:
    assert months.last("2026-02", 4) == ["2025-11", "2025-12", "2026-01", "2026-02"]
    for text in ("2026", "2026-13", "x"):
        with pytest.raises(BadInput):
            months.limits(text)


def test_a_family_stands_before_its_members_and_an_old_word_is_shown_as_it_is() -> None:
    found = terms("barriers")
    member = next(term for term in found.values() if term.family)
    assert list(found).index(member.family) < list(found).index(member.key)
    assert label("barriers", member.key, "en") == member.en == member.label("en")
    assert label("barriers", member.key) == member.ja
    assert label("barriers", "forgotten_word") == "forgotten_word"


def test_the_strictest_decision_wins() -> None:
    assert strictest([]) is Decision.PUBLISH
    assert strictest([Decision.MASK, Decision.ROUTE_TO_SAFETY, Decision.WARN]) == "route_to_safety"


@pytest.mark.parametrize("barriers", [[], ["benefit.no_time"], ["unknown_word"]])
def test_a_coaching_question_is_the_same_for_the_same_case(barriers: list[str]) -> None:
    ja, en = (coaching.question(barriers, "case-1", locale) for locale in ("ja", "en"))
    assert is_japanese(ja)
    assert not is_japanese(en)
    assert coaching.question(barriers, "case-1", "ja") == ja


STATES = st.sampled_from(list(TrialState))
TRIALS = st.lists(st.tuples(st.sampled_from(list(MEMBERS)), STATES), max_size=12)


@given(TRIALS, st.sampled_from(list(MEMBERS)))
def test_reproduction_counts_other_people_once(
    rows: list[tuple[str, TrialState]], author: str
) -> None:
    found = reproduction([trial_of("c", who, state) for who, state in rows], author)
    winners = {who for who, state in rows if state == "worked" and who != author}
    assert found.worked == len(winners)
    assert found.offices == len({MEMBERS[who][0] for who in winners})
    assert found.tried == len({who for who, _ in rows} - {author})
    assert found.shown is (len(winners) >= 2)


def test_an_error_carries_its_code_and_its_detail() -> None:
    assert (Missing("action").detail, Missing.code, str(Missing("action"))) == (
        "action", "E-03", "action",
    )  # fmt: skip
    assert str(CaseError()) == "E-00"


def test_english_is_alike_by_its_words_and_japanese_by_its_letters() -> None:
    said = duplicates.pairs("The nurse opened the door")
    assert said == {"the nurse", "nurse opened", "opened the", "the door"}
    assert duplicates.alike(said, duplicates.pairs("the nurse opened the door!")) == 1
    assert duplicates.alike(said, duplicates.pairs("a letter to the pharmacist")) == 0
    assert duplicates.pairs("会えた。") == {"会え", "えた"}
    assert duplicates.alike(frozenset(), said) == 0
