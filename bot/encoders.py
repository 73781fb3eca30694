"""Which encoder reads what: the guard always the bundled one, search the one that is configured."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from bot.settings import Settings
from cases.db import Database
from cases.embedding import QueryEmbedder
from cases.embedding.bundled import BundledEncoder
from cases.errors import ModelUnavailable
from cases.library import Library
from cases.search import Shelves

if TYPE_CHECKING:
    from cases.index.memory import MemoryIndex

log = logging.getLogger(__name__)


def open_library(settings: Settings, embedder: QueryEmbedder | None = None) -> Library:
    """Database, keys and index of the settings.

    The guard reads with the bundled encoder. Search does too, unless a model is named: that one is
    loaded later (`load_model`), and until then words are searched alone (decision 7).
    """
    db = Database(settings.database_url)
    encoder = embedder or BundledEncoder()
    shelves = Shelves(db, empty_index, None if settings.embedding_model else encoder)
    return Library(db, settings.ring(), encoder, shelves)


def empty_index(model: str, size: int) -> MemoryIndex:
    """An index of one company for a model's vectors of one length."""
    from cases.index.memory import MemoryIndex  # numpy and the words, after the first page
    from cases.index.vectors import common_of

    return MemoryIndex(common_of(model, size))


async def load_model(library: Library, name: str) -> None:
    """Loads the named model for questions; if that fails, says why and goes on with the bundled."""
    from cases.embedding.sentence import SentenceEncoder  # imports torch, about 8 s

    try:
        library.shelves.use(await asyncio.to_thread(SentenceEncoder, name))
    except ModelUnavailable as error:
        log.error("%s", error)
        library.shelves.use(library.embedder)
