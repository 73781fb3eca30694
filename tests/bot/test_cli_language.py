"""The terminal speaks one language: that of LC_ALL, LC_MESSAGES or LANG, Japanese elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

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


MISTAKES = [
    (["search", "昼休み"], "まだデータベースがありません。`hitotsubu migrate`", "no database yet"),
    (["export", "cases"], "まだデータベースがありません", "`hitotsubu seed` (samples)"),
    (["guard", "--batch", "nowhere"], "nowhere を読めません", "nowhere cannot be opened"),
    (["plan"], "--dry-run を付けてください", "add --dry-run"),
    (["plan", "--dry-run", "--now", "soon"], "2026-12-03T10:00 のように", "--now like 2026-12-03"),
    (["inbox", "retry"], "`inbox retry ID`", "or `inbox drop ID`"),
    (["schedule", "set"], "どの予定かを選んでください: ", "one of these schedules: "),
    (["manifest", "slack"], "どちらかひとつを書いてください", "or --socket"),
    (["manifest", "slack", "http://x"], "書いてください: http://x", "https://: http://x"),
    (["search", "a", "--limit", "0"], "1以上にしてください", "1 or more"),
    (["search", "--loud"], "hitotsubu の書き方が違います", "see hitotsubu"),
    (["backup"], "`hitotsubu backup FILE`", "where the backup goes"),
    (["backup", "there"], "がありません。HITOTSUBU_DATABASE_URL を", "there is no database "),
    (["company", "add", "--name", "x", "--zone", "y"], "Asia/Tokyo のように", "like Asia/Tokyo: y"),
    (["slack", "invite", "https://x", "--days", "99"], "1から30まで", "1 to 30"),
]


@pytest.mark.parametrize("spoken", ["ja", "en"])
@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: " ".join(mistake[0]))
def test_a_mistake_is_answered_in_the_terminals_language(
    mistake: tuple[list[str], str, str],
    spoken: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words, ja, en = mistake
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HITOTSUBU_DATABASE_URL", f"sqlite:///{tmp_path}/none.db")
    monkeypatch.setenv("HITOTSUBU_VAR", str(tmp_path))
    monkeypatch.setenv("LC_ALL", f"{spoken}_JP.UTF-8")
    assert call(words) == 2
    told = capsys.readouterr().err
    assert (ja if spoken == "ja" else en) in told
    assert "E-08" in told
    assert bool(JAPANESE.search(told)) is (spoken == "ja")


def test_an_empty_database_is_told_how_to_get_a_company(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HITOTSUBU_DATABASE_URL", f"sqlite:///{tmp_path}/empty.db")
    monkeypatch.setenv("HITOTSUBU_VAR", str(tmp_path))
    assert call(["migrate"]) == 0
    for spoken, said in (("ja", "まだ会社がありません。"), ("en", "there is no company yet; ")):
        monkeypatch.setenv("LC_ALL", spoken)
        assert call(["export", "cases"]) == 2
        told = capsys.readouterr().err
        assert said in told
        assert "`hitotsubu import cases`" in told
