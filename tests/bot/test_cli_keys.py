"""`hitotsubu keys`: a new key first, everything sealed anew, the old one out."""

from __future__ import annotations

import asyncio
import base64
import shutil
from pathlib import Path

import pytest

from bot import cli
from cases.db import Database
from cases.models.case import Draft
from cases.models.org import Company
from cases.scope import Scope
from cases.seal import parse_ring
from tests.fakes.cast import NOON

ONE, TWO = (f"k{n}:" + base64.b64encode(bytes(range(n, n + 32))).decode() for n in (1, 2))


def test_a_key_is_changed_in_three_steps(
    sqlite_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.copy(sqlite_file, tmp_path / "k.db")
    monkeypatch.setenv("HITOTSUBU_DATABASE_URL", f"sqlite:///{tmp_path}/k.db")
    monkeypatch.setenv("HITOTSUBU_VAR", str(tmp_path))
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    ring = parse_ring(ONE)

    async def fill() -> None:
        database = Database(f"sqlite:///{tmp_path}/k.db")
        async with database.transaction(Scope("c1")) as shelf:
            shelf.people.add(Company(id="c1", name="サンプル製薬"))
            shelf.cases.add(
                Draft(
                    company_id="c1", author_id="sato", created_at=NOON, updated_at=NOON,
                    original=ring.seal("text", "c1"),
                )
            )  # fmt: skip
        await database.close()

    asyncio.run(fill())
    for ring_text, code, told in (
        (f"{ONE},{TWO}", 0, "0 values sealed anew with key k1.\nk1\t1\nk2\t0\n"),
        (f"{TWO},{ONE}", 0, "1 values sealed anew with key k2.\nk2\t1\nk1\t0\n"),
        (ONE, 1, "0 values sealed anew with key k1.\nk1\t0\n?\t1\n"),
        (TWO, 0, "0 values sealed anew with key k2.\nk2\t1\n"),
    ):
        monkeypatch.setenv("HITOTSUBU_DATA_KEY", ring_text)
        assert cli.call(["keys", "rotate"]) == code
        assert capsys.readouterr().out == told
