"""Who comes and goes on a chat platform, and events that their own process did not finish."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot import vault
from bot.console import ConsolePlatform
from bot.conversation.events import Event, Joined, Left, Reply, Said
from bot.views.words import say
from cases import sample
from cases.scope import Scope
from scheduler.ledger import Ledger
from scheduler.models import Delivery, DeliveryState
from tests.fakes.house import House
from tests.fakes.sample_cast import QUESTION, SATO

EMAIL = f"{SATO}@sample.example"


class Chat(ConsolePlatform):
    """A chat that tells of people who come and go, and knows the e-mail of one user."""

    name = "chat"

    def read(self, raw: dict[str, Any]) -> Event | None:
        match raw["type"]:
            case "joined":
                return Joined(raw["user"], {"dm": raw["user"]}, raw["email"])
            case "left":
                return Left(raw["user"])
            case "said":
                return Said(raw["user"], raw["text"], {"dm": raw["user"]})
            case _:
                return None

    async def email_of(self, credentials: dict[str, Any], user: str) -> str:
        return EMAIL if user == "U1" else ""


class Guest:
    """What the chat hands in, and what reception answers."""

    def __init__(self, house: House) -> None:
        self.reception = house.hub.reception
        self.number = 0

    async def keep(self, **raw: Any) -> Any:
        self.number += 1
        return await self.reception.keep("chat", "T1", f"e{self.number}", raw)

    async def hears(self, **raw: Any) -> list[Reply]:
        return await self.reception.handle(await self.keep(**raw), direct=True)


@pytest.fixture
async def guest(company: House) -> Guest:
    company.hub.platforms["chat"] = Chat()
    library = company.hub.library
    await vault.connect(library.db, library.ring, sample.COMPANY, "chat", "T1", {})
    return Guest(company)


async def test_who_installs_the_bot_is_found_by_e_mail_and_welcomed(guest: Guest) -> None:
    (reply,) = await guest.hears(type="joined", user="U9", email=EMAIL.upper())
    assert "小さな成功を分けあう場所です" in str(reply.card)
    (reply,) = await guest.hears(type="said", user="U9", text="設定")
    assert "言語" in str(reply.card)


async def test_the_platform_is_asked_for_the_e_mail_of_a_new_user(guest: Guest) -> None:
    (reply,) = await guest.hears(type="said", user="U1", text="設定")
    assert "言語" in str(reply.card)


async def test_who_is_not_on_the_roster_is_told_how_to_get_in(guest: Guest) -> None:
    for raw in (
        {"type": "joined", "user": "U8", "email": "nobody@elsewhere.example"},
        {"type": "said", "user": "U7", "text": "設定"},
    ):
        (reply,) = await guest.hears(**raw)
        assert say("ja", "home.stranger") in str(reply.card)


async def test_who_leaves_is_not_answered_known_or_not(guest: Guest) -> None:
    await guest.hears(type="joined", user="U9", email=EMAIL)
    assert await guest.hears(type="left", user="U9") == []
    assert await guest.hears(type="left", user="U7") == []


async def test_an_event_that_asks_for_nothing_is_done(guest: Guest) -> None:
    assert await guest.hears(type="typing") == []


async def test_an_event_that_was_left_behind_is_answered_once_through_the_ledger(
    company: House, guest: Guest
) -> None:
    kept = await guest.keep(type="said", user="U1", text=QUESTION)
    event = guest.reception.events[kept.event_id]
    await guest.reception.receive(event)
    assert await guest.reception.handle(kept) == []  # its own process comes back too late
    await company.settle()
    async with company.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        rows = await Ledger(shelf).deliveries(Delivery.member_id == SATO, 9)
    (sent,) = [row for row in rows if row.state == DeliveryState.SENT and row.payload]
    assert "近い事例が" in json.dumps(json.loads(sent.payload or b""), ensure_ascii=False)
