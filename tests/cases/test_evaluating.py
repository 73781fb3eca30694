"""The figures of an evaluation, computed by hand, and the command on files of its own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.cli import call
from bot.encoders import empty_index
from cases import evaluating, import_rows
from cases.errors import BadInput
from cases.evaluating import Judged, judged
from tests.fakes.encoder import FakeEncoder

CASES = [
    {"id": "log", "title": "視聴ログ", "action": "視聴ログを見てメールを送った", "result": "返信"},
    {"id": "phone", "title": "電話", "action": "電話で日程を聞いた", "result": "会えた"},
    {"id": "paper", "title": "紙", "action": "紙の資料を届けた", "result": "読まれた"},
]
QUERIES = [
    {"id": "1", "query": "視聴ログ メール", "style": "keyword", "relevant": {"log": 3, "paper": 1}},
    {"id": "2", "query": "電話で日程を聞く", "relevant": {"phone": 2}},
    {"query": "社員食堂の献立", "relevant": {}},
]


def lines(rows: Sequence[object]) -> str:
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)


def test_ndcg_is_that_of_the_book() -> None:
    assert evaluating.ndcg(["a", "b"], {"a": 3, "b": 1}) == 1
    # 1 + 7 / log2(3) over 7 + 1 / log2(3)
    assert evaluating.ndcg(["b", "a"], {"a": 3, "b": 1}) == pytest.approx(0.7098, abs=1e-4)
    assert evaluating.ndcg(["x"] * 10 + ["a"], {"a": 3}) == 0


def test_questions_are_asked_and_counted_by_style() -> None:
    rows = import_rows.read(lines(CASES).encode(), csv_file=False)
    cases, encoder = [evaluating.case_of(row) for row in rows], FakeEncoder()
    index = empty_index("", "fake", 64)
    evaluating.fill(index, cases, encoder)
    asked = [judged(number, row) for number, row in enumerate(QUERIES, 1)]
    report = evaluating.evaluate(index, cases, asked, encoder)
    assert [(style, count) for style, count, *_ in report.styles] == [("all", 2), ("keyword", 1)]
    assert report.styles[0][2].value == pytest.approx(1, abs=0.1)
    assert report.styles[0][3].value == report.styles[0][4].value == 1
    assert report.none[1] == 1
    with pytest.raises(BadInput, match="nowhere"):
        evaluating.evaluate(index, cases, [Judged("q", "?", "", {"nowhere": 3})], encoder)

    class Backwards:
        def scores(self, _question: str, texts: Sequence[str]) -> list[float]:
            return [float(at) for at in range(len(texts))]

    worse = evaluating.evaluate(index, cases, asked, encoder, Backwards())
    assert worse.styles[0][4].value < 1


@pytest.mark.parametrize(
    "row", [{"query": 3}, {"query": "a", "relevant": []}, {"query": "a", "relevant": {"x": 9}}]
)
def test_a_bad_line_is_named(row: dict[str, object]) -> None:
    with pytest.raises(BadInput, match=" 7"):
        judged(7, row)


@pytest.mark.parametrize("as_json", [False, True])
def test_the_command_prints_a_table(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    as_json: bool,
) -> None:
    monkeypatch.setattr("bot.cli.eval.BundledEncoder", FakeEncoder)
    cases, queries = tmp_path / "cases.jsonl", tmp_path / "queries.jsonl"
    cases.write_text(lines(CASES), encoding="utf-8")
    queries.write_text(lines(QUERIES), encoding="utf-8")
    asked = ["eval", "--cases", str(cases), "--queries", str(queries)]
    assert call([*asked, *(["--json"] if as_json else [])]) == 0
    out = capsys.readouterr().out
    if as_json:
        first, *_, last = map(json.loads, out.splitlines())
        assert (first["v"], first["style"], first["n"], len(first["ndcg"])) == (1, "all", 2, 3)
        assert last["style"] == "none"
    else:
        assert "nDCG@10" in out
        assert "keyword" in out


def test_the_command_refuses_what_it_cannot_read(tmp_path: Path) -> None:
    nothing = tmp_path / "nothing"
    assert call(["eval", "--cases", str(nothing), "--queries", str(nothing)]) == 2
    nothing.write_text("", encoding="utf-8")
    assert call(["eval", "--cases", str(nothing), "--queries", str(nothing)]) == 2
