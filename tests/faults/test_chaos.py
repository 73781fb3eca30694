"""A short chaos run: three real workers, kill −9, and a Slack that lies; `make chaos` is long."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.faults.matrix import Measured, fault

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
SHORT = ("--seeds", "1", "--deliveries", "300", "--kills", "6", "--worlds", "0")


def chaos(database: str) -> dict[str, Any]:
    """The line of one short seed; it fails when a bar is missed."""
    command = [sys.executable, "-m", "benchmarks.chaos", *SHORT, "--database", database]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    seed, said = done.stdout.splitlines()
    assert said.startswith("chaos held")
    line: dict[str, Any] = json.loads(seed)
    return line


@fault(8)
@fault(9)
@fault(11)
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_killed_workers_and_a_lying_slack_lose_and_double_nothing(
    database: str, measured: Measured
) -> None:
    line = chaos(database)
    assert (line["deliveries"], line["kills"]) == (300, 6)
    assert line["faults"] > 15
    assert (line["duplicates_after_sweep"], line["lost"], line["needs_human"]) == (0, 0, 0)
    measured(
        f"{database}: 0 twice and 0 missing of 300 after {line['kills']} kills and "
        f"{line['faults']} faults, {line['removed_by_sweep']} late copies removed"
    )
