"""What the three stores share: a company, its time, and an insert that happens once."""

from __future__ import annotations

from typing import Any

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
        native = postgresql if self.session.get_bind().dialect.name == "postgresql" else sqlite
        row = native.insert(table).values(company_id=self.company_id, **values)
        row = row.on_conflict_do_nothing().returning(table.__table__.c.company_id)
        return (await self.session.execute(row)).scalar_one_or_none() is not None
