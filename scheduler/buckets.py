"""Rate buckets in the database, so that all replicas together keep a platform's limits.

One bucket per workspace and method, which adapts, and one per chat. A bucket that is opened is
locked until the transaction ends.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from cases.db import Shelf
from scheduler.job import REPLY
from scheduler.models import RateBucket
from scheduler.store.buckets import Buckets

POST, UPDATE, HISTORY, CHAT = "post", "update", "history", "chat"
SHORTEST = 0.1  # seconds before a bucket is asked again


@dataclass(frozen=True, slots=True)
class Limit:
    """Calls a minute at the start, at most and at least; how many calls a full bucket holds, as
    seconds of its rate; which part of a full bucket is kept for replies to a person."""

    start: float
    most: float
    least: float
    seconds: float
    reserve: float = 0.2


# Vendors' published limits with a margin; a platform that is not listed (the page) has none.
# Slack: "several hundred messages per minute per workspace", history and chat.update "50+ a
# minute" each (tier 3; docs.slack.dev/apis/web-api/rate-limits), one message a second per channel
# with short bursts. An update is repeated until it is taken, and a 429 halves its rate, so it may
# look for the "+"; its bucket holds more than one round of the clock (15 s) brings.
# Teams: 30 requests a second per app and tenant; per conversation 7 in 1 s, 8 in 2 s, 60 in 30 s,
# 1,800 an hour: 7 at once and one more every 2.01 s keeps all four.
LIMITS = {
    ("slack", POST): Limit(300.0, 525.0, 30.0, 10.0),
    ("slack", UPDATE): Limit(60.0, 100.0, 45.0, 18.0, 0.0),
    ("slack", HISTORY): Limit(50.0, 50.0, 1.0, 12.0, 0.0),
    ("slack", CHAT): Limit(60.0, 60.0, 60.0, 3.0, 2 / 3),
    ("teams", POST): Limit(1500.0, 1500.0, 150.0, 1.0),
    ("teams", CHAT): Limit(29.85, 29.85, 29.85, 7 * 60 / 29.85),
}


@dataclass(slots=True)
class Bucket:
    """A bucket as of now. Taking is seen by others when the transaction commits."""

    row: RateBucket
    limit: Limit
    now: datetime

    def allows(self, priority: int) -> int:
        """How many calls may be made now."""
        if self._blocked:
            return 0
        return max(0, int(self.row.tokens - self._kept(priority) + 1e-9))

    def take(self, calls: int = 1) -> None:
        """Takes a token for each call."""
        self.row.tokens -= calls

    def wait(self, priority: int) -> timedelta:
        """How long until there is a token; zero when there is one."""
        if self._blocked and self.row.blocked_until is not None:
            return self.row.blocked_until - self.now
        missing = 1.0 + self._kept(priority) - self.row.tokens
        if missing <= 1e-9:
            return timedelta(0)
        return timedelta(seconds=max(SHORTEST, missing * 60 / self.row.per_minute))

    def worth(self, priority: int) -> timedelta:
        """How long to wait for tokens that are worth a claim: half of what a bucket lets out at
        once. A reply waits for one."""
        if priority == REPLY:
            return self.wait(priority)
        half = self.limit.seconds * (1 - self.limit.reserve) / 2
        return max(self.wait(priority), timedelta(seconds=half))

    def block(self, until: datetime) -> None:
        """A 429: nobody calls before `until`. The rate is halved once, however many calls of the
        same wave were refused."""
        if not self._blocked:
            self.row.per_minute = max(self.limit.least, self.row.per_minute / 2)
        self.row.blocked_until = max(until, self.row.blocked_until or until)
        self.row.tokens, self.row.refilled_at = 0.0, self.row.blocked_until

    def refill(self) -> None:
        """Tokens for the time that passed; a quiet minute brings 5 % more rate."""
        row, limit = self.row, self.limit
        minutes = max(0.0, (self.now - row.refilled_at).total_seconds() / 60)
        row.tokens = min(_capacity(limit, row.per_minute), row.tokens + minutes * row.per_minute)
        row.per_minute = min(limit.most, row.per_minute * 1.05 ** min(minutes, 60.0))
        row.refilled_at = max(self.now, row.refilled_at)

    @property
    def _blocked(self) -> bool:
        return self.row.blocked_until is not None and self.row.blocked_until > self.now

    def _kept(self, priority: int) -> float:
        if priority == REPLY:
            return 0.0
        return self.limit.reserve * _capacity(self.limit, self.row.per_minute)


async def opened(
    shelf: Shelf, platform: str, workspace_id: str, method: str = POST
) -> Bucket | None:
    """The bucket of a workspace's method; None where there is no limit."""
    found = await _opened(shelf, platform, workspace_id, method, [""])
    return found.get("")


async def for_updates(shelf: Shelf, platform: str, workspace_id: str) -> Bucket | None:
    """The bucket of changes to sent messages: a platform may count them with its posts."""
    method = UPDATE if (platform, UPDATE) in LIMITS else POST
    return await opened(shelf, platform, workspace_id, method)


async def chats(
    shelf: Shelf, platform: str, workspace_id: str, places: Collection[str]
) -> dict[str, Bucket]:
    """The buckets of some chats by place; empty where there is no limit."""
    return await _opened(shelf, platform, workspace_id, CHAT, sorted(places))


async def _opened(
    shelf: Shelf, platform: str, workspace_id: str, method: str, scopes: list[str]
) -> dict[str, Bucket]:
    limit = LIMITS.get((platform, method))
    if limit is None or not scopes:
        return {}
    store = Buckets(shelf)
    rows = await store.locked(workspace_id, method, scopes)
    missing = set(scopes) - {row.scope for row in rows}
    if missing:
        await store.make(
            [
                {
                    "workspace_id": workspace_id,
                    "method": method,
                    "scope": scope,
                    "tokens": _capacity(limit, limit.start),
                    "per_minute": limit.start,
                    "refilled_at": shelf.now,
                }
                for scope in sorted(missing)
            ]
        )
        rows = await store.locked(workspace_id, method, scopes)
    found = {row.scope: Bucket(row, limit, shelf.now) for row in rows}
    for bucket in found.values():
        bucket.refill()
    return found


def _capacity(limit: Limit, per_minute: float) -> float:
    return max(1.0, per_minute * limit.seconds / 60)
