"""Finding: one index per company, kept up with the tables, asked inside the asker's scope."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from cases import chips as chipping
from cases import question, reasons, rights
from cases.chips import Chip
from cases.db import Database, Shelf
from cases.embedding import QueryEmbedder, Reranker
from cases.following import Following
from cases.index import Index, Scored, embedded_text
from cases.indexing import document, indexed_fields, searched_model
from cases.models.case import Case
from cases.reactions import NOT_A_MATCH
from cases.reasons import Difference, Reason
from cases.rights import Action
from cases.scope import Scope

ATTEMPTS = 3  # to fill an answer when cases were taken away meanwhile
DEPTH = 30  # hits that one question can page through
RERANKED = 20  # hits that a re-ranker reads; each costs it a pass through its model
WIDE = 200  # hits that 「病院だけ」 chooses from
CHIP = 0.03  # of the fused score: what a condition that is met adds (neutral on the queries)


@dataclass(frozen=True, slots=True)
class Hit:
    """A case with its points; the last four are what its reason is read from."""

    case_id: str
    score: float
    near: str  # close, loose or none, of this hit alone
    same: tuple[Chip, ...]
    different: tuple[Difference, ...]
    asked: question.Question
    fields: Mapping[str, str]
    sentence: int | None
    said: tuple[str, ...]

    def why(self) -> Reason:
        """A sentence of the case and the marks in it. Read when it is shown: a page shows five of
        thirty hits, and one costs about as much as the whole search of a small library."""
        return reasons.why(self.asked, self.fields, self.sentence, self.said)


@dataclass(frozen=True, slots=True)
class Found:
    """The answer: its honest label, the hits best first, and the conditions that were read."""

    match: str
    hits: tuple[Hit, ...]
    chips: tuple[Chip, ...]
    limit: int | None
    words_only: bool


class Shelves:
    """All companies' indexes, each following its tables and asked inside the asker's scope.

    `make_index(company_id, model, size)` gives an index for vectors of that model. `embedder`
    answers for companies that have no model of their own; None: words are searched alone. `wanted`
    names a model that still loads (`use`).
    """

    def __init__(
        self,
        db: Database,
        make_index: Callable[[str, str, int], Index],
        embedder: QueryEmbedder | None,
        wanted: str = "",
    ) -> None:
        self.db = db
        self.make_index = make_index
        self.embedder = embedder
        self.reranker: Reranker | None = None
        self.others: dict[str, QueryEmbedder | None] = {wanted: None} if wanted else {}
        self.companies: dict[str, Following] = {}
        self.reading_anew: dict[str, asyncio.Task[None]] = {}
        self.give_back: Callable[[], None] = lambda: None  # connections of the indexes

    def use(self, embedder: QueryEmbedder) -> None:
        """Companies whose vectors are this model's are asked with it from now on."""
        self.others[embedder.name] = embedder

    def give_up(self, name: str) -> None:
        """A model that could not be loaded: the default one answers instead."""
        self.others.pop(name, None)

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
        off = [chip for chip in understood.chips if chip_id(chip) in without]
        chips = chipping.once(chip for chip in understood.chips if chip not in off)
        async with self.db.reading(scope) as shelf:
            if scope.member_id:  # else the system itself, or all who read along in a room
                rights.need(shelf, Action.SEARCH)
            following = await self._caught_up(shelf)
            hidden = await shelf.loop.hidden(NOT_A_MATCH) if scope.member_id else set()
        words = chipping.left(text, off)
        asked = await asyncio.to_thread(question.read, words, following.embedder)
        scored, rows = await self._best(scope, following, asked, hidden, limit)
        hits = [_hit(asked, rows[one.case_id], one, chips) for one in scored]
        hits.sort(key=lambda hit: -hit.score)
        doubted = [rows[hit.case_id].in_doubt for hit in hits]
        hits = [hits[place] for place in ranking.sunk([hit.near for hit in hits], doubted)]
        return Found(
            match=str(ranking.overall([one.chance for one in scored])),
            hits=tuple(hits),
            chips=chips,
            limit=understood.limit,
            words_only=asked.vectors is None,
        )

    async def _best(
        self,
        scope: Scope,
        following: Following,
        asked: question.Question,
        hidden: Collection[str],
        limit: int,
    ) -> tuple[list[Scored], dict[str, Case]]:
        """As many hits as there are to see, up to `limit`, with their rows as they are now."""
        for _ in range(ATTEMPTS):
            scored = await asyncio.to_thread(
                following.index.search, asked, [visible(scope)], limit + len(hidden)
            )
            scored = [one for one in scored if one.case_id not in hidden][:limit]
            async with self.db.reading(scope) as shelf:
                rows = await shelf.cases.many(one.case_id for one in scored)
                if not (stale := [one.case_id for one in scored if one.case_id not in rows]):
                    break
                await following.look_again(shelf, stale)
        scored = [one for one in scored if one.case_id in rows]
        if self.reranker is not None and asked.text:
            scored = await asyncio.to_thread(reranked, self.reranker, asked.text, scored, rows)
        return scored, rows

    async def warm(self, company_id: str) -> None:
        """Reads a company's cases and vectors, so that the first question is quick."""
        async with self.db.reading(Scope(company_id)) as shelf:
            await self._caught_up(shelf)
        await self.settled()

    async def settled(self) -> None:
        """Waits until every index that is being read anew has taken its place."""
        while self.reading_anew:
            await asyncio.gather(*self.reading_anew.values())

    async def close(self) -> None:
        """Waits for what is being read; the indexes keep what they can, and give back their own
        connections."""
        await self.settled()
        for following in self.companies.values():
            await asyncio.to_thread(following.index.close)
        self.give_back()

    async def _caught_up(self, shelf: Shelf) -> Following:
        """The company's index, up to date. Another model's takes its place when it is whole."""
        company_id = shelf.scope.company_id
        embedder = self._embedder(searched_model(await shelf.people.company()))
        following = self.companies.get(company_id)
        if following is None:
            following = self.companies[company_id] = self._following(company_id, embedder)
        elif following.embedder is not embedder and company_id not in self.reading_anew:
            task = asyncio.create_task(self._read_anew(company_id, embedder))
            self.reading_anew[company_id] = task
        await following.catch_up(shelf)
        return following

    async def _read_anew(self, company_id: str, embedder: QueryEmbedder | None) -> None:
        try:
            fresh = self._following(company_id, embedder)
            async with self.db.reading(Scope(company_id)) as shelf:
                await fresh.catch_up(shelf)
            self.companies[company_id] = fresh
        finally:
            del self.reading_anew[company_id]

    def _embedder(self, model: str) -> QueryEmbedder | None:
        return self.others.get(model, self.embedder)

    def _following(self, company_id: str, embedder: QueryEmbedder | None) -> Following:
        model, size = (embedder.name, embedder.size) if embedder else ("", 1)
        return Following(self.make_index(company_id, model, size), embedder)


def _hit(asked: question.Question, case: Case, scored: Scored, chips: tuple[Chip, ...]) -> Hit:
    from cases import ranking

    fields = indexed_fields(case)
    points = reasons.points(chips, document(case).facets, fields) if chips else reasons.NO_POINTS
    return Hit(
        case_id=case.id,
        score=scored.score + CHIP * len(points.matching),
        near=str(ranking.match(scored.chance)),
        same=points.matching,
        different=points.different,
        asked=asked,
        fields=fields,
        sentence=scored.sentence,
        said=scored.said,
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


def reranked(
    reranker: Reranker, text: str, scored: list[Scored], rows: dict[str, Case]
) -> list[Scored]:
    """The first RERANKED hits in the re-ranker's order; scores stay in their places."""
    first, rest = scored[:RERANKED], scored[RERANKED:]
    texts = [embedded_text(indexed_fields(rows[one.case_id])) for one in first]
    marks = reranker.scores(text, texts)
    order = sorted(range(len(first)), key=lambda at: -marks[at])
    return [replace(first[at], score=first[place].score) for place, at in enumerate(order)] + rest
