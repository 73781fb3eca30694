"""The library: everything the outside holds of the core, made once at start."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from cases.db import Database
from cases.embedding import QueryEmbedder
from cases.scope import Scope
from cases.seal import KeyRing
from cases.search import Found, Shelves


@dataclass(slots=True)
class Library:
    """Database, key ring, the encoder of queries and guard sentences, and an index per company."""

    db: Database
    ring: KeyRing
    embedder: QueryEmbedder
    shelves: Shelves

    async def find(self, scope: Scope, text: str, *, without: Collection[str] = ()) -> Found:
        """The cases that help, among those the scope may see; `text` has passed the guard."""
        return await self.shelves.find(scope, text, without=without)

    async def close(self) -> None:
        """Gives the database's connections back."""
        await self.db.close()
