"""FM20 with a real process: libfaketime turns its wall clock, and that of its database, back and
forth around a digest day."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cases import sample
from cases.db import Database
from cases.scope import Scope
from scheduler.models import Delivery
from scheduler.store.ledger import Ledger
from tests.faults.matrix import Measured, fault

ROOT = Path(__file__).parents[2]
LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
START = datetime(2026, 12, 3, 0, 20, tzinfo=UTC)  # 09:20 in Tokyo; the digest is due at 10:00
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
RIGHT = [minutes * MINUTE for minutes in (0, 5, 10, 15, 20, 70, 75, 80, 140)]
WRONG = {1: HOUR, 2: -HOUR, 3: 40 * DAY, 4: 40 * DAY, 6: HOUR, 7: -HOUR}


def plans(path: Path, moments: Sequence[datetime]) -> list[datetime]:
    """Lets a planner plan once at each moment of its wall clock; the times that it read."""
    clock = path.with_suffix(".clock")
    environ = {
        **os.environ,
        "LD_PRELOAD": str(LIBRARY),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",  # each question reads the file
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",  # its name before 0.9.10
    }
    words = [sys.executable, "-m", "tests.faults.wall_clock", f"sqlite:///{path}"]
    clock.write_text("+0\n", "utf-8")
    with subprocess.Popen(
        words, cwd=ROOT, env=environ, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as planner:
        assert planner.stdin is not None
        assert planner.stdout is not None
        read = []
        for moment in moments:
            ahead = (moment - datetime.now(UTC)).total_seconds()
            clock.write_text(f"{ahead:+.0f}\n", "utf-8")
            planner.stdin.write("plan\n")
            planner.stdin.flush()
            read.append(datetime.fromisoformat(planner.stdout.readline().strip()))
        planner.stdin.close()
    assert planner.returncode == 0
    return read


async def owed(path: Path) -> dict[str, datetime]:
    """Every message by its key, with the earliest moment at which it may go."""
    database = Database(f"sqlite:///{path}")
    async with database.transaction(Scope(sample.COMPANY)) as shelf:
        rows = await Ledger(shelf).deliveries(Delivery.id.is_not(None), 1000)
    await database.close()
    assert len({row.dedupe_key for row in rows}) == len(rows)
    return {row.dedupe_key: row.not_before for row in rows}


@pytest.mark.slow
@pytest.mark.skipif(LIBRARY is None, reason="no libfaketime on this machine; CI installs it")
@fault(20)
async def test_a_wall_clock_that_jumps_owes_what_a_steady_one_owes(
    company_file: Path, tmp_path: Path, measured: Measured
) -> None:
    found = {}
    for name, wrong in (("steady", {}), ("jumping", WRONG)):
        path = tmp_path / f"{name}.db"
        shutil.copy(company_file, path)
        moments = [
            START + right + wrong.get(number, timedelta()) for number, right in enumerate(RIGHT)
        ]
        read = plans(path, moments)
        off = [abs(one - moment) for one, moment in zip(read, moments, strict=True)]
        assert max(off) < 5 * MINUTE  # the clock was really turned
        found[name] = await owed(path)
    digests = [key for key in found["jumping"] if key.startswith("monthly_digest:2026-11:")]
    assert len(digests) > 1
    assert found["jumping"].keys() == found["steady"].keys()
    assert all(abs(when - found["steady"][key]) < DAY for key, when in found["jumping"].items())
    measured(f"{len(found['jumping'])} messages as with a steady clock, {len(digests)} digests")
