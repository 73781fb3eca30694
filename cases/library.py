"""The library: everything the outside holds of the core, made once at start."""

from __future__ import annotations

from dataclasses import dataclass

from cases.db import Database
from cases.embedding import Embedder
from cases.seal import KeyRing
from cases.search import Shelves


@dataclass(slots=True)
class Library:
    """Database, key ring, the encoder of queries and guard sentences, and an index per company."""

    db: Database
    ring: KeyRing
    embedder: Embedder
    shelves: Shelves

    async def close(self) -> None:
        """Gives the database's connections back."""
        await self.db.close()
