"""Nobody waits for another: a noisy company delays no other one, an ended worker no message.

Virtual time, so the numbers are the same on every machine; the lanes, claims and buckets are real.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import cache
from itertools import pairwise

import pytest

from scheduler.job import PROMPT, REPLY
from scheduler.lanes import Lanes
from tests.fakes.street import NOISY, PEOPLE, QUIET, Houses, Street, content
from tests.fakes.world import START
from tests.faults.matrix import Measured

ROWS = 100_000
REPLIES, MAILING = 60, 20
SECONDS, BELL = 6.0, 15.0  # how long people write; when the clock rings again
GAP, LONGEST = 5.0, 600.0  # seconds


async def _replies(houses: Houses, lanes: Lanes) -> None:
    """People write all the time; each is answered at once."""
    street = houses.street
    for number in range(REPLIES):
        await street.step(street.dice.uniform(0, 2 * SECONDS / REPLIES))
        await houses.owe(QUIET, f"reply:{number}", f"m{number % PEOPLE}", priority=REPLY)
        lanes.start(QUIET, replies=True)


async def _lived(houses: Houses) -> None:
    lanes = houses.process("p1")
    start = START + timedelta(seconds=BELL - 0.5)
    for number in range(MAILING):
        member = f"m{number % PEOPLE}"
        await houses.owe(QUIET, f"prompt:{number}", member, priority=PROMPT, not_before=start)
    await _replies(houses, lanes)
    while len(houses.delays(QUIET)) < REPLIES + MAILING:
        await houses.street.step(0.2)
    await lanes.stop(1)
    await asyncio.gather(*houses.tasks)


@cache
def _p95(noise: int, platform: str, *, dead: bool = False) -> dict[str, float]:
    """Seconds from due to sent in the quiet company, of its answers and of its mailing."""
    street = Street(7, dead=frozenset([NOISY]) if dead else frozenset())
    houses = Houses(street, content(noise, platform))
    street.loop.run(_lived(houses))
    found = {}
    for kind, many in (("reply", REPLIES), ("prompt", MAILING)):
        delays = houses.delays(QUIET, kind)
        assert len(delays) == many
        found[kind] = delays[int(0.95 * many)]
    return found


@pytest.mark.fault(35)
@pytest.mark.parametrize(
    ("platform", "dead"),
    [
        pytest.param("slack", True, marks=pytest.mark.slow),
        pytest.param("slack", False, marks=pytest.mark.slow),
        pytest.param("web", False, marks=pytest.mark.slow),
    ],
)
def test_a_company_with_a_hundred_thousand_messages_delays_no_other_one(
    measured: Measured, platform: str, dead: bool
) -> None:
    alone, beside = _p95(0, platform), _p95(ROWS, platform, dead=dead)
    what = "dead" if dead else f"busy on {platform}"
    numbers = [f"{kind} {alone[kind]:.2f} → {beside[kind]:.2f} s" for kind in alone]
    measured(f"neighbour {what}: p95 of {', '.join(numbers)}")
    assert all(beside[kind] <= 2 * alone[kind] for kind in alone)


@pytest.mark.fault(29)
@pytest.mark.parametrize(
    ("platform", "many"), [("web", 400), pytest.param("slack", 1_000, marks=pytest.mark.slow)]
)
def test_another_worker_goes_on_when_one_is_told_to_stop(
    measured: Measured, platform: str, many: int
) -> None:
    street = Street(7)
    houses = Houses(street, content(many, platform))

    async def story() -> float:
        first, second = houses.process("p1"), houses.process("p2")
        while len(street.sent) < 200:
            await street.step(0.1)
        await first.stop(25)
        stopped = street.loop.seconds
        while len(street.sent) < many and street.loop.seconds < LONGEST:
            await street.step(1)
        await second.stop(1)
        await asyncio.gather(*houses.tasks)
        return stopped

    stopped = street.loop.run(story())
    markers = [marker for _, marker, _ in street.sent]
    assert len(set(markers)) == len(markers) == many
    later = [stopped, *sorted(at for _, _, at in street.sent if at > stopped)]
    gap = max(after - before for before, after in pairwise(later))
    measured(f"{platform}: the longest gap after it is {gap:.1f} s")
    assert gap <= GAP
