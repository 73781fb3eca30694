"""What makes databases cheap in tests: no thread, no disk to wait for, statements compiled once.

The product keeps one engine a process, tests open a new one each: without this every test compiled
all its statements anew, a tenth of the suite's time.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Dialect, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.util import LRUCache

from cases import db, one_trip
from tests.fakes import threadless

STATEMENTS = 4000  # the product has some 800
_shared: dict[str, tuple[Dialect, LRUCache[Any, Any]]] = {}
_recipe = db._sqlite_recipe


def use() -> None:
    """From here on every `Database` of this process has such an engine."""
    db.create_async_engine = _make
    db._sqlite_recipe = _hurry
    one_trip.connect = threadless.connect


def _make(url: str, **options: Any) -> AsyncEngine:
    made = create_async_engine(url, **options)
    event.listen(made.sync_engine, "engine_connect", _share)
    return made


def _share(connection: Connection) -> None:
    """From its second connection on an engine compiles with the first engine of its kind, whose
    dialect knows the server by then."""
    engine = connection.engine
    dialect, cache = _shared.setdefault(engine.dialect.name, (engine.dialect, LRUCache(STATEMENTS)))
    if engine.dialect is not dialect or engine._compiled_cache is not cache:
        connection.dialect = engine.dialect = dialect
        engine._compiled_cache = cache


def _hurry(engine: AsyncEngine) -> None:
    """The product's recipe; but SQLite does not wait for the disk: no test here cuts the power."""
    _recipe(engine)
    event.listen(engine.sync_engine, "connect", _switch_off)


def _switch_off(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA busy_timeout=0")  # threadless.py waits itself
