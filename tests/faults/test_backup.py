"""Backups on record, and what is left of one whose process was killed."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import pytest

from bot import cli
from bot.cli.starting import started
from cases import audit
from cases.db import Database
from cases.models.org import Company
from cases.scope import Scope
from tests.faults.test_restore import Place, company, place

__all__ = ["place"]  # the fixture


def test_everycompany_has_on_record_which_backup_was_made(place: Place) -> None:
    async def another(database: Database) -> None:
        async with database.transaction(Scope("c2")) as shelf:
            shelf.people.add(Company(id="c2", name="別の製薬", settings={}))

    async def backups(database: Database) -> list[list[tuple[str, str]]]:
        found = []
        for company_id in ("c1", "c2"):
            async with database.transaction(Scope(company_id)) as shelf:
                rows = await shelf.audit.of("backup.write")
                found.append([(row.actor, row.subject) for row in rows])
                assert await audit.first_broken(shelf) is None
        return found

    place.do(company)
    place.do(another)
    dump = place.folder / "dump"
    assert cli.call(["backup", str(dump)]) == 0
    assert cli.call(["backup", "--tombstones"]) == 0
    row = ("system", f"sha256={hashlib.sha256(dump.read_bytes()).hexdigest()}")
    assert place.do(backups) == [[row], [row]]
    place.move()
    assert cli.call(["restore", str(dump)]) == 0
    assert place.do(backups) == [[], []]  # it was written after what it is about


# Waits in the middle of a backup, as long as it is let.
SLOW = """
import sys, time
from bot import cli
from bot.cli.starting import started
from bot.cli import sealed_file
sealed_file.seal = lambda *_: (print("plain", flush=True), time.sleep(600))
sys.exit(cli.call(["backup", sys.argv[1]]))
"""


@pytest.mark.slow
@pytest.mark.attack(55)
def test_the_plain_dump_of_a_killed_backup_goes_at_the_next_start(place: Place) -> None:
    place.do(company)
    command = [sys.executable, "-c", SLOW, str(place.folder / "killed")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "plain\n"
    (left,) = place.folder.glob("*/dump")
    started()  # as `serve`, `run` and `worker` do
    assert cli.call(["backup", str(place.folder / "dump")]) == 0
    assert left.exists()  # somebody is at work on it
    process.kill()
    process.wait()
    process.stdout.close()
    assert left.exists()
    started()
    assert not left.parent.exists()
    assert not (place.folder / "killed").exists()
