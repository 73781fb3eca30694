"""Rate buckets in the database, so that all replicas together keep a platform's limit."""

from __future__ import annotations

from datetime import datetime, timedelta

from cases.db import Shelf
from scheduler.job import REPLY
from scheduler.models import RateBucket
from scheduler.store.ledger import Ledger

# platform: (messages a minute at the start, at most); vendors' published limits, with a margin.
# A platform that is not listed (the local page) has no limit.
LIMITS = {"slack": (300.0, 525.0), "teams": (1500.0, 1500.0)}
BURST_SECONDS = 10  # a full bucket holds this much
RESERVE = 0.2  # of a full bucket, kept for replies to a person
POST = "post"


async def take(shelf: Shelf, platform: str, workspace_id: str, priority: int) -> timedelta:
    """Takes a token; zero when it was there, else how long to wait before asking again."""
    if platform not in LIMITS:
        return timedelta(0)
    row = await _refilled(shelf, platform, workspace_id)
    if row.blocked_until is not None and row.blocked_until > shelf.now:
        return row.blocked_until - shelf.now
    kept = 0.0 if priority == REPLY else RESERVE * _capacity(row)
    missing = 1.0 + kept - row.tokens
    if missing > 0:
        return timedelta(seconds=max(0.1, missing * 60 / row.per_minute))
    row.tokens -= 1.0
    return timedelta(0)


async def block(shelf: Shelf, platform: str, workspace_id: str, until: datetime) -> None:
    """A 429: nobody sends there before `until`, and the rate is halved."""
    if platform not in LIMITS:
        return
    row = await _refilled(shelf, platform, workspace_id)
    row.blocked_until = max(until, row.blocked_until or until)
    row.per_minute = max(1.0, row.per_minute / 2)
    row.tokens = min(row.tokens, _capacity(row))


async def _refilled(shelf: Shelf, platform: str, workspace_id: str) -> RateBucket:
    """The bucket as of now; a quiet minute brings 5 % more rate, up to the platform's limit."""
    start, most = LIMITS[platform]
    ledger = Ledger(shelf)
    await ledger.once(
        RateBucket,
        workspace_id=workspace_id,
        method=POST,
        scope="",
        tokens=start * BURST_SECONDS / 60,
        per_minute=start,
        refilled_at=shelf.now,
    )
    row = await ledger.bucket(workspace_id, POST, "")
    assert row is not None  # noqa: S101  # inserted just above, in this transaction
    minutes = max(0.0, (shelf.now - row.refilled_at).total_seconds() / 60)
    row.tokens = min(_capacity(row), row.tokens + minutes * row.per_minute)
    row.per_minute = min(most, row.per_minute * 1.05 ** min(minutes, 60.0))
    row.refilled_at = max(shelf.now, row.refilled_at)
    return row


def _capacity(row: RateBucket) -> float:
    return max(2.0, row.per_minute * BURST_SECONDS / 60)
