"""The databases of the chaos run, what is owed in them at first, and what stands there after."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import ColumnElement

from bot.cli.migrate import migrate
from bot.settings import read
from bot.vault import connect
from cases.db import Database
from cases.models.org import Account, Company, Member
from cases.scope import Scope
from scheduler import ledger
from scheduler.job import DIGEST
from scheduler.models import Delivery
from scheduler.store.ledger import Ledger
from tests.databases import Postgres, empty, postgres_server

COMPANY = "c1"
PEOPLE = 100
KEY = "k1:" + "A" * 43 + "="  # of a company that lives for a minute


@dataclass(frozen=True)
class House:
    """One database, empty and migrated, and the settings that its processes share."""

    kind: str
    environ: dict[str, str]

    @property
    def database(self) -> Database:
        """A new engine; the caller closes it."""
        return Database(self.environ["HITOTSUBU_DATABASE_URL"])

    async def owe(self, deliveries: int) -> None:
        """A Slack workspace with its people, and what is owed to them."""
        database = self.database
        async with database.transaction(Scope(COMPANY)) as shelf:
            shelf.people.add(Company(id=COMPANY, name="計測用", settings={}))
        ring = read(self.environ).ring()
        workspace = await connect(database, ring, COMPANY, "slack", "T1", {"token": "xoxb-chaos"})
        async with database.transaction(Scope(COMPANY)) as shelf:
            for number in range(PEOPLE):
                who = f"U{number}"
                shelf.people.add(
                    Member(company_id=COMPANY, id=who, name=who, roles=["member"]),
                    Account(
                        company_id=COMPANY,
                        workspace_id=workspace,
                        user=who,
                        member_id=who,
                        address={"user": who},
                    ),
                )
            await shelf.people.flush()
            for number in range(deliveries):
                await ledger.owe(shelf, _owed(number, workspace))
        await database.close()

    async def settled(self) -> bool:
        """True when nothing is to be done any more."""
        return not await self._read(Delivery.next_at.is_not(None), 1)

    async def deliveries(self) -> Sequence[Delivery]:
        """Every delivery as it stands."""
        return await self._read(Delivery.id.is_not(None), 1_000_000)

    async def _read(self, where: ColumnElement[bool], limit: int) -> Sequence[Delivery]:
        database = self.database
        try:
            async with database.transaction(Scope(COMPANY)) as shelf:
                return await Ledger(shelf).deliveries(where, limit)
        finally:
            await database.close()


def _owed(number: int, workspace: str) -> ledger.Owed:
    who = f"U{number % PEOPLE}"
    return ledger.Owed(
        dedupe_key=f"chaos:{number}",
        kind="chaos",
        payload=json.dumps({"text": f"message {number}"}).encode(),
        priority=DIGEST,
        workspace_id=workspace,
        user=who,
        member_id=who,
    )


@contextmanager
def houses(kind: str) -> Iterator[Iterator[House]]:
    """New houses of one kind, one after the other: "sqlite" or "postgresql"."""
    with tempfile.TemporaryDirectory(prefix="hitotsubu-chaos-") as folder:
        if kind == "sqlite":
            yield _files(Path(folder))
        else:
            with postgres_server() as server:
                yield _servers(server, folder)


def _files(folder: Path) -> Iterator[House]:
    number = 0
    while True:
        number += 1
        url = f"sqlite:///{folder}/{number}.db"
        yield _migrated("sqlite", url, url, str(folder))


def _servers(server: Postgres, folder: str) -> Iterator[House]:
    while True:
        owner, app = server.url("hitotsubu_owner"), server.url("hitotsubu_app")
        house = _migrated("postgresql", app, owner, folder)
        empty(server.admin)
        yield house


def _migrated(kind: str, url: str, owner: str, folder: str) -> House:
    environ = {
        "HITOTSUBU_DATABASE_URL": url,
        "HITOTSUBU_MIGRATION_URL": owner,
        "HITOTSUBU_VAR": folder,
        "HITOTSUBU_DATA_KEY": KEY,
        "HITOTSUBU_SLACK_SIGNING_SECRET": "chaos",
    }
    migrate(read(environ))
    return House(kind, environ)
