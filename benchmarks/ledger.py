"""How many messages a second the ledger sends: `python -m benchmarks.ledger`.

Real planner tables on an SQLite file with synchronous=FULL, one worker, and a platform in memory
that answers at once: what is left is the ledger's own cost (claim, intent, settle: three commits a
message and one claim a batch). A real platform answers in 100 ms and more and sets its own limit.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from pathlib import Path

from benchmarks.rows import Row, show
from bot.cli.migrate import migrate
from bot.settings import read
from cases.db import Database
from cases.models.org import Account, Company, Member, Workspace
from cases.scope import Scope
from scheduler import ledger
from scheduler.dispatch import Worker, drain
from scheduler.models import DeliveryState
from scheduler.store.ledger import Ledger
from tests.fakes.platform import FakeComposer, FakePlatform

COMPANY = "c1"
MESSAGES = 500
PEOPLE = 50
PAYLOAD = json.dumps({"parts": [{"text": "あ" * 700}]}, ensure_ascii=False).encode()  # about 2 kB


async def _company(db: Database) -> None:
    async with db.transaction(Scope(COMPANY)) as shelf:
        shelf.people.add(Company(id=COMPANY, name="計測用", settings={}))
        workspace = Workspace(company_id=COMPANY, id="w1", platform="web", external_id="bench")
        shelf.people.add(workspace)
        await shelf.people.flush()
        for number in range(PEOPLE):
            name = f"m{number}"
            shelf.people.add(Member(company_id=COMPANY, id=name, name=name, roles=["member"]))
            await shelf.people.flush()
            account = Account(company_id=COMPANY, workspace_id="w1", user=name, member_id=name)
            shelf.people.add(account)


async def _owe(db: Database) -> None:
    async with db.transaction(Scope(COMPANY)) as shelf:
        for number in range(MESSAGES):
            member = f"m{number % PEOPLE}"
            owed = ledger.Owed(
                dedupe_key=f"bench:{number}",
                kind="reply",
                payload=PAYLOAD,
                workspace_id="w1",
                user=member,
                member_id=member,
            )
            await ledger.owe(shelf, owed)


async def _measure(folder: Path) -> tuple[float, float]:
    """(owed a second, sent a second). Fails when a message is lost or doubled."""
    settings = read(
        {"HITOTSUBU_DATABASE_URL": f"sqlite:///{folder}/ledger.db", "HITOTSUBU_VAR": str(folder)}
    )
    await asyncio.to_thread(migrate, settings)
    db, platform = Database(settings.database_url), FakePlatform()
    try:
        await _company(db)
        begun = time.perf_counter()
        await _owe(db)
        owed = time.perf_counter() - begun
        begun = time.perf_counter()
        await drain(Worker(db, platform, platform, {}, FakeComposer()), [COMPANY])
        sent = time.perf_counter() - begun
        async with db.transaction(Scope(COMPANY)) as shelf:
            counts = await Ledger(shelf).counts()
        copies = platform.copies()
        if counts != {DeliveryState.SENT: MESSAGES} or copies != [1] * MESSAGES:
            raise SystemExit(f"not each message once: {counts}, {sum(copies)} copies")
        return MESSAGES / owed, MESSAGES / sent
    finally:
        await db.close()


def rows() -> list[Row]:
    """Deliveries a second on SQLite."""
    with tempfile.TemporaryDirectory(prefix="hitotsubu-") as folder:
        owed, sent = asyncio.run(_measure(Path(folder)))
    size = f"n={MESSAGES}, each arrived once"
    return [
        Row("ledger: sent (SQLite, one worker, a platform in memory)", f"{sent:.0f}/s", size),
        Row("ledger: owed (SQLite, one transaction)", f"{owed:.0f}/s", f"n={MESSAGES}"),
    ]


if __name__ == "__main__":
    show(rows())
