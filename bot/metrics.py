"""GET /metrics in Prometheus' text format: counts and ages over all companies, read when asked.

No label names a company, a person or a text. The only door to prometheus-client (ADR 17).
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from cases.db import Database
from cases.scope import Scope
from scheduler.clock import Clock
from scheduler.job import Job
from scheduler.store.figures import Figures
from scheduler.watchdog import silent

KEPT = 15.0  # seconds for which an answer stands: a scrape costs a few counts a company
BUCKETS = (5.0, 15.0, 60.0, 300.0, 600.0, 3_600.0, 21_600.0, 86_400.0)  # seconds, due to sent


@dataclass(slots=True)
class Read:
    """The sums over all companies."""

    deliveries: Counter[str] = field(default_factory=Counter)
    inbox: Counter[str] = field(default_factory=Counter)
    late: list[float] = field(default_factory=list)
    inbox_lag: float = 0.0
    oldest_ready: float = 0.0
    ambiguous: int = 0
    throttled: int = 0
    removed: int = 0
    silent: int = 0


@dataclass(slots=True)
class Metrics:
    """One process's view. `jobs`: what is promised, for the count of silent turns. `throttled`:
    how often a history was refused here (429)."""

    database: Database
    clock: Clock
    jobs: Mapping[str, Job]
    throttled: Callable[[], int]
    ticks: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    _text: bytes = b""
    _made: float = float("-inf")

    async def text(self) -> bytes:
        """The page; at most one in 15 s is new."""
        if self.ticks() - self._made >= KEPT:
            self._text = await self._render()
            self._made = self.ticks()
        return self._text

    async def _render(self) -> bytes:
        read = Read(throttled=self.throttled())
        for company in await self.database.directory.companies():
            async with self.database.transaction(Scope(company.id)) as shelf:
                await _add(read, Figures(shelf))
                read.silent += len(await silent(shelf, self.jobs))
        age = self.clock.age("planner")
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Page([*_metrics(read), *_planner(age, self.wall())]))
        return generate_latest(registry)


@dataclass(frozen=True, slots=True, eq=False)  # a registry wants to hash it
class _Page:
    """What prometheus-client calls a collector."""

    metrics: list[Metric]

    def collect(self) -> Iterable[Metric]:
        """The metrics as they were read."""
        return self.metrics


async def _add(read: Read, company: Figures) -> None:
    read.deliveries.update(await company.deliveries())
    read.inbox.update(await company.inbox())
    read.late += await company.lateness()
    read.inbox_lag = max(read.inbox_lag, await company.inbox_lag())
    read.oldest_ready = max(read.oldest_ready, await company.oldest_ready())
    ambiguous, throttled = await company.attempts()
    read.ambiguous += ambiguous
    read.throttled += throttled
    read.removed += await company.removed()


def _metrics(read: Read) -> Iterable[Metric]:
    yield _states("deliveries", "Messages on their way out, by state.", read.deliveries)
    yield _states("inbox_events", "Events on their way in, by state.", read.inbox)
    lag = "Age of the oldest event that waits to be handled."
    yield GaugeMetricFamily("inbox_lag_seconds", lag, read.inbox_lag)
    ready = "For how long the oldest message that could be sent has been due."
    yield GaugeMetricFamily("oldest_ready_seconds", ready, read.oldest_ready)
    overdue = "Promised turns that should have ended a day ago."
    yield GaugeMetricFamily("silent_occurrences", overdue, read.silent)
    yield _lateness(read.late)
    unknown = "Attempts whose answer proved nothing."
    yield CounterMetricFamily("ambiguous", unknown, read.ambiguous)
    copies = "Second copies that were found and deleted."
    yield CounterMetricFamily("duplicates_removed", copies, read.removed)
    throttled = "Attempts, and histories read by this process, that a platform throttled (429)."
    yield CounterMetricFamily("slack_429", throttled, read.throttled)


def _planner(age: float | None, now: float) -> Iterable[Metric]:
    """The planner's last tick in this process, as Unix time; nothing where it does not plan."""
    if age is not None:
        words = "Unix time of the planner's last tick in this process."
        yield GaugeMetricFamily("planner_last_tick", words, now - age)


def _states(name: str, words: str, counts: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(name, words, labels=["state"])
    for state, number in sorted(counts.items()):
        family.add_metric([state], number)
    return family


def _lateness(late: list[float]) -> Metric:
    """A histogram of the last day; it is no counter, because old messages leave it."""
    counts = [0] * (len(BUCKETS) + 1)
    for seconds in late:
        counts[bisect_left(BUCKETS, seconds)] += 1
    running, buckets = 0, []
    for bound, number in zip([*map(str, BUCKETS), "+Inf"], counts, strict=True):
        running += number
        buckets.append((bound, running))
    words = "From due to sent, of the messages that were sent within a day."
    return HistogramMetricFamily(
        "delivery_due_to_sent_seconds", words, buckets=buckets, sum_value=sum(late)
    )
