"""What a conversation owes to somebody else: the account it goes to, and what reaches nobody."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases import sample
from cases.models.org import Account, Workspace
from cases.scope import Scope
from scheduler.models import Delivery
from scheduler.store.ledger import Ledger
from tests.drivers.desk import DeskDriver
from tests.fakes.sample_cast import NAKAMURA, SATO, TICKS, WIN

COMPANY = Scope(sample.COMPANY)


async def released(desk: DeskDriver, case_id: str = "") -> Delivery:
    """事務局 releases a case of 佐藤 (a new one if none is named): what 佐藤 is owed of it."""
    if not case_id:
        sato = desk.person(SATO)
        await sato.says(WIN)
        await sato.presses("共有する", declared=list(TICKS))
        case_id = sato.value_of("取り下げる")
    nakamura = desk.person(NAKAMURA)
    await nakamura.says("確認待ち")
    assert "全社に公開しました" in await nakamura.presses("全社に公開する", case_id)
    async with desk.house.hub.library.db.transaction(COMPANY) as shelf:
        (row,) = await Ledger(shelf).deliveries(Delivery.kind == "release_note", 9)
        return row


@pytest.mark.parametrize("state", ["active", "paused"])
async def test_it_goes_to_the_account_seen_last_where_one_can_be_reached(
    desk: DeskDriver, state: str
) -> None:
    async with desk.house.hub.library.db.transaction(COMPANY) as shelf:
        there = {"company_id": sample.COMPANY, "platform": "web", "external_id": "T2"}
        shelf.people.add(Workspace(id="other", state=state, **there))
        await shelf.people.flush()
        account = Account(company_id=sample.COMPANY, workspace_id="other", user="U1")
        account.member_id, account.seen_at = SATO, shelf.now + timedelta(days=1)
        shelf.people.add(account)
    row = await released(desk)
    assert (row.workspace_id == "other") is (state == "active")
    assert row.payload


async def test_what_reaches_nobody_is_recorded_with_its_reason(desk: DeskDriver) -> None:
    sato = desk.person(SATO)
    await sato.says(WIN)
    await sato.presses("共有する", declared=list(TICKS))
    async with desk.house.hub.library.db.transaction(COMPANY) as shelf:
        for account in await shelf.people.accounts(SATO):
            await shelf.session.delete(account)
    row = await released(desk, sato.value_of("取り下げる"))
    assert (str(row.state), row.outcome, row.payload) == ("cancelled", "no_account", None)


async def test_a_message_that_cannot_be_rendered_takes_the_tap_not_with_it(
    desk: DeskDriver,
) -> None:
    async with desk.house.hub.library.db.transaction(COMPANY) as shelf:
        there = {"company_id": sample.COMPANY, "platform": "gone", "external_id": "T2"}
        shelf.people.add(Workspace(id="other", **there))
        await shelf.people.flush()
        account = Account(company_id=sample.COMPANY, workspace_id="other", user="U1")
        account.member_id, account.seen_at = SATO, shelf.now + timedelta(days=1)
        shelf.people.add(account)
    row = await released(desk)
    assert (str(row.state), row.outcome) == ("dead", "not_rendered:NotFound")
