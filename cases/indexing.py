"""From case rows to what the index holds and what the worker embeds (design: domain.md §2.2).

A visible case without a matching embedding row is the queue; nothing is queued twice (ADR 4).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeAlias

from cases.db import Database
from cases.embedding import Embedder, Vectors
from cases.fields import VOCABULARY, keys_of
from cases.index import Document, parts
from cases.models.case import Case, Embedding
from cases.models.org import Company
from cases.scope import Scope
from cases.store.case import PUBLISHED
from cases.text import content_hash
from cases.vocabulary import Status, terms

BATCH = 256  # texts embedded at once
PAGE = 100  # cases looked at in one transaction
SEARCHED = "search_model"  # in Company.settings
WRITTEN = 32  # vectors in one transaction: the child is slow on purpose, and writers wait for it

Todo: TypeAlias = tuple[Case, str, str]  # case, part, text


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


async def missing(
    db: Database, company_id: str, model: str, since: datetime | None = None
) -> list[Todo]:
    """Everything published whose vector is missing or stale; with `since` only of what changed."""
    found, after = [], ""
    while page := await _page(db, company_id, model, after, since):
        after = page[0][-1].id
        found += page[1]
    return found


async def catch_up(
    db: Database,
    company_id: str,
    embedder: Embedder,
    tell: Callable[[int, int], None] = lambda _done, _all: None,
    since: datetime | None = None,
) -> int:
    """Writes the missing vectors of a company, a page of cases at a time; gives how many.

    It may be killed anywhere: what is written stays, the next call goes on with the rest. `tell`
    hears (cases done, cases there are) after each page. `since`: only what changed from then on.
    """
    async with db.reading(Scope(company_id)) as shelf:
        counts = await shelf.cases.counts()
    every = sum(number for status, number in counts.items() if status in PUBLISHED)
    written, done, after = 0, 0, ""
    while page := await _page(db, company_id, embedder.name, after, since):
        cases, todo = page
        for start in range(0, len(todo), BATCH):
            batch = todo[start : start + BATCH]
            vectors = embedder.encode([text for _, _, text in batch])
            for at in range(0, len(batch), WRITTEN):
                part = slice(at, at + WRITTEN)
                await _write(db, company_id, embedder.name, batch[part], vectors[part])
        written, done, after = written + len(todo), done + len(cases), cases[-1].id
        tell(done, max(every, done))
    return written


async def _page(
    db: Database, company_id: str, model: str, after: str, since: datetime | None
) -> tuple[Sequence[Case], list[Todo]] | None:
    """The next published cases and what of them is not embedded; None after the last."""
    async with db.reading(Scope(company_id)) as shelf:
        cases = await shelf.cases.published(after=after, most=PAGE, since=since)
        known = await shelf.cases.hashes(model, [case.id for case in cases]) if cases else {}
    todo = [
        (case, part, text)
        for case in cases
        for part, text in parts(indexed_fields(case))
        if known.get((case.id, part)) != content_hash(text)
    ]
    return (cases, todo) if cases else None


def searched_model(company: Company) -> str:
    """The model whose vectors answer for this company; empty: the default one."""
    return str(company.settings.get(SEARCHED, ""))


async def switch(db: Database, company_id: str, model: str) -> bool:
    """Search answers by this model from now on, everywhere at once; False when it did already.

    To be called when none of its vectors is missing.
    """
    async with db.transaction(Scope(company_id)) as shelf:
        company = await shelf.people.company()
        if searched_model(company) == model:
            return False
        company.settings = {**company.settings, SEARCHED: model}
    return True


async def _write(
    db: Database,
    company_id: str,
    model: str,
    batch: list[Todo],
    vectors: Vectors,
) -> None:
    async with db.transaction(Scope(company_id)) as shelf:
        # Nothing may stay of a text that was withdrawn or masked while it was encoded.
        cases = await shelf.cases.published_now({case.id for case, _, _ in batch})
        here = {
            (case.id, part, text) for case in cases for part, text in parts(indexed_fields(case))
        }
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
            if (case.id, part, text) in here
        ]
        await shelf.cases.put_vectors(rows)
