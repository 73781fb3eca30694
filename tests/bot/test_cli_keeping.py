"""Legal holds, periods, one person's data and old backups from the command line."""

from __future__ import annotations

import asyncio
import csv
import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import cli
from bot.cli.backup import Manifest, prune
from cases.db import Database
from cases.index.saved import Saved
from cases.models.case import Case
from cases.models.org import Company, Member
from cases.scope import Scope
from cases.vocabulary import Status

Out = pytest.CaptureFixture[str]


@pytest.fixture(scope="module", autouse=True)
def place(sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A company with two of head office, an MR and one who left; made once."""
    folder = tmp_path_factory.mktemp("keeping")
    (folder / "k.db").write_bytes(sqlite_file.read_bytes())

    async def fill() -> None:
        database = Database(f"sqlite:///{folder}/k.db")
        async with database.transaction(Scope("c1")) as shelf:
            shelf.people.add(Company(id="c1", name="サンプル製薬"))
            for who, role in (("nakamura", "hq_admin"), ("abe", "hq_admin"), ("sato", "member")):
                row = Member(company_id="c1", id=who, name=who, roles=[role])
                shelf.people.add(row)
            shelf.people.add(Member(company_id="c1", id="ono", name="小野", active=False))
        await database.close()

    asyncio.run(fill())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HITOTSUBU_DATABASE_URL", f"sqlite:///{folder}/k.db")
        patch.setenv("HITOTSUBU_VAR", str(folder))
        patch.setenv("LANG", "en_US.UTF-8")
        yield folder


def test_a_hold_is_placed_listed_and_lifted(capsys: Out) -> None:
    words = ["hold", "place", "--member", "ono", "--reference", "2026-017", "--by", "nakamura"]
    assert cli.call(words) == 0
    number = capsys.readouterr().out.split("\t")[0]
    assert cli.call(["member", "delete", "ono", "--by", "nakamura", "--second", "abe"]) == 2
    assert "legal hold" in capsys.readouterr().err
    assert cli.call(["hold", "list"]) == 0
    assert capsys.readouterr().out.startswith(f"{number}\tmember\tono\t2026-017\t")
    assert cli.call(["hold", "lift", number, "--by", "nakamura"]) == 0
    capsys.readouterr()
    assert cli.call(["hold", "list"]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (
            ["place", "--all", "--case", "x", "--by", "nakamura"],
            2,
            "one of --all, --member and --case",
        ),
        (["place", "--all", "--reference", "A1", "--by", "sato"], 1, "E-02"),
        (["place", "--case", "x", "--reference", "A1", "--by", "nakamura"], 1, "E-01"),
        (["lift", "x"], 2, "by e-mail or id (--by"),
        (["lift", "x", "--by", "ono"], 2, "“ono” has left"),
    ],
)
def test_what_cannot_be_held_is_said_so(words: list[str], code: int, why: str, capsys: Out) -> None:
    assert cli.call(["hold", *words]) == code
    assert why in capsys.readouterr().err


def test_the_whole_company_and_one_case_can_be_held(capsys: Out) -> None:
    assert cli.call(["hold", "place", "--all", "--reference", "A1", "--by", "abe"]) == 0
    number = capsys.readouterr().out.split("\t")[0]
    assert cli.call(["hold", "lift", number, "--by", "nakamura"]) == 0


def test_the_table_of_periods_and_the_years_of_the_trail(capsys: Out) -> None:
    two = ["--by", "nakamura", "--second", "abe"]
    assert cli.call(["retention", "--audit-years", "7", *two]) == 0
    assert f"audit entry\t{7 * 365} days\twritten" in capsys.readouterr().out
    assert cli.call(["retention", "--audit-years", "2", *two]) == 2
    alone = ["--by", "abe", "--second", "abe"]
    assert cli.call(["retention", "--audit-years", "5", *alone]) == 1
    said = capsys.readouterr().err
    assert "E-42" in said
    assert "Two people decide this together" in said  # as for a word of the company


def test_a_persons_data_is_written_and_then_deleted_by_two(place: Path, capsys: Out) -> None:
    target = place / "ono.json"
    assert cli.call(["member", "export", "ono", "--output", str(target)]) == 0
    assert json.loads(target.read_text("utf-8"))["member"][0]["name"] == "小野"
    assert "1 rows written" in capsys.readouterr().err
    assert cli.call(["member", "delete", "ono", "--by", "abe", "--second", "abe"]) == 1
    assert cli.call(["member", "delete", "ono", "--by", "abe", "--second", "sato"]) == 1
    assert cli.call(["member", "delete", "ono", "--by", "abe", "--second", "nakamura"]) == 0
    assert "Deleted" in capsys.readouterr().out
    assert cli.call(["audit", "verify"]) == 0


def test_old_backups_go_with_their_manifests_and_nothing_else(tmp_path: Path, capsys: Out) -> None:
    now = datetime.now(UTC)
    for name, days in (("old", 36), ("young", 34)):
        made = (now - timedelta(days=days)).isoformat()
        manifest = Manifest(1, made, "sqlite", "20261202", {}, {}, "0")
        text = json.dumps({key: getattr(manifest, key) for key in manifest.__slots__})
        (tmp_path / f"{name}.json").write_text(text)
        (tmp_path / name).write_bytes(b"sealed")
    (tmp_path / "notes.json").write_text('{"v": 1}')
    assert cli.call(["backup", "--prune", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'old'}\n"
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == ["notes.json", "young", "young.json"]
    assert prune(tmp_path, now) == [tmp_path / "young"]


def test_the_cases_are_written_in_every_form(
    place: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    for form in ("csv", "json", "md", "xlsx"):
        target = place / f"cases.{form}"
        assert cli.call(["export", "cases", "--format", form, "--output", str(target)]) == 0
        assert target.exists()
    capfdbinary.readouterr()
    assert cli.call(["export", "cases", "--format", "xlsx"]) == 0
    assert capfdbinary.readouterr().out.startswith(b"PK")
    assert cli.call(["export", "cases", "--output", str(place / "no" / "folder")]) == 2


def test_one_case_ends_at_once_by_two_and_not_under_a_hold(place: Path, capsys: Out) -> None:
    canary = "カナリア先生の外来"
    now = datetime.now(UTC)

    async def fill() -> None:
        database = Database(f"sqlite:///{place}/k.db")
        async with database.transaction(Scope("c1")) as shelf:
            row = Case(company_id="c1", id="one", author_id="sato", title="題", action=canary)
            row.result, row.shared_at, row.changed_at = "来た", now, now
            shelf.cases.add(row)
        await database.close()

    asyncio.run(fill())
    saved = Saved.of(place, "c1", "m", 4).beside()
    (saved / "words").write_text(canary, "utf-8")
    end = ["case", "delete", "one", "--reason", "patient", "--by", "nakamura", "--second"]
    assert cli.call(["hold", "place", "--case", "one", "--reference", "A1", "--by", "abe"]) == 0
    number = capsys.readouterr().out.split("\t")[0]
    assert cli.call([*end, "abe"]) == 2
    assert "E-44" in capsys.readouterr().err
    assert cli.call(["hold", "lift", number, "--by", "abe"]) == 0
    assert cli.call(["doctor", "--find", canary]) == 1
    for second, code in (("nakamura", "E-42"), ("sato", "E-02"), ("ono", "E-08")):
        assert cli.call([*end, second]) in (1, 2)
        assert code in capsys.readouterr().err
    assert cli.call([*end, "abe"]) == 0
    assert capsys.readouterr().out == "Deleted at once: case 1\n"
    assert not saved.exists()
    assert cli.call(["doctor", "--find", canary]) == 0
    assert cli.call(["audit", "verify"]) == 0


def test_everything_is_written_at_an_exit_by_two(place: Path, capsys: Out) -> None:
    now = datetime.now(UTC)

    async def fill() -> None:
        database = Database(f"sqlite:///{place}/k.db")
        async with database.transaction(Scope("c1")) as shelf:
            for status in ("office", "company", "stale", "withdrawn"):
                row = Case(company_id="c1", id=f"x-{status}", author_id="sato", title="=1+1")
                row.action, row.result, row.status = "送った", "来た", Status(status)
                row.shared_at = row.changed_at = now
                shelf.cases.add(row)
        await database.close()

    asyncio.run(fill())
    target, two = place / "all.csv", ["--by", "nakamura", "--second", "abe"]
    words = ["export", "cases", "--all", "--format", "csv", "--output", str(target)]
    assert cli.call(words) == 2
    assert cli.call([*words, "--by", "abe", "--second", "abe"]) == 1
    assert "E-42" in capsys.readouterr().err
    assert cli.call([*words, "--by", "sato", "--second", "abe"]) == 1
    assert not target.exists()
    assert cli.call([*words, *two]) == 0
    with target.open(encoding="utf-8-sig") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    told = {(row["scope"], row["status"]) for row in rows.values()}
    assert told == {("office", "office"), ("company", "company"), ("company", "stale")}
    assert {row["title"] for row in rows.values()} == {"'=1+1"}
    for form in ("json", "xlsx", "md"):
        out = place / f"all.{form}"
        assert cli.call([*words[:4], form, "--output", str(out), *two]) == 0
    first = json.loads((place / "all.json").read_text("utf-8").splitlines()[0])
    assert {"scope", "status"} <= set(first)
    assert set(first).isdisjoint({"author", "author_id", "by"})
    with sqlite3.connect(place / "k.db") as db:
        found = db.execute("select actor, subject from audit_entry where what = 'export.all.csv'")
        assert found.fetchall() == [
            ("nakamura", "rows=3 company=1 office=1 stale=1 second=abe"),
        ]
