"""［送信済みにする］［もう一度送る］［再開する］: seen and pressed by 事務局, nobody else."""

from __future__ import annotations

from itertools import count

import pytest

from bot.conversation.sending import problems
from bot.views.elements import Actions, Button, Card, Part, plain
from bot.views.words import LOCALES
from cases import sample
from cases.errors import NotAllowed
from cases.scope import Scope
from cases.vocabulary import Role
from scheduler import board, ledger
from scheduler.models import Delivery, DeliveryState
from scheduler.store.ledger import Ledger
from tests.fakes.house import House
from tests.fakes.sample_cast import NAKAMURA, SATO

HEAD = Scope(sample.COMPANY, NAKAMURA, frozenset({Role.HQ_ADMIN}))
IT = Scope(sample.COMPANY, "it", frozenset({Role.IT_ADMIN}))
MR = Scope(sample.COMPANY, SATO, frozenset({Role.MEMBER}))
PRESSES = count()
CODES = ("user_not_found", "is_archived", "msg_too_long", "no_address", "not_rendered:X", "teapot")


async def stick(house: House, state: DeliveryState, outcome: str) -> str:
    """A message to 佐藤 that is stuck; its id."""
    db = house.hub.library.db
    async with db.transaction(HEAD) as shelf:
        account = (await shelf.people.accounts(SATO))[0]
        await ledger.owe(
            shelf,
            ledger.Owed(outcome, "reply", b"{}", 0, account.workspace_id, account.user, SATO),
        )
        (row,) = await Ledger(shelf).deliveries(Delivery.dedupe_key == outcome, 1)
        row.state, row.outcome, row.next_at = state, outcome, None
        return row.id


async def seen(house: House, scope: Scope, locale: str = "ja") -> list[Part]:
    async with house.hub.library.db.transaction(scope) as shelf:
        return await problems(shelf, locale)


def buttons(parts: list[Part]) -> list[Button]:
    return [one for part in parts if isinstance(part, Actions) for one in part.buttons]


async def press(house: House, button: Button) -> str:
    """As 中村 of 事務局, on the page."""
    raw = {"user": NAKAMURA, "action": button.action, "value": button.value}
    reception = house.hub.reception
    kept = await reception.keep("web", "local", f"press:{next(PRESSES)}", raw)
    assert kept is not None
    replies = await reception.handle(kept, direct=True)
    await house.settle()
    return "\n".join(plain(reply.card) for reply in replies)


@pytest.mark.parametrize("locale", LOCALES)
async def test_head_office_reads_why_a_message_did_not_arrive(company: House, locale: str) -> None:
    for code in CODES:
        await stick(company, DeliveryState.DEAD, code)
    await stick(company, DeliveryState.NEEDS_HUMAN, "timeout")
    for scope in (HEAD, IT):
        parts = await seen(company, scope, locale)
        words = plain(Card(tuple(parts)))
        assert all(f"({code})" in words for code in CODES)
        assert len(buttons(parts)) == len(CODES) + 2
    assert await seen(company, MR, locale) == []


async def test_a_message_is_marked_as_sent_or_sent_again_with_one_tap(company: House) -> None:
    arrived = await stick(company, DeliveryState.NEEDS_HUMAN, "one")
    lost = await stick(company, DeliveryState.NEEDS_HUMAN, "two")
    shown = {(one.action, one.value): one for one in buttons(await seen(company, HEAD))}
    assert "送信済みにしました" in await press(company, shown["sending.arrived", arrived])
    assert "もう一度送ります" in await press(company, shown["sending.again", lost])
    assert await seen(company, HEAD) == []
    async with company.hub.library.db.transaction(HEAD) as shelf:
        ids = Delivery.id.in_([arrived, lost])
        rows = {row.id: row for row in await Ledger(shelf).deliveries(ids, 2)}
        trail = [(entry.what, entry.subject) for entry in await shelf.audit.entries()]
    assert {row.state for row in rows.values()} == {DeliveryState.SENT}
    assert ("delivery.mark_sent", arrived) in trail
    assert ("delivery.send_again", lost) in trail


@pytest.mark.parametrize("locale", LOCALES)
async def test_a_paused_workspace_says_why_and_is_resumed(company: House, locale: str) -> None:
    db = company.hub.library.db
    async with db.transaction(HEAD) as shelf:
        workspace = await shelf.people.workspace(sample.WORKSPACE)
        assert workspace is not None
        workspace.state, workspace.paused_for = "paused", "token_revoked"
    parts = await seen(company, HEAD, locale)
    assert "token_revoked" in plain(Card(tuple(parts)))
    (resume,) = buttons(parts)
    with pytest.raises(NotAllowed):
        async with db.transaction(MR) as shelf:
            await board.resume(shelf, resume.value)
    await press(company, resume)
    assert await seen(company, HEAD) == []
    assert await press(company, resume)  # once more: not found, in words


async def test_who_shut_the_bot_out_gets_nothing_until_they_write(company: House) -> None:
    db = company.hub.library.db
    async with db.transaction(HEAD) as shelf:
        account = (await shelf.people.accounts(SATO))[0]
        account.blocked = "MessageWritesBlocked"
        await ledger.owe(
            shelf, ledger.Owed("k", "reply", b"{}", 0, account.workspace_id, account.user, SATO)
        )
    company.hub.wake(sample.COMPANY)
    await company.settle()
    async with db.transaction(HEAD) as shelf:
        (row,) = await Ledger(shelf).deliveries(Delivery.dedupe_key == "k", 1)
        assert (row.state, row.outcome) == (DeliveryState.CANCELLED, "account_blocked")
    kept = await company.hub.reception.keep("web", "local", "e", {"user": SATO, "text": "状態"})
    assert kept is not None
    await company.hub.reception.handle(kept, direct=True)
    async with db.transaction(HEAD) as shelf:
        assert (await shelf.people.accounts(SATO))[0].blocked == ""
