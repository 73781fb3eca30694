"""Both languages say the same things: the same keys, and the same placeholders in each sentence."""

import string

import pytest

from bot.views.words import locale_of, say, sentences

JA, EN = sentences("ja"), sentences("en")


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_both_languages_have_the_same_keys_in_the_same_order() -> None:
    assert list(JA) == list(EN)


@pytest.mark.parametrize("key", JA)
def test_a_sentence_has_the_same_placeholders_in_both_languages(key: str) -> None:
    assert placeholders(JA[key]) == placeholders(EN[key])


def test_no_sentence_is_empty() -> None:
    assert not [key for key, text in {**JA, **EN}.items() if not text.strip()]


def test_japanese_is_not_left_in_the_english_sentences() -> None:
    named = {"profile.japanese", "react.other"}  # a language's own name, and the sign of a menu
    left = [key for key, text in EN.items() if locale_of(text) == "ja" and key not in named]
    assert left == []


def test_an_unknown_locale_speaks_japanese() -> None:
    assert say("fr", "review.title") == "全社公開の確認待ち"


def test_an_unknown_key_is_an_error_and_not_an_empty_sentence() -> None:
    with pytest.raises(KeyError):
        say("ja", "home.nowhere")
