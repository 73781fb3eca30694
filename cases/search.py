"""Finding: one index per company, kept up with the tables, asked inside the asker's scope."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from cases import chips as chipping
from cases import question, reasons
from cases.chips import Chip
from cases.db import Database, Shelf
from cases.embedding import QueryEmbedder, Vectors
from cases.index import Index
from cases.indexing import document, indexed_fields
from cases.models.case import Case, Embedding
from cases.reactions import NOT_A_MATCH
from cases.reasons import Difference
from cases.scope import Scope
from cases.store.case import PUBLISHED

DEPTH = 30  # hits that one question can page through
WIDE = 200  # hits that 「病院だけ」 chooses from
CHIP = 0.03  # of the fused score: what a condition that is met adds (neutral on the queries)
# Read again on each catch-up: another replica's row may commit after a younger one.
OVERLAP = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Hit:
    """A case with its reason (a sentence of the case and the marks in it) and its points."""

    case_id: str
    score: float
    near: str  # close, loose or none, of this hit alone
    reason: str
    marks: tuple[tuple[int, int], ...]
    same: tuple[Chip, ...] = ()
    different: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """The answer: its honest label, the hits best first, and the conditions that were read."""

    match: str
    hits: tuple[Hit, ...]
    chips: tuple[Chip, ...]
    limit: int | None
    words_only: bool


@dataclass(slots=True)
class _Shelved:
    """One company's index and how far it has read."""

    index: Index
    cases_until: datetime | None = None
    vectors_until: datetime | None = None
    seen: dict[str, datetime] = field(default_factory=dict)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Shelves:
    """All companies' indexes. Without an embedder (a model still loads) words are searched alone.

    `make_index(model, size)` gives an empty index for vectors of that model and length.
    """

    def __init__(
        self,
        db: Database,
        make_index: Callable[[str, int], Index],
        embedder: QueryEmbedder | None,
    ) -> None:
        self.db = db
        self.make_index = make_index
        self.embedder = embedder
        self.companies: dict[str, _Shelved] = {}

    def use(self, embedder: QueryEmbedder) -> None:
        """Searches by this model's meaning from now on; the indexes are read anew."""
        self.embedder = embedder
        self.companies.clear()

    async def find(
        self,
        scope: Scope,
        text: str,
        *,
        without: Collection[str] = (),
        limit: int = DEPTH,
    ) -> Found:
        """The cases that help, among those the scope may see.

        `text` has passed the guard. `without` names chips (`chip_id`) that the asker took off.
        """
        from cases import ranking  # with numpy: not for the first page

        understood = chipping.understand(text)
        chips = tuple(chip for chip in understood.chips if chip_id(chip) not in without)
        off = [chip for chip in understood.chips if chip not in chips]
        words = chipping.left(text, off)
        asked = await asyncio.to_thread(question.read, words, self.embedder)
        shelved = self._shelved(scope.company_id)
        async with self.db.reading(scope) as shelf:
            await self._catch_up(shelf, shelved)
            hidden = await shelf.loop.hidden(NOT_A_MATCH) if scope.member_id else set()
        scored = await asyncio.to_thread(
            shelved.index.search, asked, [visible(scope)], limit + len(hidden)
        )
        scored = [one for one in scored if one.case_id not in hidden][:limit]
        async with self.db.reading(scope) as shelf:
            rows = await shelf.cases.many(one.case_id for one in scored)
        # In a thread: the reasons take their sentences apart, and the acks must not wait for it.
        hits = await asyncio.to_thread(
            lambda: [
                self._hit(asked, rows[one.case_id], one.score, one.chance, one.sentence, chips)
                for one in scored
                if one.case_id in rows
            ]
        )
        hits.sort(key=lambda hit: -hit.score)
        chances = [one.chance for one in scored if one.case_id in rows]
        return Found(
            match=str(ranking.overall(chances)),
            hits=tuple(hits),
            chips=chips,
            limit=understood.limit,
            words_only=asked.vectors is None,
        )

    async def warm(self, company_id: str) -> None:
        """Reads a company's cases and vectors, so that the first question is quick."""
        async with self.db.reading(Scope(company_id)) as shelf:
            await self._catch_up(shelf, self._shelved(company_id))

    def _shelved(self, company_id: str) -> _Shelved:
        if company_id not in self.companies:
            model, size = (self.embedder.name, self.embedder.size) if self.embedder else ("", 1)
            self.companies[company_id] = _Shelved(self.make_index(model, size))
        return self.companies[company_id]

    async def _catch_up(self, shelf: Shelf, shelved: _Shelved) -> None:
        """Follows the tables: new texts first, then their vectors; withdrawn cases leave."""
        async with shelved.lock:
            cases = [
                case
                for case in await shelf.cases.changed_since(_again(shelved.cases_until))
                if shelved.seen.get(case.id) != case.changed_at
            ]
            since = _again(shelved.vectors_until)
            model = self.embedder.name if self.embedder else ""
            vectors = await shelf.cases.vectors_since(model, since) if model else []
            if model and since is not None:  # the index takes all vectors of a case at once
                ids = {case.id for case in cases} | {row.case_id for row in vectors}
                vectors = await shelf.cases.vectors_of(model, ids)
            await asyncio.to_thread(_apply, shelved, cases, vectors)

    def _hit(
        self,
        asked: question.Question,
        case: Case,
        score: float,
        chance: float,
        sentence: int | None,
        chips: tuple[Chip, ...],
    ) -> Hit:
        from cases import ranking

        fields = indexed_fields(case)
        why = reasons.why(asked, fields, sentence)
        points = reasons.points(chips, document(case).facets, fields)
        return Hit(
            case_id=case.id,
            score=score + CHIP * len(points.matching),
            near=str(ranking.match(chance)),
            reason=why.sentence,
            marks=why.marks,
            same=points.matching,
            different=points.different,
        )


def narrowed(found: Found, only: Collection[str]) -> Found:
    """The hits that meet every one of these chips (`chip_id`), as many as one can page through."""
    if not only:
        return found
    kept = [hit for hit in found.hits if set(only) <= {chip_id(chip) for chip in hit.same}]
    match = kept[0].near if kept else "none"
    return replace(found, match=match, hits=tuple(kept[:DEPTH]))


def chip_id(chip: Chip) -> str:
    """A chip as a button's value: `facilities:clinic`, several keys joined by |."""
    return f"{chip.list_name}:{'|'.join(chip.keys)}"


def visible(scope: Scope) -> set[str]:
    """The facets of which a case must have one, so that this scope may find it."""
    facets = {"status:company"} | {f"office:{office}" for office in scope.offices}
    return facets | ({f"author:{scope.member_id}"} if scope.member_id else set())


def _again(moment: datetime | None) -> datetime | None:
    return moment - OVERLAP if moment else None


def _apply(shelved: _Shelved, cases: list[Case], vectors: Sequence[Embedding]) -> None:
    import numpy as np  # not for the first page

    for case in cases:
        shelved.seen[case.id] = case.changed_at
        shelved.cases_until = max(shelved.cases_until or case.changed_at, case.changed_at)
        if case.status in PUBLISHED:
            shelved.index.put(document(case))
        else:
            shelved.index.remove(case.id)
    by_case: dict[str, dict[str, Vectors]] = {}
    for row in vectors:
        until = shelved.vectors_until or row.written_at
        shelved.vectors_until = max(until, row.written_at)
        by_case.setdefault(row.case_id, {})[row.part] = np.frombuffer(row.vector, dtype="<f4")
    for case_id, parts in by_case.items():
        shelved.index.put_vectors(case_id, parts)
