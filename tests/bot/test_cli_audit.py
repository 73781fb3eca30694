"""The auditor's commands: the chain against its daily heads, the acts between two days as CSV."""

from __future__ import annotations

import asyncio
import csv
import io
import logging
import re
from datetime import date
from pathlib import Path

import pytest

from bot import cli
from cases import audit, audit_export
from cases.db import Database
from cases.errors import NotAllowed
from cases.models.org import Company, Member
from cases.scope import Scope
from cases.vocabulary import Role
from scheduler.jobs import audit_head
from tests.fakes.clocked import ClockedDatabase


@pytest.fixture
def trail(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ClockedDatabase:
    """A company with two acts, one of them by somebody who has left; the command line is there."""
    monkeypatch.setenv("HITOTSUBU_DATABASE_URL", database_url)
    monkeypatch.setenv("HITOTSUBU_VAR", str(tmp_path))
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    database = ClockedDatabase(database_url)

    async def fill() -> None:
        async with database.transaction(Scope("c1", member_id="sato")) as shelf:
            gone = Member(company_id="c1", id="sato", name="佐藤", active=False)
            shelf.people.add(Company(id="c1", name="サンプル製薬"), gone)
            await audit.record(shelf, "case.publish", "=cmd()")
        database.turn(days=1)
        async with database.transaction(Scope("c1")) as shelf:
            await audit.record(shelf, "case.release", "case-2")
        await database.close()

    asyncio.run(fill())
    return database


def test_the_daily_head_in_the_log_is_what_verify_takes(
    trail: ClockedDatabase,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def head() -> None:
        async with trail.transaction(Scope("c1")) as shelf:
            await audit_head.work(shelf, None)  # type: ignore[arg-type]  # it looks at no turn
        await trail.close()

    with caplog.at_level(logging.INFO):
        asyncio.run(head())
    log = tmp_path / "hitotsubu.log"
    log.write_text(caplog.text)
    assert cli.call(["audit", "verify", "--heads", str(log)]) == 0
    assert capsys.readouterr().out == (
        "2 entries, none changed.\nIt also has the 1 daily heads that were kept.\n"
    )
    log.write_text(caplog.text.replace("audit head c1 2 ", "audit head c1 9 "))
    assert cli.call(["audit", "verify", "--heads", str(log)]) == 1
    assert capsys.readouterr().out == (
        "There is a kept head of entry 9, but the trail ends at 2: its end was cut off, or an "
        "older backup was restored.\n"
    )
    log.write_text(re.sub(r"[0-9a-f]{64}", "0" * 64, caplog.text))
    assert cli.call(["audit", "verify", "--heads", str(log)]) == 1
    assert "kept head of entry 2 is not that of the trail" in capsys.readouterr().out
    log.write_text(caplog.text.replace("audit head c1 ", "audit head c2 "))
    assert cli.call(["audit", "verify", "--heads", str(log)]) == 1
    assert "no daily head" in capsys.readouterr().out


@pytest.mark.attack(37)
def test_the_acts_between_two_days_are_rows_without_formulas(
    trail: ClockedDatabase, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.call(["audit", "export", "--from", "2026-11-05", "--to", "2026-11-05"]) == 0
    told = capsys.readouterr()
    assert told.err == "1 entries written.\n"
    rows = list(csv.DictReader(io.StringIO(told.out.lstrip("\ufeff"))))
    assert [(row["number"], row["actor"], row["name"], row["subject"]) for row in rows] == [
        ("1", "sato", "退職者", "'=cmd()")
    ]

    async def newest() -> tuple[str, str]:
        async with trail.transaction(Scope("c1")) as shelf:
            last = await shelf.audit.last()
            assert last is not None
            found = last.what, last.subject
        await trail.close()
        return found

    assert asyncio.run(newest()) == ("audit.export", "from=2026-11-05 to=2026-11-05 rows=1")


def test_a_day_that_is_none_is_said_so(
    trail: ClockedDatabase, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.call(["audit", "export", "--from", "yesterday"]) == 2
    assert "like 2026-12-03: yesterday" in capsys.readouterr().err
    assert cli.call(["audit", "export", "--from", "2026-11-05", "--to", "9999-12-31"]) == 2
    assert "9999-12-31" in capsys.readouterr().err


@pytest.mark.attack(39)
async def test_only_auditors_export_the_trail(database: Database) -> None:
    async with database.transaction(Scope("c1", "sato", frozenset({Role.HQ_ADMIN}))) as shelf:
        with pytest.raises(NotAllowed):
            await audit_export.read(shelf, date(2026, 11, 1), date(2026, 11, 2))
