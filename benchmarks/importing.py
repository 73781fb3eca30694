"""How long 500 imported cases take, check and vectors included: `python -m benchmarks.importing`.

The rows are the development cases over and over, with a number in each sentence, so that no
sentence's vector is found in the cache. Measured is the whole command in a process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.rows import DATA, Row, show

ROOT = Path(__file__).parents[1]
ROWS = 500


def changed(value: Any, number: int) -> Any:
    """A text with the number in each of its sentences; anything else as it is."""
    if not isinstance(value, str) or len(value) < 8:
        return value
    return value.replace("。", f"({number})。") + ("" if value.endswith("。") else f"({number})")


def file_of(folder: Path) -> Path:
    """500 rows as JSON Lines."""
    given = [json.loads(line) for line in (DATA / "cases.jsonl").read_text("utf-8").splitlines()]
    path = folder / "cases.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(ROWS):
            row = {key: changed(value, number) for key, value in given[number % len(given)].items()}
            file.write(json.dumps({**row, "id": f"bench-{number}"}, ensure_ascii=False) + "\n")
    return path


def rows() -> list[Row]:
    """Seconds of `hitotsubu import cases FILE --released`, and what became of the rows."""
    with tempfile.TemporaryDirectory(prefix="hitotsubu-") as name:
        folder = Path(name)
        env = {
            **os.environ,
            "HITOTSUBU_DATABASE_URL": f"sqlite:///{folder}/import.db",
            "HITOTSUBU_VAR": name,
        }
        command = [sys.executable, "-m", "bot", "import", "cases", str(file_of(folder))]
        begun = time.perf_counter()
        done = subprocess.run(  # our own command
            [*command, "--released", "--json"], cwd=ROOT, env=env, capture_output=True, check=True
        )
        seconds = time.perf_counter() - begun
    outcomes = [json.loads(line)["outcome"] for line in done.stdout.splitlines()]
    kept = sum(outcome in ("ok", "masked") for outcome in outcomes)
    size = f"n={len(outcomes)}, {kept} published"
    return [Row("import of 500 cases, checked and embedded", f"{seconds:.1f} s", size)]


if __name__ == "__main__":
    show(rows())
