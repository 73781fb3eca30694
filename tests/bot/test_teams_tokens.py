"""The tokens of the Teams app: one for all, off the loop, and good until their very end."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from bot.teams import limits, tokens
from bot.teams.answers import DeliveryFailed
from bot.teams.cloud import TeamsApp
from bot.teams.platform import TeamsPlatform
from bot.teams.tokens import AGAIN, Tokens
from bot.views.elements import Card, Text
from tests.fakes.desk import FakeDesk
from tests.fakes.teams_connector import APP, ROOM, SATO, TENANT, FakeMicrosoft, microsoft

Json = dict[str, Any]

CREDENTIALS = {"app_id": APP.app_id, "tenant_id": TENANT, "secret": APP.secret}


class Login:
    """An identity service in memory. `gate` holds its answers back."""

    def __init__(self) -> None:
        self.asked = 0
        self.status = 200
        self.down = False
        self.expires_in: object = 3_600
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, app: TeamsApp) -> tuple[int, Json]:
        self.asked += 1
        mine = self.asked
        await self.gate.wait()
        if self.down:
            raise DeliveryFailed("login_unreachable")
        return self.status, {"access_token": f"t{mine}", "expires_in": self.expires_in}


class Watch:
    """The event loop's clock, set by hand."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    found = Watch()
    monkeypatch.setattr(tokens, "_now", found)
    return found


def blocking_calls(patch: pytest.MonkeyPatch) -> tuple[list[object], list[object]]:
    """Every connection from now on: those that would hold up their thread, and the others."""
    held: list[object] = []
    free: list[object] = []
    real = socket.socket.connect

    def connect(this: socket.socket, address: Any) -> None:
        (free if this.gettimeout() == 0.0 else held).append(address)
        real(this, address)

    patch.setattr(socket.socket, "connect", connect)
    return held, free


def place_of(fake: FakeMicrosoft) -> Json:
    return {
        "serviceUrl": fake.url,
        "channelId": "msteams",
        "conversation": {"id": ROOM, "tenantId": TENANT, "conversationType": "personal"},
        "bot": {"id": f"28:{APP.app_id}"},
        "user": {"id": "29:sato", "aadObjectId": SATO},
    }


async def test_no_call_for_a_token_or_a_message_holds_up_the_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with microsoft() as fake:
        fake.rooms.install(ROOM, "personal", "29:sato", SATO)
        held, free = blocking_calls(monkeypatch)
        platform = TeamsPlatform(FakeDesk(TENANT), [APP], cloud=fake.cloud)
        await platform.start()
        payload = platform.render(Card((Text("10月の好事例"),)))
        await platform.send(CREDENTIALS, place_of(fake), payload, "key")
        await platform.close()
        assert (fake.key_loads, fake.logins, len(fake.sent)) == (1, 1, 1)
    assert held == []
    assert free


async def test_many_who_send_at_once_share_one_token() -> None:
    login = Login()
    login.gate.clear()
    asking = [asyncio.create_task(found.of(APP)) for found in [Tokens(login)] for _ in range(20)]
    await asyncio.sleep(0)
    login.gate.set()
    assert await asyncio.gather(*asking) == ["t1"] * 20
    assert login.asked == 1


async def test_another_secret_is_another_token() -> None:
    login = Login()
    found = Tokens(login)
    assert await found.of(APP) == "t1"
    assert await found.of(TeamsApp(APP.app_id, APP.tenant_id, "new secret")) == "t2"
    assert await found.of(APP) == "t1"


async def test_a_token_is_renewed_before_it_ends_and_nobody_else_waits(watch: Watch) -> None:
    login = Login()
    found = Tokens(login)
    await found.of(APP)
    watch.now += 3_600 - limits.TOKEN_SPARE_SECONDS - 1
    assert await found.of(APP) == "t1"
    watch.now += 2
    login.gate.clear()
    renewing = asyncio.create_task(found.of(APP))
    await asyncio.sleep(0)
    assert await found.of(APP) == "t1"
    login.gate.set()
    assert await renewing == "t2"
    assert (await found.of(APP), login.asked) == ("t2", 2)


async def test_the_old_token_serves_while_the_identity_service_is_down(watch: Watch) -> None:
    login = Login()
    found = Tokens(login)
    await found.of(APP)
    watch.now += 3_600 - limits.TOKEN_SPARE_SECONDS + 1
    login.down = True
    assert [await found.of(APP), await found.of(APP)] == ["t1", "t1"]
    assert login.asked == 2  # not once a message
    watch.now += AGAIN + 1
    assert (await found.of(APP), login.asked) == ("t1", 3)
    watch.now += limits.TOKEN_SPARE_SECONDS
    with pytest.raises(DeliveryFailed, match="login_unreachable"):
        await found.of(APP)


async def test_a_refused_secret_is_told_although_the_old_token_still_holds(watch: Watch) -> None:
    login = Login()
    found = Tokens(login)
    await found.of(APP)
    watch.now += 3_600 - limits.TOKEN_SPARE_SECONDS + 1
    login.status = 401
    with pytest.raises(DeliveryFailed) as failed:
        await found.of(APP)
    assert failed.value.workspace_wide


async def test_a_forgotten_token_is_asked_for_anew() -> None:
    login = Login()
    found = Tokens(login)
    await found.of(APP)
    found.forget(APP)
    found.forget(APP)
    assert await found.of(APP) == "t2"


@pytest.mark.parametrize(
    ("told", "holds"),
    [(3_600, 3_600), ("3599", 3_599), (60, 60), ("soon", 0), (None, 0), (-5, 0), ("nan", 0),
     ("inf", 86_400)],
)  # fmt: skip
async def test_a_token_holds_as_long_as_the_answer_says(
    watch: Watch, told: object, holds: int
) -> None:
    login = Login()
    login.expires_in = told
    found = Tokens(login)
    await found.of(APP)
    watch.now += max(0, holds / 2 - 1)
    await found.of(APP)
    assert login.asked == (1 if holds else 2)
    watch.now += holds / 2 + 1
    login.down = True
    with pytest.raises(DeliveryFailed, match="login_unreachable"):
        await found.of(APP)
