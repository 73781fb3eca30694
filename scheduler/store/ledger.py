"""Messages on their way out: deliveries and their attempts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from typing import cast as typed

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Table,
    Text,
    bindparam,
    cast,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    update,
)

from cases.columns import Moment
from cases.models.case import Case
from cases.models.org import Account, Member, Room, Workspace
from cases.store.asking import among
from scheduler.models import ENDED, Delivery, DeliveryAttempt, DeliveryState
from scheduler.store.rows import Rows

_ANEW = {"synchronize_session": False, "populate_existing": True}
_DELIVERY = typed(Table, Delivery.__table__)
_ATTEMPT = typed(Table, DeliveryAttempt.__table__)


class Ledger(Rows):
    """The ledger of one company."""

    async def due(
        self, workspace_id: str, priorities: Sequence[int], limit: int
    ) -> Sequence[Delivery]:
        """Rows of a workspace that may be sent now, locked, in their order: replies, then oldest.

        One question per priority, so that an index gives the first rows of a long queue. Rows
        that another worker has locked are skipped.
        """
        rows: list[Delivery] = []
        for priority in priorities:
            if len(rows) == limit:
                break
            found = select(Delivery).where(
                Delivery.company_id == self.company_id,
                Delivery.workspace_id == workspace_id,
                Delivery.state == DeliveryState.READY,
                Delivery.priority == priority,
                Delivery.next_at <= self.now,
            )
            found = found.order_by(Delivery.next_at, Delivery.id).limit(limit - len(rows))
            found = found.with_for_update(skip_locked=True).execution_options(**_ANEW)
            rows += await self.session.scalars(found)
        return rows

    async def read_along(self, rows: Collection[Delivery]) -> list[object]:
        """People, places and cases of the rows, each table once. While the list is kept, asking
        for one of them by id costs no statement."""
        cases = {case_id for row in rows for case_id in row.case_ids}
        wanted = (
            (Member, Member.id, {row.member_id for row in rows}),
            (Account, Account.user, {row.user for row in rows}),
            (Room, Room.id, {row.room_id for row in rows}),
            (Case, Case.id, cases),
        )
        found: list[object] = []
        for table, column, values in wanted:
            known = sorted(value for value in values if value is not None)
            if known:
                of_company = table.company_id == self.company_id
                ask = select(table).where(of_company, column.in_(known))
                found += await self.session.scalars(ask)
        return found

    async def workspaces(self, state: str = "active") -> Sequence[Workspace]:
        """The company's workspaces in a state; only in active ones something may be sent."""
        found = select(Workspace).where(
            Workspace.company_id == self.company_id, Workspace.state == state
        )
        return (await self.session.scalars(found.order_by(Workspace.id))).all()

    async def take(self, ids: Sequence[str], owner: str, until: datetime, quiet: datetime) -> None:
        """Lease, fence + 1 and intent for rows that are locked, and an attempt for each.

        `until`: the end of the lease; `quiet`: before it a missing message proves nothing.
        """
        ours = (Delivery.company_id == self.company_id) & Delivery.id.in_(ids)
        taken = update(Delivery).where(ours).values(
            state=DeliveryState.SENDING, fence=Delivery.fence + 1, attempts=Delivery.attempts + 1,
            lease_owner=owner, lease_until=until, next_at=quiet, intent_at=self.now,
            first_intent_at=func.coalesce(Delivery.first_intent_at, literal(self.now, Moment())),
        )  # fmt: skip
        await self.session.execute(taken, execution_options={"synchronize_session": False})
        begun = select(Delivery.company_id, Delivery.id, Delivery.fence, Delivery.intent_at).where(
            ours
        )
        names = ["company_id", "delivery_id", "fence", "started_at"]
        await self.session.execute(insert(_ATTEMPT).from_select(names, begun))

    async def settle(self, rows: Sequence[Mapping[str, Any]]) -> int:
        """Writes answers down where the fence is still ours: how many. All rows name the same
        columns, with `id` and `fence` first among them; the lease ends."""
        columns = [name for name in rows[0] if name not in ("id", "fence")]
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in columns}
        held = update(_DELIVERY).where(
            _DELIVERY.c.company_id == self.company_id,
            _DELIVERY.c.id == bindparam("new_id"),
            _DELIVERY.c.fence == bindparam("new_fence"),
        )
        held = held.values(lease_owner=None, lease_until=None, **values)
        named = [{f"new_{name}": value for name, value in row.items()} for row in rows]
        return typed("CursorResult[Any]", await self.session.execute(held, named)).rowcount

    async def end_attempts(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """What became of attempts; each row has delivery_id, fence, result, error, http_status
        and retry_after."""
        names = ("result", "error", "http_status", "retry_after")
        ended = update(_ATTEMPT).where(
            _ATTEMPT.c.company_id == self.company_id,
            _ATTEMPT.c.delivery_id == bindparam("new_delivery_id"),
            _ATTEMPT.c.fence == bindparam("new_fence"),
        )
        ended = ended.values(
            ended_at=self.now, **{name: bindparam(f"new_{name}") for name in names}
        )
        named = [{f"new_{name}": value for name, value in row.items()} for row in rows]
        await self.session.execute(ended, named)

    async def delivery(self, delivery_id: str) -> Delivery | None:
        """One delivery by id."""
        return await self.session.get(Delivery, (self.company_id, delivery_id))

    async def held(self, delivery_id: str, fence: int) -> Delivery | None:
        """The delivery, locked, if the fence is still ours; None: the lease is lost, stop."""
        found = select(Delivery).where(
            Delivery.company_id == self.company_id,
            Delivery.id == delivery_id,
            Delivery.fence == fence,
        )
        found = found.with_for_update().execution_options(populate_existing=True)
        return (await self.session.scalars(found)).first()

    async def claim(
        self, wanted: ColumnElement[bool], owner: str, lease: timedelta, limit: int, **values: Any
    ) -> Sequence[Delivery]:
        """Takes due rows that are `wanted` and whose workspace is active: a lease, fence + 1.

        Replies first, then oldest. Rows that another worker is claiming are skipped.
        """
        due = select(Delivery.id).where(
            Delivery.company_id == self.company_id, wanted, Delivery.next_at <= self.now
        )
        active = select(Workspace.id).where(
            Workspace.company_id == self.company_id, Workspace.state == "active"
        )
        due = due.where(Delivery.workspace_id.in_(active))
        due = due.order_by(Delivery.priority, Delivery.next_at, Delivery.id).limit(limit)
        ids = list(await self.session.scalars(due.with_for_update(skip_locked=True)))
        taken = update(Delivery).where(Delivery.company_id == self.company_id, Delivery.id.in_(ids))
        values |= {"lease_owner": owner, "lease_until": self.now + lease}
        taken = taken.values(fence=Delivery.fence + 1, **values).returning(Delivery)
        return (await self.session.scalars(taken, execution_options=_ANEW)).all()

    async def change(self, where: ColumnElement[bool], **values: Any) -> int:
        """Writes to all deliveries of the company that match: how many."""
        change = update(Delivery).where(Delivery.company_id == self.company_id, where)
        done = await self.session.execute(change.values(**values).returning(Delivery.id))
        return len(done.all())

    async def forget_texts_to(self, member_id: str) -> int:
        """Erases what messages to a member said that have ended: how many."""
        ended = Delivery.state.in_(ENDED) & Delivery.payload.is_not(None)
        return await self.change(ended & (Delivery.member_id == member_id), payload=None)

    async def unsolicited(
        self, member_ids: Collection[str], since: datetime
    ) -> dict[str, list[datetime]]:
        """When the members' unsolicited messages since then go or went out; ended ones in vain
        do not count."""
        vain = [state for state in ENDED if state is not DeliveryState.SENT]
        found = select(Delivery.member_id, Delivery.not_before).where(
            Delivery.company_id == self.company_id,
            among(self.session, Delivery.member_id, member_ids),
            Delivery.unsolicited,
            Delivery.not_before >= since,
            Delivery.state.not_in(vain),
        )
        pushed: dict[str, list[datetime]] = {member_id: [] for member_id in member_ids}
        for member_id, moment in await self.session.execute(found):
            pushed[member_id or ""].append(moment)
        return pushed

    async def owed(self, keys: Collection[str]) -> set[str]:
        """Those of the keys that are in the ledger already."""
        found = select(Delivery.dedupe_key).where(
            Delivery.company_id == self.company_id,
            among(self.session, Delivery.dedupe_key, keys),
        )
        return set(await self.session.scalars(found))

    async def counts(self) -> dict[str, int]:
        """How many deliveries there are by state."""
        found = select(Delivery.state, func.count()).where(Delivery.company_id == self.company_id)
        rows = await self.session.execute(found.group_by(Delivery.state))
        return {str(state): number for state, number in rows.all()}

    async def deliveries(self, where: ColumnElement[bool], limit: int) -> Sequence[Delivery]:
        """Deliveries of the company that match, newest first."""
        found = select(Delivery).where(Delivery.company_id == self.company_id, where)
        return (await self.session.scalars(found.order_by(Delivery.id.desc()).limit(limit))).all()

    async def showing(
        self, case_ids: Sequence[str], given_up: str, limit: int, *, rooms: bool, before: str = ""
    ) -> Sequence[Delivery]:
        """Sent messages that show one of the cases, in rooms or to one person, newest first, older
        than the row `before`; without those that were `given_up`."""
        named = [cast(Delivery.case_ids, Text).contains(f'"{one}"') for one in case_ids]
        found = select(Delivery).where(
            Delivery.company_id == self.company_id,
            Delivery.state == DeliveryState.SENT,
            Delivery.room_id.is_not(None) if rooms else Delivery.room_id.is_(None),
            Delivery.id < before if before else true(),
            ~Delivery.outcome.startswith(given_up),
            or_(false(), *named),
        )
        return (await self.session.scalars(found.order_by(Delivery.id.desc()).limit(limit))).all()

    async def shows_too(self, member_id: str, receipt: str, case_ids: Sequence[str]) -> None:
        """A message to a member (`receipt`: room/message) changes in its place: what it shows."""
        room, _, message = receipt.rpartition("/")
        found = select(Delivery).where(
            Delivery.company_id == self.company_id,
            Delivery.member_id == member_id,
            Delivery.room == room,
            Delivery.receipt == message,
        )
        for row in await self.session.scalars(found):
            row.case_ids = list(dict.fromkeys([*row.case_ids, *case_ids]))
