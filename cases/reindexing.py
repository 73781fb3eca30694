"""Which model answers, and how another takes over: its vectors are written beside the old ones,
and one change of one row makes every replica ask by it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cases.db import Database
from cases.embedding import Embedder
from cases.following import OVERLAP
from cases.indexing import catch_up, searched_model, switch
from cases.scope import Scope

# So often everything is looked at again: what a restored or shifted clock hid is found then.
WHOLE_LOOK = timedelta(minutes=10)


@dataclass(slots=True)
class Keeper:
    """Keeps all companies' vectors complete. `wanted` writes them; `default` is what answers for a
    company that never changed its model."""

    db: Database
    wanted: Embedder
    default: Embedder
    _news: dict[tuple[str, str], datetime] = field(default_factory=dict)
    _whole: dict[tuple[str, str], datetime] = field(default_factory=dict)

    async def look(self, company_id: str) -> None:
        """One look at a company: its new cases first, then what the wanted model still lacks."""
        async with self.db.reading(Scope(company_id)) as shelf:
            answering = searched_model(await shelf.people.company()) or self.default.name
            now = shelf.now
        if answering == self.default.name != self.wanted.name:
            await self._news_of(company_id, self.default, now)
        await self._news_of(company_id, self.wanted, now)
        if answering != self.wanted.name:
            await switch(self.db, company_id, self.wanted.name)

    async def _news_of(self, company_id: str, embedder: Embedder, now: datetime) -> None:
        key = (company_id, embedder.name)
        whole = now - self._whole.get(key, now - WHOLE_LOOK) >= WHOLE_LOOK
        await catch_up(self.db, company_id, embedder, since=None if whole else self._news[key])
        self._news[key] = now - OVERLAP
        if whole:
            self._whole[key] = now


async def reindex(
    db: Database,
    company_id: str,
    embedder: Embedder,
    tell: Callable[[int, int], None] = lambda _done, _all: None,
) -> int:
    """Embeds what the model lacks and lets it answer from then on; gives how many vectors it wrote.

    It may be stopped and called again; until it is through, search answers by the old vectors.
    """
    written = await catch_up(db, company_id, embedder, tell)
    while late := await catch_up(db, company_id, embedder):  # published meanwhile
        written += late
    await switch(db, company_id, embedder.name)
    return written


async def forget_old(db: Database, company_id: str) -> list[str]:
    """Deletes the vectors of every model but the one that answers: their names."""
    async with db.transaction(Scope(company_id)) as shelf:
        answering = searched_model(await shelf.people.company())
        old = sorted(set(await shelf.cases.models()) - {answering}) if answering else []
        for model in old:
            await shelf.cases.forget_model(model)
    return old
