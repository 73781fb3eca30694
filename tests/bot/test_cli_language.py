"""The terminal speaks one language: that of LC_ALL, LC_MESSAGES or LANG, Japanese elsewhere."""

from __future__ import annotations

import re

import pytest

from bot.cli import call, parser
from bot.cli.words import locale, own

JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


@pytest.mark.parametrize(
    ("given", "spoken"),
    [
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "ja_JP.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "ja"),
        ({}, "ja"),
    ],
)
def test_the_language_is_the_terminals(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], spoken: str
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert locale() == spoken
    helped = parser().format_help() + own("送りません / nothing is sent")
    assert bool(JAPANESE.search(helped)) is (spoken == "ja")
    assert ("nothing is sent" in helped) is (spoken == "en")
    assert own("a plain word") == "a plain word"


def test_a_command_that_is_none_is_answered_with_the_one_that_was_meant(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    for words, said in (
        (["serach", "x"], "「serach」というコマンドはありません。「search」のことですか"),
        (["zzzz"], "一覧: hitotsubu --help"),
        ([], "コマンドを書いてください。一覧: hitotsubu --help"),
        (["export"], "一覧: hitotsubu export --help"),
        (["search", " "], "文が空です"),
        (["guard"], "文か --batch FILE のどちらかひとつ"),
    ):
        assert call(words) == 2
        told = capsys.readouterr().err
        assert said in told
        assert "E-08" in told
        assert len(told) < 120
