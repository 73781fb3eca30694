"""Runs migrations on SQLite and PostgreSQL; the URL comes from the caller or the settings."""

from __future__ import annotations

from typing import Any

from alembic import context
from sqlalchemy import create_engine, pool, text

import cases.models
import scheduler.models
from bot.settings import migration_url
from cases.columns import Base, Moment, Word

TABLES = (cases.models, scheduler.models)  # importing them fills the metadata


def render_item(kind: str, item: Any, _context: Any) -> str | bool:
    """Our own column types as the plain types beneath them: migrations import nothing of ours."""
    if kind == "type" and isinstance(item, Word):
        return "sa.Text()"
    if kind == "type" and isinstance(item, Moment):
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    """Upgrades or downgrades; `lock_timeout` keeps a waiting migration from stopping traffic."""
    url = context.config.get_main_option("sqlalchemy.url") or migration_url()
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("set lock_timeout = '3s'"))
            connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_item=render_item,
            render_as_batch=connection.dialect.name == "sqlite",
            transaction_per_migration=True,  # locks are given back between them
            compare_type=False,  # Word and Moment are text and timestamps on purpose
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
