"""Words, sounds and themes: the same for what is typed plainly, in kana, half-width or English."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from cases import words
from cases.text import fold
from cases.thesaurus import stem
from cases.vocabulary import content

ANY_TEXT = st.text(st.characters(min_codepoint=0, max_codepoint=0x10FFFF), max_size=80)


def test_a_word_of_two_characters_is_a_word() -> None:
    assert "w:面会" in words.read("面会").words
    assert "2:面会" in words.read("面会").words


def test_japanese_english_and_vocabulary_lead_to_one_theme() -> None:
    for text in ("薬審の準備", "the formulary committee", "院内採用の申請"):
        assert "formulary" in words.read(text).themes
    assert "customers:allied" in words.read("フォーミュラリーと栄養士").themes


def test_a_reading_finds_what_is_typed_in_kana_or_with_the_wrong_kanji() -> None:
    assert "community_pharmacy" in words.heard_themes(words.read("ちょうざいやっきょく").reading)
    assert "veteran" in words.heard_themes(words.read("べてらんのかた").reading)
    assert "side_effect_care" in words.heard_themes(words.read("福作用").reading)


def test_the_endings_of_english_words_do_not_matter() -> None:
    assert stem("visits") == stem("visiting") == stem("visited") == stem("visit")
    assert stem("replies") == stem("reply")
    assert stem("stopped") == stem("stop")


def test_a_topic_that_no_case_tells_is_known_as_such() -> None:
    assert words.read("出張費の領収書はどこへ").outside
    assert not words.read("訪問規制で会えない先生に会えた例").outside


def test_every_concept_has_forms_in_both_languages_and_folded() -> None:
    for group in content("thesaurus.json").values():
        for key, row in group.items():
            assert row["ja"] or row["en"], key
            assert len(set(row["ja"])) == len(row["ja"]), key
            assert all(form == fold(form) for form in [*row["ja"], *row["en"]]), key


@given(ANY_TEXT)
@settings(max_examples=100, deadline=None)
def test_any_text_is_read_and_its_spans_lie_inside(text: str) -> None:
    words.heard_themes(words.read(text).reading)
    for start, end, _ in [*words.spans(text), *words.theme_places(text)]:
        assert 0 <= start < end <= len(text)
