"""`hitotsubu schedule`: shown first, kept with --save, refused with a sentence and a code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import cli

Out = pytest.CaptureFixture[str]


@pytest.fixture(scope="module", autouse=True)
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The sample company in a folder of its own, made once."""
    folder = tmp_path_factory.mktemp("schedule")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HITOTSUBU_DATABASE_URL", f"sqlite:///{folder}/schedule.db")
        patch.setenv("HITOTSUBU_VAR", str(folder))
        patch.setenv("LANG", "ja_JP.UTF-8")
        assert cli.call(["seed"]) == 0
        yield folder


def shown(out: Out, *words: str) -> dict[str, object]:
    """The one JSON line that a call prints."""
    assert cli.call(["schedule", *words, "--json"]) == 0
    row: dict[str, object] = json.loads(out.readouterr().out)
    return row


def test_a_change_is_shown_first_and_kept_with_save(capsys: Out) -> None:
    words = ("set", "monthly_digest", "business_day=5", "time=09:30")
    row = shown(capsys, *words)
    assert row["chosen"] == {"business_day": 5, "time": "09:30"}
    assert len(row["next"]) == 5  # type: ignore[arg-type]  # a list
    assert shown(capsys, "list", "monthly_digest")["chosen"] != row["chosen"]
    shown(capsys, *words, "--save")
    assert shown(capsys, "list", "monthly_digest")["chosen"] == row["chosen"]


def test_a_schedule_is_held_resumed_and_turned_off(capsys: Out) -> None:
    for deed, state in (("hold", "held"), ("resume", "on"), ("off", "off"), ("resume", "on")):
        assert shown(capsys, deed, "reflection")["state"] == state


def test_the_list_says_every_rule_in_words(capsys: Out) -> None:
    assert cli.call(["schedule", "list"]) == 0
    text = capsys.readouterr().out
    assert "第2・第4金曜日 10:15" in text
    assert "期限の過ぎたものの消去" in text


def test_a_test_goes_to_one_person(capsys: Out) -> None:
    assert cli.call(["schedule", "test", "reflection", "--to", "nakamura"]) == 0
    assert "試し送り" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["set", "monthly_digest", "business_day=99"], "E-18"),
        (["set", "monthly_digest", "fast"], "E-08"),
        (["hold", "nothing"], "E-08"),
        (["test", "reflection", "--to", "nobody"], "E-08"),
    ],
)
def test_bad_input_is_a_sentence_with_its_code(capsys: Out, words: list[str], code: str) -> None:
    assert cli.call(["schedule", *words]) == 2
    assert code in capsys.readouterr().err


def test_a_duty_is_not_changed(capsys: Out) -> None:
    assert cli.call(["schedule", "off", "retention"]) == 1
    assert "E-01" in capsys.readouterr().err
