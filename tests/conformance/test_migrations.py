"""Migrations on both databases: up, down, up again, and nothing left between them and models."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, inspect, text

from bot.cli.migrate import FOLDER, head, migrate
from bot.settings import read, sync_url
from cases.columns import Base
from cases.errors import BadInput
from tests.databases import Postgres

TABLES = {table.name for table in Base.metadata.sorted_tables}


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table, as its owner."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'deep' / 'down' / 'empty.db'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    with server.admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("create database empty owner hitotsubu_owner"))
        yield server.url("hitotsubu_owner", "empty")
        connection.execute(text("drop database empty"))


def tables_in(url: str) -> set[str]:
    engine = create_engine(sync_url(url))
    try:
        return set(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def test_up_down_and_up_again(empty_url: str) -> None:
    settings = read({"HITOTSUBU_DATABASE_URL": empty_url})
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("sqlalchemy.url", sync_url(empty_url).replace("%", "%%"))

    assert migrate(settings) is True
    assert migrate(settings) is False  # nothing to do the second time
    assert tables_in(empty_url) == TABLES | {"alembic_version"}
    command.check(config)  # raises when the models say something else
    command.downgrade(config, "base")
    assert tables_in(empty_url) == {"alembic_version"}
    assert migrate(settings) is True
    assert tables_in(empty_url) == TABLES | {"alembic_version"}


def test_a_folder_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    settings = read({"HITOTSUBU_DATABASE_URL": f"sqlite:///{tmp_path}/file/new.db"})
    with pytest.raises(BadInput, match="file"):
        migrate(settings)


def test_the_newest_revision_is_read_from_the_file_names() -> None:
    assert head() == max(path.name[:8] for path in (FOLDER / "versions").glob("*.py"))
