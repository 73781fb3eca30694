"""A real company from nothing: founded, its roster looked at, imported, and imported again."""

from __future__ import annotations

import io
import json
import sqlite3
from pathlib import Path

import pytest

from bot import cli

SAMPLE = Path(__file__).parents[2] / "docs/ja/名簿の見本.csv"
HEAD = "氏名,メール,営業所,役割\n"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database with one empty company."""
    monkeypatch.setenv("HITOTSUBU_DATABASE_URL", f"sqlite:///{tmp_path}/roster.db")
    monkeypatch.setenv("HITOTSUBU_VAR", str(tmp_path))
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    assert cli.call(["company", "add", "--name", "ヒビキ製薬"]) == 0
    return tmp_path


def roster(place: Path, text: str, encoding: str = "utf-8") -> str:
    path = place / "roster.csv"
    path.write_bytes(text.encode(encoding))
    return str(path)


def rows(place: Path, query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(place / "roster.db") as db:
        return db.execute(query).fetchall()


def test_a_company_has_one_name_a_language_and_a_time_zone(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.call(["company", "add", "--name", "Hibiki", "--locale", "en"]) == 0
    (printed,) = capsys.readouterr().out.split()[-1:]
    assert (printed,) in rows(place, "select id from company where locale = 'en'")
    assert cli.call(["company", "add", "--name", "ヒビキ製薬"]) == 2
    assert cli.call(["company", "add", "--name", " "]) == 2
    assert cli.call(["company", "add", "--name", "X", "--zone", "Mars/Olympus"]) == 2
    assert cli.call(["roster", "check", str(SAMPLE)]) == 2  # which of the two?


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp932"])
def test_the_sample_is_imported_once_and_says_what_is_missing(
    place: Path, capsys: pytest.CaptureFixture[str], encoding: str
) -> None:
    file = roster(place, SAMPLE.read_text("utf-8"), encoding)
    assert cli.call(["roster", "check", file]) == 0
    out = capsys.readouterr().out
    assert "追加 6名" in out
    assert "新しい営業所: 仙台営業所, 神戸営業所" in out
    assert rows(place, "select count(*) from member") == [(0,)]
    assert cli.call(["roster", "import", file, "--yes"]) == 0
    assert "名簿を更新しました" in capsys.readouterr().err
    assert rows(place, "select count(*) from member where active") == [(6,)]
    assert rows(place, "select what, day from move order by what") == [
        ("join", "2027-04-01"), ("leave", "2027-01-01"), ("move", "2027-04-01"),
    ]  # fmt: skip
    assert cli.call(["roster", "import", file, "--yes", "--json"]) == 0
    deeds = [json.loads(line)["deed"] for line in capsys.readouterr().out.splitlines()]
    assert set(deeds) == {"same"}
    assert cli.call(["audit", "verify"]) == 0


def test_bad_lines_are_numbered_the_others_are_taken_and_vacancies_named(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = roster(place, HEAD + "佐藤,a@x.example,仙台,社長\n鈴木,b@x.example,神戸,\n")
    assert cli.call(["roster", "import", file, "--yes"]) == 1
    out, err = capsys.readouterr()
    assert "2行目 読めない行 佐藤: 知らない役割です (社長)" in out
    assert "推進メンバーがいない営業所: 神戸" in err
    assert "事務局の方がまだいません" in err
    assert rows(place, "select name from member") == [("鈴木",)]
    assert cli.call(["roster", "check", roster(place, "佐藤\n")]) == 2
    assert cli.call(["roster", "check", str(place / "nothing.csv")]) == 2


def test_a_cut_off_file_needs_the_number_and_a_partial_one_lets_nobody_go(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [f"社員{n},p{n}@x.example,仙台,{'事務局' if n == 0 else ''}\n" for n in range(20)]
    assert cli.call(["roster", "import", roster(place, HEAD + "".join(lines)), "--yes"]) == 0
    cut = roster(place, HEAD + "".join(lines[:10]))
    assert cli.call(["roster", "check", cut]) == 1
    assert "10名が退職になります" in capsys.readouterr().out
    assert cli.call(["roster", "import", cut, "--yes"]) == 2
    assert cli.call(["roster", "import", cut, "--yes", "--leaving", "9"]) == 2
    assert cli.call(["roster", "import", cut, "--yes", "--partial"]) == 0
    assert rows(place, "select count(*) from member where active") == [(20,)]
    assert cli.call(["roster", "import", cut, "--yes", "--leaving", "10"]) == 0
    assert rows(place, "select count(*) from member where active") == [(10,)]
    assert cli.call(["roster", "import", roster(place, HEAD + lines[1]), "--yes",
                     "--leaving", "9"]) == 1  # fmt: skip
    assert "最後のひとりです(事務局)" in capsys.readouterr().err  # not hq_admin


def test_somebody_at_the_terminal_is_asked(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    file = roster(place, HEAD + "佐藤,a@x.example,仙台,\n")
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    assert cli.call(["roster", "import", file]) == 2  # nobody sits there
    monkeypatch.setattr("sys.stdin", Terminal("\n"))
    assert cli.call(["roster", "import", file]) == 1
    assert rows(place, "select count(*) from member") == [(0,)]
    monkeypatch.setattr("sys.stdin", Terminal("はい\n"))
    assert cli.call(["roster", "import", file]) == 0
    assert rows(place, "select count(*) from member") == [(1,)]


def test_english_is_spoken_where_the_terminal_is(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    file = roster(place, "name,email,office,roles\nSato Ken,a@x.example,Sendai,manager\n")
    assert cli.call(["roster", "check", file]) == 0
    out = capsys.readouterr().out
    assert "New Sato Ken (E-mail: a@x.example, Office: Sendai, Roles: Group manager)" in out


def test_a_channel_becomes_an_offices_room_and_posting_moves_with_it(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HITOTSUBU_SLACK_BOT_TOKEN", "xoxb-invented")
    assert cli.call(["workspace", "add", "slack", "--team", "T0"]) == 0
    file = roster(place, HEAD + "佐藤,a@x.example,仙台営業所,\n")
    assert cli.call(["roster", "import", file, "--yes"]) == 0
    words = ["room", "add", "--team", "T0", "--office", "仙台", "--channel"]
    assert cli.call([*words, "C0FIRST", "--listen"]) == 0
    assert cli.call([*words, "C0SECOND"]) == 0
    assert rows(place, "select address, posts, listens from room order by address") == [
        ('{"channel": "C0FIRST"}', 0, 1), ('{"channel": "C0SECOND"}', 1, 0),
    ]  # fmt: skip
    assert cli.call([*words, "general"]) == 2
    assert (
        cli.call(["room", "add", "--team", "T1", "--office", "仙台", "--channel", "C0FIRST"]) == 2
    )
    assert (
        cli.call(["room", "add", "--team", "T0", "--office", "月面", "--channel", "C0FIRST"]) == 1
    )
    admins = ["room", "add", "--team", "T0", "--admins", "--channel"]
    assert cli.call([*admins, "C0FIRST"]) == 0
    assert cli.call([*admins, "C0THIRD"]) == 0
    assert rows(place, "select address from room where for_admins") == [('{"channel": "C0THIRD"}',)]
    first = "select posts, listens, office_id from room where address like '%C0FIRST%'"
    assert rows(place, first) == [(0, 0, None)]
    assert "管理者の部屋" in capsys.readouterr().err
    assert cli.call([*admins, "C0FIRST", "--office", "仙台"]) == 2
    capsys.readouterr()
