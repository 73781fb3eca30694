"""How the stores ask for many rows at once, in the way that is cheap on the database at hand."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ARRAY, ColumnElement, String, any_, literal
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute


def among(
    session: AsyncSession, column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None],
    values: Collection[str],
) -> ColumnElement[bool]:  # fmt: skip
    """`column in values`. On PostgreSQL one array: five hundred parameters cost the driver and the
    server longer than the rows themselves."""
    if session.get_bind().dialect.name != "postgresql":
        return column.in_(values)
    return column == any_(literal(list(values), ARRAY(String, dimensions=1)))
