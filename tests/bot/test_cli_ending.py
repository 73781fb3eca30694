"""The end of a company at the terminal: a dry run, the name, the certificate, and a restore."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import cli
from cases import ending
from cases.db import Database
from cases.index.saved import Saved
from cases.models.case import Case
from cases.models.org import Company, Member
from cases.scope import Scope

Out = pytest.CaptureFixture[str]
CANARY = "カナリア先生の外来"
KEY = "k1:" + "A" * 43 + "="


@pytest.fixture
def place(sqlite_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two companies in one database, and an index of the first on the disk."""
    (tmp_path / "k.db").write_bytes(sqlite_file.read_bytes())
    now = datetime.now(UTC)

    async def fill() -> None:
        database = Database(f"sqlite:///{tmp_path}/k.db")
        for company_id, name in (("c1", "サンプル製薬"), ("c2", "となり製薬")):
            async with database.transaction(Scope(company_id)) as shelf:
                shelf.people.add(Company(id=company_id, name=name))
                for who in ("nakamura", "abe"):
                    row = Member(company_id=company_id, id=who, name=who, roles=["hq_admin"])
                    shelf.people.add(row)
                case = Case(company_id=company_id, id="one", author_id="abe", title="題")
                case.action = CANARY if company_id == "c1" else "送った"
                case.result, case.shared_at, case.changed_at = "来た", now, now
                shelf.cases.add(case)
        await database.close()

    asyncio.run(fill())
    saved = Saved.of(tmp_path, "c1", "m", 4).beside()
    (saved / "words").write_text(CANARY, "utf-8")
    for name, value in {
        "DATABASE_URL": f"sqlite:///{tmp_path}/k.db",
        "VAR": str(tmp_path),
        "DATA_KEY": KEY,
    }.items():
        monkeypatch.setenv(f"HITOTSUBU_{name}", value)
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    return tmp_path


END = ["company", "delete", "--company", "サンプル製薬", "--by", "nakamura", "--second", "abe"]


def test_first_a_dry_run_then_the_name_and_a_certificate(place: Path, capsys: Out) -> None:
    paper = place / "certificate.json"
    assert cli.call(END) == 0
    out = capsys.readouterr().out
    assert "case\t1" in out
    assert "A dry run" in out
    for more in (
        ["--confirm", "となり製薬", "--certificate", str(paper)],
        ["--confirm", "サンプル製薬"],
    ):
        assert cli.call([*END, *more]) == 2
        assert "E-08" in capsys.readouterr().err
    assert cli.call([*END[:-1], "nakamura"]) == 1
    assert "E-42" in capsys.readouterr().err
    assert cli.call(["doctor", "--find", CANARY]) == 1
    capsys.readouterr()
    assert cli.call([*END, "--confirm", "サンプル製薬", "--certificate", str(paper)]) == 0
    out = capsys.readouterr().out
    made = json.loads(paper.read_text("utf-8"))
    assert (made["company"], made["left"], made["deleted"]["case"]) == ("c1", {}, 1)
    assert [one["id"] for one in made["by"]] == ["nakamura", "abe"]
    assert made["audit_head"].startswith("audit head c1 ")
    assert made["text"].startswith("サンプル製薬(c1)のデータ")
    assert len(made["remains"]) == 7
    assert "35 days" in out
    assert cli.call(["doctor", "--find", CANARY]) == 0
    assert cli.call(["audit", "verify"]) == 0  # the neighbour's, now the only one


def test_nothing_goes_while_a_legal_hold_is_in_force(place: Path, capsys: Out) -> None:
    hold = ["hold", "place", "--case", "one", "--reference", "A1", "--by", "abe"]
    assert cli.call([*hold, "--company", "c1"]) == 0
    assert cli.call([*END, "--confirm", "サンプル製薬", "--certificate", str(place / "x")]) == 2
    assert "E-44" in capsys.readouterr().err
    assert not (place / "x").exists()
    assert cli.call(["doctor", "--find", CANARY]) == 1


def test_a_restore_does_not_bring_it_back(
    place: Path, capsys: Out, monkeypatch: pytest.MonkeyPatch
) -> None:
    dump, stones = str(place / "dump"), place / "stones"
    assert cli.call(["backup", dump]) == 0
    paper = str(place / "certificate.json")
    assert cli.call([*END, "--confirm", "サンプル製薬", "--certificate", paper]) == 0
    capsys.readouterr()
    assert cli.call(["backup", "--tombstones"]) == 0
    stones.write_text(capsys.readouterr().out, "utf-8")
    assert '"what": "company"' in stones.read_text("utf-8")
    for name in ("k.db", "k.db-wal", "k.db-shm"):
        (place / name).unlink(missing_ok=True)
    monkeypatch.setenv("HITOTSUBU_DATABASE_URL", f"sqlite:///{place}/new.db")
    assert cli.call(["restore", dump, "--tombstones", str(stones)]) == 0
    capsys.readouterr()
    assert cli.call(["doctor", "--find", CANARY]) == 0
    assert cli.call(["backup", "--tombstones"]) == 0
    assert '"what": "company"' in capsys.readouterr().out


def test_where_rows_are_left_the_paper_does_not_say_that_all_is_gone(
    place: Path, capsys: Out, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def wipe(_owner: Database, _company: str) -> tuple[dict[str, int], dict[str, int]]:
        return {"case": 1}, {"inbox_event": 2}

    monkeypatch.setattr(ending, "wipe", wipe)
    paper = place / "certificate.json"
    assert cli.call([*END, "--confirm", "サンプル製薬", "--certificate", str(paper)]) == 1
    seen = capsys.readouterr()
    assert "inbox_event 2" in seen.err
    assert "Everything is deleted" not in seen.out
    made = json.loads(paper.read_text("utf-8"))
    assert made["left"] == {"inbox_event": 2}
    assert "まだ消し切れていません" in made["text"]
