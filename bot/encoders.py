"""Which encoder reads what: the guard always the bundled one, search the one that is configured."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bot.settings import Settings, sync_url
from cases.db import Database
from cases.embedding import ModelChoice, QueryEmbedder, Reranker
from cases.embedding.bundled import NAME, BundledEncoder
from cases.embedding.word_vectors import SEARCH_NAME, for_search
from cases.errors import ModelUnavailable
from cases.index import Index
from cases.indexing import searched_model
from cases.library import Library
from cases.search import Shelves

if TYPE_CHECKING:
    from cases.index.memory import MemoryIndex

log = logging.getLogger(__name__)


def open_library(settings: Settings, embedder: QueryEmbedder | None = None) -> Library:
    """Database, keys and index of the settings.

    The guard reads with the bundled encoder. Search asks by that and by single words, until the
    vectors of a named model are whole (`hitotsubu reindex`) and it is loaded (`load_models`).
    """
    if settings.guard_model:  # without one the guard is not read before the first page
        from cases import guard

        guard.use_model(settings.guard_model)
    db = Database(settings.database_url)
    encoder = embedder or BundledEncoder()
    asked_by, wanted = for_search(encoder), settings.embedding.stored
    shelves = Shelves(db, partial(kept_index, settings.var), asked_by, wanted)
    if settings.index == "pgvector":
        _in_postgresql(shelves, settings)
    return Library(db, settings.ring(), encoder, shelves, settings.public_url)


def empty_index(_company_id: str, model: str, size: int) -> MemoryIndex:
    """An index of one company for a model's vectors of one length."""
    from cases.index.memory import MemoryIndex  # numpy and the words, after the first page
    from cases.index.vectors import common_of

    return MemoryIndex(common_of(model, size))


def kept_index(home: Path, company_id: str, model: str, size: int) -> MemoryIndex:
    """The same, which a large company's next process begins with."""
    from cases.index.saved import Saved, SavedIndex
    from cases.index.vectors import common_of

    return SavedIndex(common_of(model, size), Saved.of(home, company_id, model, size))


def forget_in_index(settings: Settings, company_id: str, case_id: str = "") -> None:
    """A case, or a whole company's files, leave what is kept of the search index at once.

    Files go as a whole, whoever wrote them; other machines forget theirs at their next search.
    """
    from sqlalchemy import create_engine

    from cases.index.saved import Saved

    Saved.of(settings.var, company_id, "", 0).forget()
    if settings.index == "pgvector" and case_id:
        from cases.index.pgvector import PgIndex
        from cases.index.vectors import common_of

        engine = create_engine(sync_url(settings.database_url))
        PgIndex(engine, company_id, "", common_of("", 0)).remove(case_id)
        engine.dispose()


def _in_postgresql(shelves: Shelves, settings: Settings) -> None:
    """Indexes in PostgreSQL, over connections of their own: searches run in threads."""
    from sqlalchemy import create_engine

    from cases.index.saved import forget_all

    forget_all(settings.var)  # files that were kept before: no withdrawn case would leave them
    url = sync_url(settings.database_url)
    engine = create_engine(url, pool_pre_ping=True, hide_parameters=True)

    def index(company_id: str, model: str, size: int) -> Index:
        from cases.index.pgvector import PgIndex
        from cases.index.vectors import common_of

        return PgIndex(engine, company_id, model, common_of(model, size))

    shelves.make_index, shelves.give_back = index, engine.dispose


async def warm(library: Library) -> None:
    """Reads each company's index. What fails is said, and the other companies go on."""
    for company in await library.db.directory.companies():
        try:
            await library.shelves.warm(company.id)
        except Exception as error:  # the type only: it may quote a case
            log.error("no index yet for company %s: %s", company.id, type(error).__name__)


async def load_models(library: Library, settings: Settings) -> None:
    """Loads the named model, those that still answer for a company, and the re-ranker.

    What cannot be loaded is said once, and search goes on with the bundled encoder.
    """
    shelves, wanted = library.shelves, settings.embedding
    names = {searched_model(one) for one in await library.db.directory.companies()}
    for stored in sorted({wanted.stored, *names} - {"", NAME, SEARCH_NAME}):
        try:
            shelves.use(await asyncio.to_thread(_encoder, choice_of(stored, wanted)))
        except ModelUnavailable as error:
            log.error("%s; search goes on with the bundled encoder", error)
            shelves.give_up(stored)
    if settings.reranker.name:
        try:
            shelves.reranker = await asyncio.to_thread(_reranker, settings.reranker)
        except ModelUnavailable as error:
            log.error("%s; hits stay in the order of search", error)


def choice_of(stored: str, settings: ModelChoice) -> ModelChoice:
    """The model of stored vectors (`name@dimensions`), run as the settings say."""
    name, _, dimensions = stored.rpartition("@")
    if not name or not dimensions.isdigit():
        return replace(settings, name=stored, dimensions=0)
    return replace(settings, name=name, dimensions=int(dimensions))


def _encoder(choice: ModelChoice) -> QueryEmbedder:
    from cases.embedding.sentence import SentenceEncoder  # imports torch, about 8 s

    return SentenceEncoder(choice)


def _reranker(choice: ModelChoice) -> Reranker:
    from cases.embedding.sentence import CrossReader

    return CrossReader(choice)
