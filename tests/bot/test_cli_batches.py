"""Import, export and the batches of the command line, as a script would call them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot import cli
from bot.cli import import_cases
from cases.embedding import Embedder
from cases.embedding.bundled import BundledEncoder

ROWS: list[dict[str, Any]] = [
    {
        "id": "a-1",
        "title": "講演会の翌朝にひとこと",
        "action": "Web講演会の翌朝、見てくださった先生に御礼と質問をひとつだけ送りました。",
        "result": "5人のうち3人から返信をいただきました。",
        "channels": ["web_seminar", "email"],
        "area": "diabetes",
        "customer": "clinic",
        "barrier": ["no_visible_benefit"],
        "office": "甲府営業所",
        "posted_at": "2026-05-11",
    },
    {
        "id": "a-2",
        "title": "受付の予定表",
        "action": "山田先生の予定を受付で伺い、昼の前に電話を変えました。",
        "result": "はじめて話せました。",
        "channels": ["phone"],
        "office": "甲府営業所",
    },
    {
        "id": "a-3",
        "title": "採用の御礼",
        "action": "採用の御礼に商品券をお渡しし、処方を増やしていただく約束をしました。",
        "result": "処方が倍になりました。",
        "office": "佐渡営業所",
    },
]


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of its own; vectors are written with the bundled encoder, without torch."""
    monkeypatch.setenv("HITOTSUBU_DATABASE_URL", f"sqlite:///{tmp_path}/cli.db")
    monkeypatch.setenv("HITOTSUBU_VAR", str(tmp_path))
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")

    def load(self: import_cases.Crew) -> Embedder:
        return BundledEncoder(self.vectors)

    monkeypatch.setattr(import_cases.Crew, "_load", load)
    return tmp_path  # type: ignore[return-value]  # a fixture without an end


def write(place: Path, rows: list[dict[str, Any]], name: str = "cases.jsonl") -> str:
    path = place / name
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return str(path)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_each_row_is_reported_and_a_second_import_changes_nothing(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(place, ROWS)
    assert cli.call(["import", "cases", path, "--released", "--json"]) == 0
    first = lines(capsys)
    assert [row["outcome"] for row in first] == ["ok", "masked", "held"]
    assert first[1]["why"] == ["hcp_name"]
    assert cli.call(["import", "cases", path, "--released", "--json"]) == 0
    assert [row["outcome"] for row in lines(capsys)] == ["duplicate", "duplicate", "held"]


def test_a_reviewed_row_passes_and_its_release_can_wait(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    held = {**ROWS[0], "id": "b-1", "action": "他社の製品は効かないとお伝えしました。"}
    path = write(place, [held])
    assert cli.call(["import", "cases", path, "--json"]) == 0
    before = lines(capsys)[0]
    assert (before["outcome"], before["why"]) == ("held", ["disparagement"])
    assert cli.call(["import", "cases", path, "--reviewed", "b-1", "--json"]) == 0
    assert lines(capsys)[0]["outcome"] == "ok"
    assert cli.call(["export", "cases"]) == 0  # not released yet: nothing is company-wide
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"action": "a", "result": "b"}\n{"action"', "2行目が JSON ではありません"),
        ("[1]", "1行目が JSON のオブジェクトではありません。{…}"),
        ('{"action": "a"}', '1行目の "result" が空です'),
        ('{"action": ["a"], "result": "b"}', '1行目の "action" は、文で'),
        ('{"action": "a", "result": "b", "channels": 3}', '1行目の "channels" は、ことばの一覧で'),
        ('{"action": "a", "result": "b", "posted_at": "May"}', '1行目の "posted_at"'),
        ('{"action": "a", "result": "b", "kind": "x"}', '1行目の "kind"'),
    ],
)
def test_a_bad_file_is_refused_with_its_line_before_anything_is_written(
    place: Path, capsys: pytest.CaptureFixture[str], text: str, words: str
) -> None:
    (place / "bad.jsonl").write_text(text, "utf-8")
    assert cli.call(["import", "cases", str(place / "bad.jsonl")]) == 2
    assert words in capsys.readouterr().err
    assert not (place / "cli.db").exists()


def test_a_search_batch_names_cases_by_their_own_ids(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cli.call(["import", "cases", write(place, ROWS[:2]), "--released"])
    asked = [
        {"id": "q1", "query": "講演会のあとに返信をもらうには?"},
        {"id": "q2", "query": "患者さん(70歳男性、昨日入院)に薬疹が出た。どう報告する?"},
    ]
    batch = write(place, asked, "queries.jsonl")
    capsys.readouterr()
    assert cli.call(["search", "--batch", batch, "--json"]) == 0
    found, refused = lines(capsys)
    assert (found["v"], found["id"]) == (1, "q1")
    assert found["hits"][0]["case"] == "a-1"
    assert {hit["case"] for hit in found["hits"]} == {"a-1", "a-2"}
    assert found["hits"][0]["why"]
    assert (refused["match"], refused["hits"]) == ("none", [])
    assert refused["refused"]
    assert cli.call(["search", "受付の予定", "--limit", "1"]) == 0
    assert "1. " in capsys.readouterr().out


def test_an_export_can_be_imported_again_and_holds_no_formula(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evil = {**ROWS[0], "id": "=1+1", "title": "=HYPERLINK(1)"}
    cli.call(["import", "cases", write(place, [evil, ROWS[1]]), "--released"])
    capsys.readouterr()
    assert cli.call(["export", "cases", "--format", "csv"]) == 0
    table = list(csv.DictReader(io.StringIO(capsys.readouterr().out.removeprefix("\ufeff"))))
    assert {row["title"] for row in table} == {"'=HYPERLINK(1)", "受付の予定表"}
    assert not any(value.startswith("=") for row in table for value in row.values())
    assert cli.call(["export", "cases", "--output", str(place / "out.jsonl")]) == 0
    assert cli.call(["export", "cases", "--format", "md"]) == 0
    assert "**やったこと** A先生の予定を" in capsys.readouterr().out
    again = str(place / "out.jsonl")
    assert cli.call(["import", "cases", again, "--json"]) == 0
    assert {row["outcome"] for row in lines(capsys)} == {"duplicate"}
    assert cli.call(["audit", "verify"]) == 0
    assert "5件" in capsys.readouterr().out


def test_a_table_from_excel_is_read_in_its_own_code_page(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "id,action,result,channels,area\r\nx,電話を昼に変えた,話せた,phone;fax,cns\r\n"
    (place / "t.csv").write_bytes(text.encode("cp932"))
    assert cli.call(["import", "cases", str(place / "t.csv"), "--released"]) == 0
    assert cli.call(["export", "cases"]) == 0
    row = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (row["channels"], row["area"]) == (["phone", "fax"], ["neuro"])


def test_long_text_and_unknown_words_are_warnings(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = {**ROWS[0], "title": "長" * 60, "channels": ["smoke_signal"]}
    assert cli.call(["import", "cases", write(place, [row]), "--json"]) == 0
    warnings = lines(capsys)[0]["warnings"]
    assert warnings == ["long:title:40", "unknown:channels:smoke_signal"]


def test_the_guard_speaks_in_code_points(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    batch = write(place, [{"id": "t", "text": "🙂山田先生に会えた。"}])
    assert cli.call(["guard", "--batch", batch, "--json"]) == 0
    row = lines(capsys)[0]
    assert (row["v"], row["id"], row["decision"]) == (1, "t", "mask")
    assert row["findings"] == [{"type": "hcp_name", "action": "mask", "start": 1, "end": 5}]
    assert row["masked"] == "🙂A先生に会えた。"
    assert cli.call(["guard", "山田先生に会えた。"]) == 0
    assert "mask\thcp_name" in capsys.readouterr().out


def test_capture_gives_a_reading_and_a_draft(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    batch = write(place, [{"id": "p", "text": ROWS[0]["action"] + ROWS[0]["result"]}])
    assert cli.call(["capture", "--batch", batch, "--json"]) == 0
    row = lines(capsys)[0]
    assert set(row) == {"v", "id", "is_win", "score", "channels", "area", "draft"}
    assert row["is_win"] is True
    assert row["draft"]["result"]
    assert cli.call(["capture", "先生に電話した"]) == 0


@pytest.mark.parametrize(
    "words",
    [
        ["search"],
        ["search", "a", "--batch", "b"],
        ["search", "a", "--limit", "0"],
        ["search", "a"],  # no database yet
        ["guard", "--batch", "nowhere.jsonl"],
        ["import", "cases", "nowhere.jsonl"],
        ["import"],
        ["dance"],
        ["plan"],
        ["plan", "--dry-run", "--now", "soon"],
        ["manifest", "slack", "http://plain.example"],
        ["manifest", "slack"],
        ["manifest", "slack", "https://bot.example", "--socket"],
        ["slack", "invite", "http://plain.example"],
        ["slack", "invite", "https://bot.example", "--days", "0"],
    ],
)
def test_bad_input_is_one_sentence_with_a_code(
    place: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    assert cli.call(words) == 2
    error = capsys.readouterr().err.strip()
    assert "E-08" in error
    assert "Traceback" not in error
