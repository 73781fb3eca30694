"""One company's index and how far it has read its tables: the new comes, what is gone leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cases.db import Shelf
from cases.embedding import QueryEmbedder, Vectors
from cases.index import Index
from cases.indexing import document
from cases.models.case import Case, Embedding
from cases.store.case import PUBLISHED

# Read again on each catch-up: another replica's row may commit after a younger one.
OVERLAP = timedelta(seconds=60)
PAGE = 200  # cases that are read at once when an index begins: with their vectors some 5 MB


@dataclass(slots=True)
class Following:
    """An index with the model whose vectors it holds; None: it knows words alone.

    Every search catches up first, so what another replica published is found by the next question.
    """

    index: Index
    embedder: QueryEmbedder | None
    cases_until: datetime | None = None
    vectors_until: datetime | None = None
    seen: dict[str, datetime] = field(default_factory=dict)
    written: dict[str, datetime] = field(default_factory=dict)  # the newest vector of each case
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    began: bool = False

    async def catch_up(self, shelf: Shelf) -> None:
        """Follows the tables: new texts first, then their vectors; withdrawn cases leave."""
        async with self.lock:
            model = self.embedder.name if self.embedder else ""
            if not self.began:
                await self._begin(shelf, model)
            cases = await self._changed(shelf)
            vectors = await self._written(shelf, model, cases) if model else []
            await asyncio.to_thread(self._apply, cases, vectors)

    async def _begin(self, shelf: Shelf, model: str) -> None:
        """From what the index kept; without that from all that is published, page by page."""
        newest = await shelf.cases.newest_change()
        reached = await asyncio.to_thread(self.index.reached, newest)
        self.cases_until, self.vectors_until = reached
        if self.cases_until is None and newest is not None:
            after = ""
            while cases := await shelf.cases.published(after=after, most=PAGE):
                after = cases[-1].id
                ids = [case.id for case in cases] if model else []
                vectors = await shelf.cases.vectors_of(model, ids) if ids else []
                await asyncio.to_thread(self._take, cases, vectors)
            # What changed while it was read is read once more.
            self.cases_until = newest
            if self.vectors_until is not None:
                self.vectors_until = min(self.vectors_until, shelf.now)
            await asyncio.to_thread(self.index.reach, self.cases_until, self.vectors_until)
        self.began = True

    async def _changed(self, shelf: Shelf) -> Sequence[Case]:
        """What is not as it was read; texts are only fetched for these."""
        if self.cases_until is None:  # there was no case yet
            return await shelf.cases.changed_since(None)
        changes = await shelf.cases.changes_since(self.cases_until - OVERLAP)
        due = [case_id for case_id, at in changes.items() if self.seen.get(case_id) != at]
        return await shelf.cases.whatever(due) if due else []

    async def _written(
        self, shelf: Shelf, model: str, cases: Sequence[Case]
    ) -> Sequence[Embedding]:
        """All vectors of each case that has new ones: the index takes them at once."""
        if self.vectors_until is None:
            return await shelf.cases.vectors_since(model, None)
        written = await shelf.cases.written_since(model, self.vectors_until - OVERLAP)
        due = {case_id for case_id, at in written.items() if self.written.get(case_id) != at}
        due |= {case.id for case in cases}
        return await shelf.cases.vectors_of(model, due) if due else []

    async def look_again(self, shelf: Shelf, case_ids: Iterable[str]) -> None:
        """Cases that were not as the index had them: deleted, or changed without a word."""
        async with self.lock:
            found = [(case_id, await shelf.cases.any(case_id)) for case_id in case_ids]
            cases = [case for _, case in found if case is not None]
            model = self.embedder.name if self.embedder else ""
            vectors = await shelf.cases.vectors_of(model, [case.id for case in cases])
            await asyncio.to_thread(self._apply, cases, vectors)
            for case_id, case in found:
                if case is None:
                    self.index.remove(case_id)

    def _apply(self, cases: Sequence[Case], vectors: Sequence[Embedding]) -> None:
        self._take(cases, vectors)
        if cases or vectors:
            self.index.reach(self.cases_until, self.vectors_until)

    def _take(self, cases: Sequence[Case], vectors: Sequence[Embedding]) -> None:
        import numpy as np  # not for the first page

        for case in cases:
            self.seen[case.id] = case.changed_at
            self.cases_until = max(self.cases_until or case.changed_at, case.changed_at)
            if case.status in PUBLISHED:
                self.index.put(document(case))
            else:
                self.index.remove(case.id)
        by_case: dict[str, dict[str, Vectors]] = {}
        for row in vectors:
            self.vectors_until = max(self.vectors_until or row.written_at, row.written_at)
            newest = self.written.get(row.case_id, row.written_at)
            self.written[row.case_id] = max(newest, row.written_at)
            by_case.setdefault(row.case_id, {})[row.part] = np.frombuffer(row.vector, dtype="<f4")
        for case_id, parts in by_case.items():
            self.index.put_vectors(case_id, parts)
