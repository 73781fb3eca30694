"""What the three stores share: a company, its time, and an insert that happens once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ARRAY, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from cases.columns import Base
from cases.db import Shelf


class Rows:
    """Rows of the company of a Shelf. Times come from `shelf.now` only."""

    def __init__(self, shelf: Shelf) -> None:
        self.session = shelf.session
        self.company_id = shelf.scope.company_id
        self.now = shelf.now

    async def once(self, table: type[Base], **values: Any) -> bool:
        """Inserts a row unless one of its unique keys is taken (ON CONFLICT DO NOTHING)."""
        row = self._insert(table).values(company_id=self.company_id, **values)
        row = row.on_conflict_do_nothing().returning(table.__table__.c.company_id)
        return (await self.session.execute(row)).scalar_one_or_none() is not None

    async def all_once(self, table: type[Base], rows: list[dict[str, Any]]) -> None:
        """Inserts many rows that name the same columns, each with its key; those whose key is taken
        are left out."""
        if not rows:
            return
        of_company = [{"company_id": self.company_id, **row} for row in rows]
        if self.session.get_bind().dialect.name == "postgresql":
            await self.session.execute(_at_once(table.__table__, of_company))
            return
        insert = self._insert(table.__table__).on_conflict_do_nothing()
        await self.session.execute(insert, of_company)

    def _insert(self, table: Any) -> Any:  # PostgreSQL's insert, or SQLite's: alike, not related
        native = postgresql if self.session.get_bind().dialect.name == "postgresql" else sqlite
        return native.insert(table)


def _at_once(table: Any, rows: list[dict[str, Any]]) -> Any:
    """PostgreSQL: one statement with an array for each column, a third of the work of many."""
    names = list(rows[0])
    arrays = [
        literal([row[name] for row in rows], ARRAY(table.c[name].type, dimensions=1))
        for name in names
    ]
    found = func.unnest(*arrays).table_valued(*names).render_derived()
    source = select(*(found.c[name] for name in names))
    return postgresql.insert(table).from_select(names, source).on_conflict_do_nothing()
