"""A `hitotsubu` command that kills itself with SIGKILL at a named point, with short waiting times.

    python -m tests.faults.child POINT NUMBER [COMMAND…]   at the NUMBER-th time; POINT "none" never

kept: acknowledged, not handled · committed: handled, nothing sent · sending: sent, not recorded ·
planned: an occurrence is written down, its messages are not · imported: rows are in, the next ones
are not · embedded: vectors are made, not written. The command is `run` unless another one is named.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any

from bot import app, cli, courier, indexer, reception
from bot.cli import import_cases
from cases import importing
from cases.embedding.bundled import BundledEncoder
from cases.store.case import Cases
from scheduler import clock, inbox, planner

SHORT = {"ANSWER": "1", "LANDING": "1", "SWEEP": "600"}  # seconds
TICK = 0.5  # seconds
JOBS = ("monthly_digest", "trial_follow_up")
REAL = planner.Planner


def main(point: str, number: int, command: Sequence[str]) -> int:
    """Runs the command with the point armed."""
    inbox.FRESH = timedelta(seconds=2)
    os.environ.update({f"HITOTSUBU_{name}_SECONDS": value for name, value in SHORT.items()})
    setattr(app, "Clock", partial(clock.Clock, seconds=TICK))  # noqa: B010  # mypy knows a class there
    setattr(indexer.Indexer, "start", _nothing)  # noqa: B010  # torch has no part in this
    setattr(import_cases.Crew, "_load", lambda _crew: BundledEncoder())  # noqa: B010  # as above
    importing.BATCH = 1
    setattr(app.planner, "Planner", _of_few_words)  # noqa: B010  # mypy knows a class there
    times = count(1)

    def strike() -> None:
        if next(times) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    if point == "kept":
        _before(reception.Reception, "handle", strike)
    elif point == "committed":
        _before(app.Hub, "wake", strike)
    elif point == "sending":
        _after_sending(strike)
    elif point == "planned":
        _before(planner, "fan_out_all", strike)
    elif point == "imported":
        _before(importing, "_judged", strike)
    elif point == "embedded":
        _before(Cases, "put_vectors", strike)
    return cli.call(command)


def _before(owner: Any, name: str, strike: Callable[[], None]) -> None:
    real = getattr(owner, name)

    def struck(self: Any, *args: Any, **more: Any) -> Any:
        strike()
        return real(self, *args, **more)

    setattr(owner, name, struck)


def _after_sending(strike: Callable[[], None]) -> None:
    real = courier.Courier.send

    async def struck(self: courier.Courier, parcel: Any) -> Any:
        try:
            return await real(self, parcel)
        finally:  # an answer that came too late for a slow machine was sent as well
            if parcel.platform == "slack":
                strike()

    setattr(courier.Courier, "send", struck)  # noqa: B010  # a method that is put in place


def _of_few_words(database: Any, composer: Any, jobs: Any) -> planner.Planner:
    """Without the questions to look back: 160 messages that nobody here would read."""
    return REAL(database, composer, {name: jobs[name] for name in JOBS})


async def _nothing(self: indexer.Indexer) -> None:
    """In place of starting the indexing child."""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), sys.argv[3:] or ["run"]))
