"""The real inbox, planner and ledger in seeded worlds: none lost, none doubled, whatever dies.

`python -m benchmarks.simulate --seeds 5000` runs more worlds, and replays one.
"""

from __future__ import annotations

import sys

import pytest

from benchmarks.simulate import command
from tests.fakes.simulation import simulate
from tests.fakes.world import Chances

# Tracing for coverage makes a step five times slower, and the lines are the same in every world.
SEEDS = 40 if sys.gettrace() else 200
AT_ONCE = 20


@pytest.mark.parametrize("first", range(0, SEEDS, AT_ONCE))
def test_no_promise_is_broken_in_twenty_worlds(first: int) -> None:
    results = [simulate(seed) for seed in range(first, first + AT_ONCE)]
    assert {command(one.seed): one.broken for one in results if one.broken} == {}
    assert not sum(one.to_a_person for one in results)  # history can be read in these worlds
    assert sum(one.kills for one in results)
    assert sum(one.removed for one in results) <= sum(one.excused for one in results)


def test_a_seed_replays_step_by_step() -> None:
    again, other = simulate(7), simulate(8)
    assert simulate(7) == again
    assert other.steps != again.steps


def test_without_faults_every_message_is_posted_once() -> None:
    calm = Chances(*[0.0] * 11)
    result = simulate(1, calm)
    assert result.broken == ()
    assert (result.kills, result.removed, result.posts) == (0, 0, result.visible)
