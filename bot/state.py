"""状態 in rows: encoder, vectors, schema, jobs, rounds, queue, failures, and who lives."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.conversation import standing
from bot.views.words import day_words, say
from cases.embedding.bundled import weights_sha256
from cases.index import WHOLE
from cases.indexing import searched_model
from cases.library import Library
from cases.scope import Scope
from cases.store.case import PUBLISHED
from scheduler import board
from scheduler.clock import Clock
from scheduler.job import Job
from scheduler.jobs import BY_NAME
from scheduler.models import InboxState
from scheduler.store.processes import Processes

More = Callable[[str, str], Awaitable[list[tuple[str, str]]]]


@dataclass(slots=True)
class State:
    """`closed`: the (company, workspace) whose history cannot be read again."""

    library: Library
    jobs: Mapping[str, Job]
    clock: Clock
    closed: set[tuple[str, str]]
    sha256: str = ""
    more: More | None = None  # what a platform has to say

    async def rows(self, company_id: str, locale: str) -> list[tuple[str, str]]:
        """状態 as label and value; times are JST."""
        self.sha256 = self.sha256 or await asyncio.to_thread(weights_sha256)  # reads 12 MB
        embedder = self.library.shelves.embedder
        name = embedder.name if embedder else say(locale, "status.not_yet")
        version = await self.library.db.directory.schema_version()
        async with self.library.db.transaction(Scope(company_id)) as shelf:
            name = searched_model(await shelf.people.company()) or name
            counts = await shelf.cases.counts()
            embedded = await shelf.cases.embedded(name, WHOLE)
            found = await board.board(shelf, self.jobs)
            field = await standing.rows(shelf, locale)
        every = sum(counts.get(status, 0) for status in PUBLISHED)
        rows = [
            (
                say(locale, "status.model"),
                say(locale, "status.model_of", name=name, sha256=self.sha256[:12]),
            ),
            (
                say(locale, "status.vectors"),
                say(locale, "status.vectors_of", done=min(embedded, every), all=every),
            ),
            (say(locale, "status.schema"), version),
        ]
        rows += _jobs(found, locale)
        rows += [
            (say(locale, f"status.tick_{tick}"), _time(run, locale))
            for tick, run in self.clock.next_runs().items()
        ]
        waiting = sum(found.deliveries.get(str(state), 0) for state in board.WAITING)
        rows.append((say(locale, "status.queue"), str(waiting)))
        failures = [f"{_kind(stuck.kind, locale)}: {stuck.outcome}" for stuck in found.stuck]
        nothing = say(locale, "status.no_failures")
        rows.append((say(locale, "status.failures"), " / ".join(failures) or nothing))
        if any(company == company_id for company, _ in self.closed):
            rows.append((say(locale, "status.history"), say(locale, "status.history_closed")))
        dead = found.inbox.get(str(InboxState.DEAD), 0)
        if dead:
            rows.append((say(locale, "status.dead"), say(locale, "status.dead_of", count=dead)))
        rows += field
        if self.more is not None:
            rows += await self.more(company_id, locale)
        rows.append((say(locale, "status.processes"), await self._processes(locale)))
        return rows

    async def _processes(self, locale: str) -> str:
        """Who lives, and for how long each has been silent."""
        rows, now = await Processes(self.library.db).known()
        beats = [
            say(
                locale,
                "status.beat",
                kind=row.kind,
                seconds=max(0, round((now - row.beat_at).total_seconds())),
            )
            for row in rows
        ]
        return " / ".join(beats) or "—"


def _jobs(found: board.Board, locale: str) -> list[tuple[str, str]]:
    """Each named job with its next run in JST."""
    return [
        (
            f"{say(locale, 'status.jobs')}: {say(locale, f'status.job_{job.kind}')}",
            _time(job.next[0].due_at if job.next else None, locale),
        )
        for job in found.coming
    ]


def _time(moment: datetime | None, locale: str) -> str:
    if moment is None:
        return "—"
    local = moment.astimezone(ZoneInfo("Asia/Tokyo"))
    day = day_words(local.date(), locale)
    return say(locale, "status.next_run", time=f"{day} {local:%H:%M} JST")


def _kind(kind: str, locale: str) -> str:
    """What the message was, in words; a reply's and a post's kind as they are."""
    return say(locale, f"status.job_{kind}") if kind in BY_NAME else kind
