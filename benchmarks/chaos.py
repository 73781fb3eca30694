"""`make chaos`: three workers, a Slack that lies, and kill −9: nothing twice, nothing lost.

    python -m benchmarks.chaos [--seeds 5] [--first 1] [--database sqlite|postgresql|both]

Before that 5,000 simulated worlds (`--worlds 0`: none). One JSON line a seed, one line for all at
the end; exit 1 when a bar is missed. Copies that the sweep removed are counted. Two cores take
about 25 minutes; `--seeds 1 --worlds 500` about five.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import random
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from aiohttp.test_utils import unused_port

from benchmarks import chaos_slack, chaos_worker
from benchmarks.chaos_house import House, houses
from scheduler.ledger import Pace
from scheduler.models import Delivery, DeliveryState

WORKERS = 3
DELIVERIES = 2500
KILLS = 40
WORLDS = 5000
AT_THE_END = 5  # of the kills, when most is sent and workers look back and sweep
ANSWER, LANDING, SWEEPS = 3.0, 1.5, (10.0, 16.0)  # seconds
QUIET = ANSWER + LANDING + Pace().slack.total_seconds()
PATIENCE = 900.0  # seconds until everything must be settled after the last kill
TO_A_PERSON = 0.001  # of the deliveries, at most

_fork = multiprocessing.get_context("forkserver")


@dataclass(frozen=True)
class Result:
    """What one seed came to."""

    v: int
    seed: int
    database: str
    deliveries: int
    kills: int
    duplicates_after_sweep: int
    removed_by_sweep: int
    lost: int
    needs_human: int
    history_calls: int
    faults: int
    seconds: float

    @property
    def holds(self) -> bool:
        """True when no bar is missed."""
        few = self.needs_human <= TO_A_PERSON * self.deliveries
        return few and not self.duplicates_after_sweep and not self.lost


class Slack:
    """The lying Slack as its parent sees it."""

    def __init__(self, seed: int) -> None:
        self.url = f"http://127.0.0.1:{unused_port()}"
        nature = chaos_slack.Nature(seed, ANSWER, QUIET)
        port = int(self.url.rpartition(":")[2])
        self.process = _fork.Process(target=chaos_slack.main, args=(nature, port), daemon=True)
        self.process.start()

    def truth(self) -> dict[str, Any]:
        """What was called and what stands there."""
        found: dict[str, Any] = self._ask("truth")
        return found

    def calls(self) -> int:
        """How often it was called so far."""
        return int(self._ask("count"))

    def _ask(self, what: str) -> Any:
        """Waits until it listens."""
        for _ in range(600):
            try:
                with urllib.request.urlopen(f"{self.url}/{what}", timeout=60) as answer:  # noqa: S310  # our own, on loopback
                    return json.load(answer)
            except OSError:
                time.sleep(0.1)
        raise SystemExit("the fake Slack does not answer")


class Workers:
    """Three processes; a killed one is followed by another at once."""

    def __init__(self, environ: dict[str, str]) -> None:
        self.start = partial(_fork.Process, target=chaos_worker.main, args=(environ,), daemon=True)
        self.alive = [self.start() for _ in range(WORKERS)]
        for process in self.alive:
            process.start()

    def kill(self, dice: random.Random) -> None:
        """kill −9 of any of them."""
        place = dice.randrange(WORKERS)
        self.alive[place].kill()
        self.alive[place].join()
        self.alive[place] = self.start()
        self.alive[place].start()

    def stop(self) -> None:
        """The end of the run."""
        for process in self.alive:
            process.kill()
            process.join()


def run(seed: int, house: House, deliveries: int = DELIVERIES, kills: int = KILLS) -> Result:
    """One seed on one database."""
    asyncio.run(house.owe(deliveries))
    begun = time.monotonic()
    slack = Slack(seed)
    workers = Workers(house.environ | _short(slack.url))
    dice = random.Random(seed)  # noqa: S311  # the same kills again, not secrets
    _strike(workers, slack, dice, deliveries, kills)
    rows = _wait(house)
    truth, seconds = slack.truth(), time.monotonic() - begun
    workers.stop()
    slack.process.kill()
    for row in rows:
        if row.id not in truth["copies"] or truth["copies"][row.id] > 1:
            print(_story(row), file=sys.stderr, flush=True)
    states = {row.id: row.state for row in rows}
    return _result(seed, house.kind, kills, states, truth, seconds)


def _story(row: Delivery) -> str:
    """What the ledger knows of a message that is missing or doubled."""
    return (
        f"{row.dedupe_key}: {row.state} {row.outcome!r}, attempts {row.attempts}, "
        f"fence {row.fence}, receipt {row.room}/{row.receipt}, "
        f"sweeps {row.sweeps}, removed {row.removed}"
    )


def _short(url: str) -> dict[str, str]:
    """Times in the place of the product's 30 s, 60 s, 10 min and 24 h."""
    return {
        "HITOTSUBU_SLACK_API_URL": f"{url}/api/",
        "HITOTSUBU_ANSWER_SECONDS": str(ANSWER),
        "HITOTSUBU_LANDING_SECONDS": str(LANDING),
        "HITOTSUBU_SWEEP_SECONDS": ",".join(str(later) for later in SWEEPS),
        "OMP_NUM_THREADS": "1",
    }


def _strike(
    workers: Workers, slack: Slack, dice: random.Random, deliveries: int, kills: int
) -> None:
    """Kills spread over the calls of the run, and some while the rest is looked for."""
    last = min(AT_THE_END, kills)
    for moment in sorted(dice.sample(range(deliveries), kills - last)):
        while slack.calls() < moment:
            time.sleep(0.05)
        workers.kill(dice)
    while slack.calls() < deliveries:
        time.sleep(0.2)
    for _ in range(last):
        time.sleep(dice.uniform(0.5, 3))
        workers.kill(dice)


def _wait(house: House) -> Sequence[Delivery]:
    """The deliveries once nothing is to be done any more, or when patience ends."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if asyncio.run(house.settled()):
            break
        time.sleep(1)
    return asyncio.run(house.deliveries())


def _result(
    seed: int,
    database: str,
    kills: int,
    states: dict[str, DeliveryState],
    truth: dict[str, Any],
    seconds: float,
) -> Result:
    copies: dict[str, int] = truth["copies"]
    person = [key for key, state in states.items() if state is DeliveryState.NEEDS_HUMAN]
    missing = [key for key in states if key not in copies and key not in person]
    return Result(
        v=1,
        seed=seed,
        database=database,
        deliveries=len(states),
        kills=kills,
        duplicates_after_sweep=sum(count > 1 for count in copies.values()),
        removed_by_sweep=truth["deleted"],
        lost=len(missing),
        needs_human=len(person),
        history_calls=truth["calls"].get("conversations.history", 0),
        faults=sum(count for fate, count in truth["fates"].items() if fate != "fine"),
        seconds=round(seconds, 1),
    )


def prepare() -> None:
    """The process that workers are forked from imports everything once."""
    os.environ["OMP_NUM_THREADS"] = "1"
    _fork.set_forkserver_preload(["benchmarks.chaos_worker", "benchmarks.chaos_slack"])


def main() -> int:
    """Runs the seeds and says what each came to."""
    parser = argparse.ArgumentParser(prog="benchmarks.chaos", description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--deliveries", type=int, default=DELIVERIES)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--worlds", type=int, default=WORLDS, help="simulated before; 0: none")
    options = parser.parse_args()
    prepare()
    begun, results = time.monotonic(), list[Result]()
    kinds = ["sqlite", "postgresql"] if options.database == "both" else [options.database]
    simulated = [sys.executable, "-m", "benchmarks.simulate", "--seeds", str(options.worlds)]
    holds = not options.worlds or subprocess.run(simulated, check=False).returncode == 0
    for kind in kinds:
        with houses(kind) as made:
            for seed in range(options.first, options.first + options.seeds):
                results.append(run(seed, next(made), options.deliveries, options.kills))
                print(json.dumps(asdict(results[-1])), flush=True)
    holds = holds and all(one.holds for one in results)
    print(summary(results, options.worlds, time.monotonic() - begun, holds=holds))
    return 0 if holds else 1


def summary(results: Sequence[Result], worlds: int, seconds: float, *, holds: bool) -> str:
    """The closing line: what all seeds came to, and whether every bar held."""
    twice = sum(one.duplicates_after_sweep for one in results)
    lost, unsure = sum(one.lost for one in results), sum(one.needs_human for one in results)
    return (
        f"chaos {'held' if holds else 'BROKE'}: {worlds:,} worlds, {len(results)} seeds,"
        f" {sum(one.deliveries for one in results):,} messages,"
        f" {sum(one.kills for one in results)} kills: {twice} twice, {lost} lost,"
        f" {unsure} to a person, {sum(one.removed_by_sweep for one in results)} copies removed,"
        f" {seconds / 60:.0f} min"
    )


if __name__ == "__main__":
    sys.exit(main())
