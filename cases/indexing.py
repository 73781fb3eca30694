"""From case rows to what the index holds and what the worker embeds (design: domain.md §2.2).

A visible case without a matching embedding row is the queue; nothing is queued twice (ADR 4).
"""

from __future__ import annotations

from collections.abc import Callable

from cases.db import Database
from cases.embedding import Embedder, Vectors
from cases.fields import VOCABULARY, keys_of
from cases.index import Document, parts
from cases.models.case import Case, Embedding
from cases.scope import Scope
from cases.store.case import PUBLISHED
from cases.text import content_hash
from cases.vocabulary import Status, terms

BATCH = 256  # texts embedded at once
WRITTEN = 32  # vectors in one transaction: the child is slow on purpose, and writers wait for it


def indexed_fields(case: Case) -> dict[str, str]:
    """The texts of a case that are searched and embedded; never author, office or held text."""
    return {
        "title": case.title,
        "intent": case.intent,
        "situation": case.situation,
        "trigger": str(case.details.get("trigger", "")),
        "steps": "。".join(step["text"] for step in case.steps),
        "action": case.action,
        "result": case.result,
        "tip": case.tip,
        "conditions": case.conditions,
    }


def document(case: Case) -> Document:
    """The case for the index, with the facets that say who may find it and what it is about."""
    words = [(name, key) for field, name in VOCABULARY.items() for key in keys_of(case, field)]
    labels = tuple(
        label
        for name, key in words
        if key in terms(name)
        for label in (terms(name)[key].ja, terms(name)[key].en)
    )
    facets = {f"{name}:{key}" for name, key in words}
    facets |= {f"{name}:{key.split('.')[0]}" for name, key in words}
    facets |= {f"office:{case.office_id}", f"author:{case.author_id}"}
    if case.status in (Status.COMPANY, Status.STALE):
        facets.add("status:company")
    return Document(case.id, indexed_fields(case), labels, frozenset(facets))


async def missing(db: Database, company_id: str, model: str) -> list[tuple[Case, str, str]]:
    """(case, part, text) of everything published whose vector is missing or stale."""
    async with db.reading(Scope(company_id)) as shelf:
        cases = await shelf.cases.changed_since(None)
        known = await shelf.cases.hashes(model)
    return [
        (case, part, text)
        for case in cases
        if case.status in PUBLISHED
        for part, text in parts(indexed_fields(case))
        if known.get((case.id, part)) != content_hash(text)
    ]


async def catch_up(
    db: Database,
    company_id: str,
    embedder: Embedder,
    tell: Callable[[int, int], None] = lambda _done, _all: None,
) -> int:
    """Writes the missing vectors of a company, a batch at a time; gives how many there were.

    `tell` hears (done, all) after each batch.
    """
    todo = await missing(db, company_id, embedder.name)
    for start in range(0, len(todo), BATCH):
        batch = todo[start : start + BATCH]
        vectors = embedder.encode([text for _, _, text in batch])
        for at in range(0, len(batch), WRITTEN):
            part = slice(at, at + WRITTEN)
            await _write(db, company_id, embedder.name, batch[part], vectors[part])
        tell(start + len(batch), len(todo))
    return len(todo)


async def _write(
    db: Database,
    company_id: str,
    model: str,
    batch: list[tuple[Case, str, str]],
    vectors: Vectors,
) -> None:
    async with db.transaction(Scope(company_id)) as shelf:
        rows = [
            Embedding(
                company_id=company_id,
                case_id=case.id,
                model=model,
                part=part,
                content_hash=content_hash(text),
                vector=vector.astype("<f4").tobytes(),
                written_at=shelf.now,
            )
            for (case, part, text), vector in zip(batch, vectors, strict=True)
        ]
        await shelf.cases.put_vectors(rows)
