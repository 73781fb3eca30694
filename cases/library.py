"""The library: everything the outside holds of the core, made once at start."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from cases.db import Database
from cases.embedding import QueryEmbedder
from cases.scope import Scope
from cases.seal import KeyRing
from cases.search import DEPTH, WIDE, Found, Shelves, narrowed


@dataclass(slots=True)
class Library:
    """Database, key ring, the encoder of queries and guard sentences, and an index per company."""

    db: Database
    ring: KeyRing
    embedder: QueryEmbedder
    shelves: Shelves
    web_url: str = ""  # where the pages are that people sign in to; empty: nowhere

    async def find(
        self,
        scope: Scope,
        text: str,
        *,
        without: Collection[str] = (),
        only: Collection[str] = (),
    ) -> Found:
        """The cases that help, among those the scope may see; `text` has passed the guard.

        `without` and `only` name chips that the asker took off, or that a case has to meet.
        """
        limit = WIDE if only else DEPTH
        return narrowed(await self.shelves.find(scope, text, without=without, limit=limit), only)

    async def close(self) -> None:
        """Gives all connections back."""
        await self.shelves.close()
        await self.db.close()
