"""Two companies in one virtual street: real lanes, claims and buckets, a platform that takes time.

A step of the process costs half a millisecond, about what benchmarks.ledger measures of CPU for a
message, so that a busy neighbour is felt as on a real machine, and the same in every run.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

import cases.models  # noqa: F401  # all core tables
from cases.columns import Base
from cases.models.org import Account, Company, Member, Workspace
from cases.scope import Scope
from scheduler.dispatch import Worker
from scheduler.job import PROMPT
from scheduler.lanes import Lanes
from scheduler.ledger import Owed, owe
from scheduler.models import Delivery
from scheduler.ports import Parcel, Receipt
from tests.fakes.clocked import dice
from tests.fakes.platform import FakeComposer
from tests.fakes.simulated import SimulatedDatabase
from tests.fakes.world import START, World

QUIET, NOISY = "quiet", "noisy"
COMPANIES = (QUIET, NOISY)
PEOPLE = 20
CPU = 0.001  # seconds: twice the mean of a step
TICK = 15.0  # the alarm clock

_COPIES = """
insert into {table} ({columns})
with recursive number(n) as (select 1 union all select n + 1 from number where n < :last)
select {values} from {table}, number where company_id = :company
"""
_OWN = {  # the columns in which the copies of a row differ
    "member": {"id": "'m' || n"},
    "account": {"user": "'m' || n", "member_id": "'m' || n"},
    "delivery": dict.fromkeys(("id", "dedupe_key", "user", "member_id"), "'m' || n"),
}


@cache
def content(noise: int, platform: str) -> bytes:
    """A database with both companies on `platform`; so many people of the noisy one wait for a
    message each."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    Base.metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        for company, people in ((QUIET, PEOPLE), (NOISY, noise)):
            mine, who = {"company_id": company}, {"workspace_id": "w1", "user": "m0"}
            session.add(Company(id=company, name=company, settings={}))
            session.add(Workspace(**mine, id="w1", platform=platform, external_id=company))
            session.add(Member(**mine, id="m0", name="m0", roles=["member"]))
            session.add(Account(**mine, **who, member_id="m0"))
            if company == NOISY and noise:
                session.add(
                    Delivery(
                        **mine, **who, id="m0", dedupe_key="m0", member_id="m0", kind="prompt",
                        payload=b"!", priority=PROMPT, not_before=START, next_at=START,
                        client_msg_id="", created_at=START,
                    )
                )  # fmt: skip
            session.flush()
            for table, own in _OWN.items() if people > 1 else ():
                names = [column.name for column in Base.metadata.tables[table].columns]
                sql = _COPIES.format(
                    table=table,
                    columns=", ".join(f'"{name}"' for name in names),
                    values=", ".join(own.get(name, f'"{name}"') for name in names),
                )
                session.execute(text(sql), {"company": company, "last": people - 1})
    with engine.connect() as connection:
        plain: Any = connection.connection.driver_connection
        return bytes(plain.serialize())


@dataclass
class Street(World):
    """The platform of both. `dead`: companies whose platform never answers."""

    dead: frozenset[str] = frozenset()
    sent: list[tuple[str, str, float]] = field(default_factory=list)  # company, marker, when

    def __post_init__(self) -> None:
        super().__post_init__()
        self.loop.pace = CPU

    async def send(self, parcel: Parcel) -> Receipt:
        if parcel.company_id in self.dead:
            await self.step(3600)  # the caller's own time-out ends this
        await self.step(self.dice.uniform(0.1, 0.4))
        self.sent.append((parcel.company_id, parcel.id, self.loop.seconds))
        return Receipt("D", parcel.id)


class Houses:
    """The street's database and its processes."""

    def __init__(self, street: Street, database: bytes) -> None:
        self.street, self.database = street, SimulatedDatabase(street, database)
        self.due: dict[str, float] = {}  # by dedupe key, of what `owe` owed
        self.tasks: list[Any] = []

    def process(self, name: str) -> Lanes:
        """Lanes of one process, whose clock rings every 15 seconds from now on."""
        street = self.street
        lanes = Lanes(
            Worker(
                self.database, street, street, {}, FakeComposer(), name=name,
                ticks=street.loop.time, dice=dice(street.seed), sleep=street.step,
            )
        )  # fmt: skip
        self.tasks.append(street.loop.create_task(self._rings(lanes)))
        return lanes

    async def _rings(self, lanes: Lanes) -> None:
        while not lanes.worker.stopping.is_set():
            for company in COMPANIES:
                lanes.start(company)
            await self.street.step(TICK)

    async def owe(self, company: str, key: str, member: str, **values: Any) -> None:
        """One message, due now unless `not_before` says when."""
        async with self.database.transaction(Scope(company)) as shelf:
            await owe(
                shelf,
                Owed(
                    key, "prompt", b"!", workspace_id="w1", user=member, member_id=member, **values
                ),
            )
            later = values.get("not_before", shelf.now)
            self.due[key] = (later - START) / timedelta(seconds=1)

    def delays(self, company: str, kind: str = "") -> list[float]:
        """Seconds from due to sent of what was owed here under keys of that kind, sorted."""
        sql = "select id, dedupe_key from delivery where company_id = :company"
        keys = dict(self.database.look(sql, {"company": company}))
        when = {keys[marker]: at for whose, marker, at in self.street.sent if whose == company}
        owed = [(key, due) for key, due in self.due.items() if key.startswith(kind) and key in when]
        return sorted(when[key] - due for key, due in owed)
