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
FIRST = 3  # starts with a new database
LATER = 5  # starts that find it
PATIENCE = 120.0  # seconds
PAUSE = 0.02  # seconds between two looks


def rows() -> list[Row]:
    """The first start and the later ones."""
    with tempfile.TemporaryDirectory(prefix="hitotsubu-") as folder:
        envs = [_env(Path(folder, str(number))) for number in range(FIRST)]
        first = [_seconds(env) for env in envs]
        later = [_seconds(envs[0]) for _ in range(LATER)]
    return [
        _row("`hitotsubu run` to the first screen, from the second start on", later),
        _row("`hitotsubu run` to the first screen, first start (makes the sample company)", first),
    ]


def _env(folder: Path) -> dict[str, str]:
    """The settings of a start in a folder of its own."""
    return {
        **os.environ,
        "HITOTSUBU_DATABASE_URL": f"sqlite:///{folder}/run.db",
        "HITOTSUBU_VAR": str(folder),
        "HITOTSUBU_PORT": str(_free_port()),
    }


def _row(what: str, seconds: list[float]) -> Row:
    """The median, and the fastest and the slowest start."""
    span = f"{min(seconds):.2f}–{max(seconds):.2f} s, n={len(seconds)}"
    return Row(what, f"{statistics.median(seconds):.2f} s", span)


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
