"""How long `hitotsubu run` takes to a ready page: `python -m benchmarks.startup`.

From starting the process to the first screen's answer, as a person waits for it. The first start
also makes the database and the sample company; the later ones find them.
"""

from __future__ import annotations

import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from benchmarks.rows import Row, show

ROOT = Path(__file__).parents[1]
LATER = 5  # starts after the first
PATIENCE = 120.0  # seconds
PAUSE = 0.02  # seconds between two looks


def rows() -> list[Row]:
    """The first start and the later ones."""
    with tempfile.TemporaryDirectory(prefix="hitotsubu-") as folder:
        env = {
            **os.environ,
            "HITOTSUBU_DATABASE_URL": f"sqlite:///{folder}/run.db",
            "HITOTSUBU_VAR": folder,
            "HITOTSUBU_PORT": str(_free_port()),
        }
        first = _seconds(env)
        later = sorted(_seconds(env) for _ in range(LATER))
    span = f"{later[0]:.2f}–{later[-1]:.2f} s, n={LATER}"
    return [
        Row(
            "`hitotsubu run` to the first screen, from the second start on",
            f"{statistics.median(later):.2f} s",
            span,
        ),
        Row(
            "`hitotsubu run` to the first screen, first start (makes the sample company)",
            f"{first:.1f} s",
            "n=1",
        ),
    ]


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _seconds(env: dict[str, str]) -> float:
    """Starts, waits for the first screen, and ends it as Ctrl-C does."""
    begun = time.perf_counter()
    process = subprocess.Popen(  # our own command
        [sys.executable, "-m", "bot", "run"], cwd=ROOT, env=env, stdout=subprocess.DEVNULL
    )
    try:
        while not _answers(f"http://127.0.0.1:{env['HITOTSUBU_PORT']}/"):
            if process.poll() is not None or time.perf_counter() - begun > PATIENCE:
                raise SystemExit("hitotsubu run did not come up")
            time.sleep(PAUSE)
        return time.perf_counter() - begun
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=10) as response:  # noqa: S310  # our own page
            return bool(response.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


if __name__ == "__main__":
    show(rows())
