"""Rate buckets: the limits of the platforms, whatever a greedy sender does, and what a 429 does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cases.models.org import Account, Workspace
from cases.scope import Scope
from scheduler.buckets import CHAT, HISTORY, LIMITS, POST, Bucket
from scheduler.dispatch import Worker, drain
from scheduler.job import DIGEST, PROMPT, REPLY
from scheduler.ledger import Owed, Pace, owe
from scheduler.models import DeliveryState, RateBucket
from scheduler.ports import DeliveryFailed
from scheduler.reconcile import reconcile
from tests.fakes.clocked import ClockedDatabase
from tests.fakes.planning import deliveries
from tests.fakes.platform import TIMEOUT, FakePlatform

START = datetime(2026, 11, 5, 1, 0, tzinfo=UTC)
SCOPE = Scope("c1")


def bucket(platform: str, method: str) -> Bucket:
    limit = LIMITS[platform, method]
    row = RateBucket(
        tokens=limit.start * limit.seconds / 60,
        per_minute=limit.start,
        refilled_at=START,
        blocked_until=None,
    )
    return Bucket(row, limit, START)


def greedy(one: Bucket, priority: int, seconds: int) -> list[float]:
    """When a sender that asks ten times a second gets a token."""
    sent = []
    for tenth in range(seconds * 10):
        one.now = START + timedelta(seconds=tenth / 10)
        one.refill()
        while one.allows(priority):
            one.take()
            sent.append(tenth / 10)
    return sent


def most(sent: list[float], window: float) -> int:
    """The most messages in any span of `window` seconds."""
    return max(sum(start <= moment < start + window for moment in sent) for start in sent[:400])


@pytest.mark.parametrize(("window", "limit"), [(1, 7), (2, 8), (30, 60), (3600, 1800)])
def test_a_teams_conversation_keeps_all_four_limits(window: float, limit: int) -> None:
    assert most(greedy(bucket("teams", CHAT), REPLY, 3600), window) <= limit


def test_a_slack_channel_gets_one_prompt_a_second_and_a_short_burst_of_replies() -> None:
    assert most(greedy(bucket("slack", CHAT), PROMPT, 60), 1) == 1
    assert greedy(bucket("slack", CHAT), REPLY, 1) == [0.0, 0.0, 0.0]


def test_slack_never_gets_more_than_525_a_minute_and_teams_25_a_second() -> None:
    assert 480 <= most(greedy(bucket("slack", POST), DIGEST, 1800)[-1000:], 60) <= 525
    assert most(greedy(bucket("teams", POST), DIGEST, 20)[100:], 1) <= 26


def test_a_wave_of_429_halves_the_rate_once_and_a_quiet_minute_brings_five_percent() -> None:
    one = bucket("slack", POST)
    until = START + timedelta(seconds=30)
    for _ in range(20):
        one.block(until)
    assert (one.row.per_minute, one.allows(REPLY), one.wait(REPLY)) == (
        150.0, 0, timedelta(seconds=30),
    )  # fmt: skip
    one.now = until
    one.refill()
    assert one.allows(REPLY) == 0  # what was saved up before does not come out at once
    one.now = until + timedelta(minutes=1)
    one.refill()
    assert one.row.per_minute == pytest.approx(157.5)
    for _ in range(50):
        one.row.blocked_until = None
        one.block(one.now)
    assert one.row.per_minute == LIMITS["slack", POST].least


async def on_slack(database: ClockedDatabase, keys: list[tuple[str, str, int]]) -> None:
    """Owes messages (key, user, priority) on a Slack workspace."""
    async with database.transaction(SCOPE) as shelf:
        shelf.people.add(Workspace(company_id="c1", id="w2", platform="slack", external_id="T1"))
        for user in sorted({user for _, user, _ in keys}):
            shelf.people.add(
                Account(company_id="c1", workspace_id="w2", user=user, member_id="sato")
            )
        await shelf.people.flush()
        for key, user, priority in keys:
            await owe(shelf, Owed(key, "note", b"!", priority, workspace_id="w2", user=user))


@pytest.mark.usefixtures("company")
async def test_one_person_is_not_flooded_and_others_do_not_wait(
    database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    await on_slack(database, [("a", "U1", PROMPT), ("b", "U1", PROMPT), ("c", "U2", PROMPT)])
    assert await drain(worker, ["c1"]) == 3
    states = {row.dedupe_key: row.state for row in await deliveries(database)}
    assert states == {
        "a": DeliveryState.SENT, "b": DeliveryState.READY, "c": DeliveryState.SENT,
    }  # fmt: skip
    database.turn(seconds=1)
    assert await drain(worker, ["c1"]) == 1
    assert platform.copies() == [1, 1, 1]


@pytest.mark.usefixtures("company")
async def test_prompts_wait_for_tokens_where_they_stand_and_replies_use_the_reserve(
    database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    await on_slack(database, [(f"p{n}", f"U{n}", PROMPT) for n in range(45)])
    await drain(worker, ["c1"])
    assert len(platform.posts) == 40
    waiting = [row for row in await deliveries(database) if row.state is DeliveryState.READY]
    assert {row.next_at for row in waiting} == {START}  # nothing is written for who waits
    async with database.transaction(SCOPE) as shelf:
        await owe(shelf, Owed("reply", "note", b"!", REPLY, workspace_id="w2", user="U44"))
    await drain(worker, ["c1"])
    assert len(platform.posts) == 41

    async def later(seconds: float) -> None:
        database.turn(seconds=seconds)

    assert await drain(replace(worker, sleep=later), ["c1"], timedelta(seconds=30)) == 5
    assert platform.copies() == [1] * 46


@pytest.mark.fault(39)
@pytest.mark.usefixtures("company")
async def test_a_429_of_the_history_stops_looking_and_not_sending(
    database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    class Busy(FakePlatform):
        async def find(self, parcel: object, since: object) -> None:
            raise DeliveryFailed("ratelimited", retry_after=90, http_status=429)

    await on_slack(database, [("a", "U1", PROMPT), ("b", "U2", PROMPT)])
    platform.script = [TIMEOUT, TIMEOUT]
    await drain(worker, ["c1"])
    database.turn(seconds=95)
    one = replace(worker, pace=Pace(batch=1), look_back=Busy())
    assert await reconcile(one, "c1") == 1
    assert await reconcile(one, "c1") == 0
    async with database.transaction(SCOPE) as shelf:
        row = await shelf.session.get_one(RateBucket, ("c1", "w2", HISTORY, ""))
        assert row.per_minute == 25
        await owe(shelf, Owed("c", "note", b"!", REPLY, workspace_id="w2", user="U2"))
    assert await drain(worker, ["c1"]) == 1
    database.turn(seconds=90 + 3)
    assert await reconcile(worker, "c1") == 2 - 1  # one token by then
