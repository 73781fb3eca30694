"""Eight ways to break the product that its tests have to notice (docs/reliability.md).

Each takes out one of the things that make the guarantee hold, in the real code.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers import asyncio as asyncio_scheduler
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from slack_sdk.http_retry.builtin_async_handlers import AsyncConnectionErrorRetryHandler
from slack_sdk.http_retry.builtin_interval_calculators import FixedValueRetryIntervalCalculator
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import event, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

import cases.db
from bot.slack import client
from cases.db import Database
from cases.scope import Scope
from cases.seal import KeyRing
from scheduler import inbox, reconcile
from scheduler.dispatch import Worker
from scheduler.inbox import Arrival
from scheduler.ledger import Pace
from scheduler.models import Delivery, DeliveryState
from scheduler.ports import Event, Receiver
from tests.fakes import inline, simulated
from tests.fakes.seeded_loop import CURRENT
from tests.fakes.world import Chances

Patch = pytest.MonkeyPatch


def no_fence(patch: Patch) -> None:
    """Whoever held a message once may still write to it."""
    engine = inline.new_engine()
    _rewrite(engine, "delivery.fence = ?", "(1 or delivery.fence = ?)")
    patch.setattr(inline, "engine", lambda: engine)


def no_quiet_time(patch: Patch) -> None:
    """A message that is not there yet counts as not sent at once."""
    patch.setattr(Pace, "quiet", property(lambda _pace: timedelta(0)))


def no_reconcile(patch: Patch) -> None:
    """After an answer that proves nothing it is simply sent again, once it was quiet."""

    async def again(worker: Worker, company_id: str) -> int:
        async with worker.database.transaction(Scope(company_id)) as shelf:
            quiet = update(Delivery).where(
                Delivery.state == DeliveryState.UNKNOWN, Delivery.next_at <= shelf.now
            )
            await shelf.session.execute(quiet.values(state=DeliveryState.READY, intent_at=None))
        return 0

    patch.setattr(reconcile, "reconcile", again)


def sdk_retries(patch: Patch) -> None:
    """slack_sdk as it comes: a lost connection is tried again (here without its pause)."""
    handler = AsyncConnectionErrorRetryHandler(
        interval_calculator=FixedValueRetryIntervalCalculator(0)
    )

    def with_retries(**settings: Any) -> AsyncWebClient:
        return AsyncWebClient(**settings | {"retry_handlers": [handler]})

    patch.setattr(client, "AsyncWebClient", with_retries)


def deferred_begin(patch: Patch) -> None:
    """A transaction locks at its first write, when what it has read may be old."""
    real = cases.db._sqlite_recipe

    def deferred(engine: AsyncEngine) -> None:
        real(engine)
        _rewrite(engine, "BEGIN IMMEDIATE", "BEGIN")

    patch.setattr(cases.db, "_sqlite_recipe", deferred)


def stored_jobs(patch: Patch, url: str) -> None:
    """A monthly job in a stored job store, added again at each start."""

    class Stored(AsyncIOScheduler):  # type: ignore[misc]  # apscheduler has no types
        def add_job(self, _tick: Any, _trigger: str, *, id: str, **_more: Any) -> Any:
            if "default" not in self._jobstores:
                self.add_jobstore(SQLAlchemyJobStore(url))
            day = (datetime.now(UTC) + timedelta(days=15)).day  # never within the next minutes
            return super().add_job(
                "datetime:datetime.now", "cron", day=day, id=id, name=id, replace_existing=True
            )

    patch.setattr(asyncio_scheduler, "AsyncIOScheduler", Stored)  # the clock reads it at its start


def ack_before_commit(patch: Patch) -> None:
    """The event is acknowledged first and kept afterwards."""
    keep, handle = inbox.keep, inbox.handle

    async def promised(database: Database, ring: KeyRing, arrival: Arrival) -> Any:
        return partial(keep, database, ring, arrival)

    async def kept_and_handled(receiver: Receiver, event: Event | Any) -> bool:
        found = event if isinstance(event, Event) else await event()
        return found is None or await handle(receiver, found)

    patch.setattr(inbox, "keep", promised)
    patch.setattr(inbox, "handle", kept_and_handled)


def local_clock(patch: Patch) -> None:
    """Every process goes by its own clock, up to five minutes off."""

    async def now(
        self: simulated.SimulatedDatabase, _session: AsyncSession, _company_id: str
    ) -> datetime:
        process = CURRENT.get()
        return self.world.now + timedelta(seconds=process.ahead if process else 0)

    patch.setattr(simulated.SimulatedDatabase, "now", now)


# Mutant, the weather in which it shows within a few worlds (in the usual one: 3–50 of 100), and the
# world that showed it last: looked at first, because the search for it costs seconds.
SIMULATED: dict[str, tuple[Callable[[Patch], None], Chances, int]] = {
    "no fence": (no_fence, Chances(stop=0.3), 3),
    "no quiet time": (no_quiet_time, Chances(silence=0.6, late=1.0), 0),
    "no reconcile": (no_reconcile, Chances(), 0),
    "ack before commit": (ack_before_commit, Chances(kill=0.2), 15),
    "local clock": (local_clock, Chances(), 0),
}


def _rewrite(engine: AsyncEngine, old: str, new: str) -> None:
    """Every statement of this engine is executed with `new` in the place of `old`."""

    @event.listens_for(engine.sync_engine, "before_cursor_execute", retval=True)
    def rewrite(_c: Any, _cursor: Any, sql: str, values: Any, *_more: Any) -> tuple[str, Any]:
        return sql.replace(old, new), values
