"""The company's own words over what the guard said: hidden, stopped, wherever and however typed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cases import guard
from cases.lexicon_changes import NO_WORDS, Words, applied, hidden
from cases.vocabulary import Decision

MASK = Words(1, mask=frozenset({"みどり会", "project x"}))
STOP = Words(1, stop=frozenset({"みどり会"}))


def check(text: str, words: Words) -> guard.Verdict:
    texts = {"action": text}
    checked = guard.check_fields(texts, keep=words.allow)
    return applied(checked, texts, words).verdicts["action"]


def test_a_word_is_hidden_whatever_its_width_and_case() -> None:
    verdict = check("みどり会とＰｒｏｊｅｃｔ X の話をした", MASK)
    assert verdict.masked == "〔伏せた語〕と〔伏せた語〕 の話をした".replace("〕 の", "〕 の")
    assert verdict.decision is Decision.MASK
    assert [(one.rule, one.start, one.end) for one in verdict.findings] == [
        ("company_word", 0, 4), ("company_word", 5, 14),
    ]  # fmt: skip


def test_a_word_is_hidden_beside_a_name_that_the_guard_masked() -> None:
    verdict = check("みどり会の大和田先生にメールした", MASK)
    assert verdict.masked == "〔伏せた語〕のA先生にメールした"


def test_a_word_holds_a_text_and_an_allowed_one_lets_a_name_stand() -> None:
    assert check("みどり会に案内を送った", STOP).decision is Decision.HOLD
    kept = Words(1, allow=frozenset({"桜先生"}))
    assert check("桜先生の講演会に誘った", kept).masked == "桜先生の講演会に誘った"
    assert check("桜先生の講演会に誘った", NO_WORDS).masked != "桜先生の講演会に誘った"


@given(st.text(max_size=60), st.sampled_from(["みどり会", "project x"]))
def test_no_text_keeps_a_hidden_word(text: str, word: str) -> None:
    verdict = check(f"{text}{word}{text}", MASK)
    assert word not in verdict.masked.lower()
    for one in verdict.findings:
        assert 0 <= one.start < one.end <= 2 * len(text) + len(word)


def test_a_word_is_hidden_in_a_question() -> None:
    assert hidden("みどり会の先生に会えた例は?", MASK) == "〔伏せた語〕の先生に会えた例は?"
    assert hidden("anything on PROJECT X?", MASK) == "anything on [withheld]?"
    assert hidden("ふつうの質問", MASK) == "ふつうの質問"
