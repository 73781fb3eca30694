"""Forged, stolen, broken tokens at the Teams door: 401 or 403, never 500, and nothing happens."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jwt.algorithms import RSAAlgorithm
from sqlalchemy import text

from bot.teams.cloud import TeamsApp
from bot.teams.keys import Keys
from bot.teams.transport import Transport
from cases.embedding.bundled import BundledEncoder
from tests.drivers.doors import teams_door as house_door
from tests.drivers.teams import TeamsDriver
from tests.fakes import teams_forger as forger
from tests.fakes.teams_connector import APP, TENANT, FakeMicrosoft, rsa_key
from tests.fakes.teams_door import Door, teams_door
from tests.fakes.teams_forger import FORGED

Json = dict[str, Any]


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    async with teams_door() as found:
        yield found


async def is_refused(door: Door, activity: Json, authorization: str, *statuses: int) -> None:
    """One of the statuses, and nothing was kept, handled, sent or logged in for."""
    status, body = await door.raw(json.dumps(activity).encode(), {"Authorization": authorization})
    assert status in (statuses or (401,))
    assert set(body) == {"error"}
    assert (door.desk.log, door.desk.kept, door.fake.tried, door.fake.logins) == ([], {}, [], 0)


async def test_a_token_of_microsoft_for_this_bot_is_believed(door: Door) -> None:
    for token in (door.fake.token(), forger.anew(door.fake), forger.told(door.fake)):
        assert (await door.post(door.fake.activity(), token))[0] == 200
    assert door.desk.log[0] == "keep"


@pytest.mark.attack(8)
async def test_an_activity_without_a_token_is_401(door: Door) -> None:
    body = json.dumps(door.fake.activity()).encode()
    assert (await door.raw(body, {}))[0] == 401
    assert door.desk.log == []


@pytest.mark.parametrize("attack", FORGED)
@pytest.mark.attack(9)
async def test_a_forged_token_is_401_and_reaches_nothing(door: Door, attack: str) -> None:
    await is_refused(door, door.fake.activity(), FORGED[attack](door.fake))


@pytest.mark.parametrize("attack", ["the algorithm none", "another RSA key", "an empty header"])
@pytest.mark.parametrize("name", ["adaptiveCard/action", "composeExtension/query", "made/up"])
@pytest.mark.attack(9)
async def test_a_forged_token_is_401_for_a_pressed_button_too(
    door: Door, attack: str, name: str
) -> None:
    pressed = door.fake.pressed("share.publish", "case-1") | {"name": name}
    await is_refused(door, pressed, FORGED[attack](door.fake))


@pytest.mark.attack(9)
async def test_a_key_that_may_not_speak_for_teams_is_401(door: Door) -> None:
    door.fake.endorsements = ["webchat"]
    await is_refused(door, door.fake.activity(), door.fake.token())


async def test_nobody_is_believed_while_the_keys_cannot_be_fetched(door: Door) -> None:
    door.fake.keys_down = True
    await is_refused(door, door.fake.activity(), door.fake.token())


async def test_a_stolen_token_does_not_speak_for_another_channel(door: Door) -> None:
    await is_refused(door, door.fake.activity(channelId="webchat"), door.fake.token(), 403)


@pytest.mark.parametrize(
    "parts",
    [
        {"channelData": {"tenant": {"id": "other"}}},
        {"conversation": {"id": "a:room", "tenantId": "other"}},
        {"channelData": {}, "conversation": {"id": "a:room"}},
        {"channelData": None, "conversation": None},
        {"channelData": [TENANT], "conversation": "a:room"},
    ],
)
@pytest.mark.attack(15)
async def test_a_good_token_does_not_speak_for_a_foreign_tenant(door: Door, parts: Json) -> None:
    await is_refused(door, door.fake.activity(**parts), door.fake.token(), 403)


async def test_a_tenant_that_left_us_is_refused(door: Door) -> None:
    door.desk.teams = ()
    await is_refused(door, door.fake.activity(), door.fake.token(), 403)


@pytest.mark.attack(64)
async def test_one_tenants_app_does_not_speak_for_another(door: Door) -> None:
    other = TeamsApp("ffffffff-0000-0000-0000-000000000000", "other-tenant", "secret")
    door.platform.transport.know(other)
    theirs = {"channelData": {"tenant": {"id": "other-tenant"}}, "conversation": {"id": "a:x"}}
    await is_refused(door, door.fake.activity(**theirs), door.fake.token(), 403)
    await is_refused(door, door.fake.activity(), door.fake.token(aud=other.app_id), 403)


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch", "options"])
async def test_no_other_method_opens_the_door(door: Door, method: str) -> None:
    headers = {"Authorization": door.fake.token()}
    async with door.http.request(method, "/api/messages", headers=headers) as answer:
        assert answer.status == 405


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=3,
)
NAMES = ["iss", "aud", "exp", "nbf", "serviceurl", "ver", "appid", "azp", "tid"]


class Line:
    """The door without a server around it, for many tokens in a row."""

    def __init__(self) -> None:
        self.fake = FakeMicrosoft()
        self.fake.url = "http://127.0.0.1:9/teams/"
        self.taken = 0
        self.transport = Transport([APP], self.take, self.fake.cloud)
        self.transport._keys = Keys("keys", self.fetch)

    async def take(self, tenant: str, raw: Json) -> tuple[int, None]:
        self.taken += 1
        return 200, None

    async def fetch(self, url: str) -> Json:
        row = json.loads(RSAAlgorithm.to_jwk(self.fake.key.public_key()))
        return {"keys": [row | {"kid": self.fake.kid, "endorsements": ["msteams"]}]}

    async def status(self, authorization: str) -> int:
        """What the door answers to a message with that header."""
        body = json.dumps(self.fake.activity()).encode()
        return (await self.transport.handle({"Authorization": authorization}, body))[0]


@cache
def one_line() -> Line:
    """Made once: botbuilder's adapter takes a while."""
    return Line()


@settings(max_examples=25)
@given(
    head=st.dictionaries(st.sampled_from(["alg", "kid", "typ", "crit", "b64", "zip"]), json_values),
    body=st.dictionaries(st.sampled_from(NAMES), json_values),
    key=st.sampled_from(["key-1", "evil"]),
)
async def test_no_head_and_no_claims_make_the_door_fall_over(
    head: Json, body: Json, key: str
) -> None:
    line = one_line()
    before = line.taken
    written = json.dumps(forger.claims(line.fake, **body)).encode()
    status = await line.status(forger.signed(line.fake, head, written, rsa_key(key)))
    assert (status, line.taken - before) in ((401, 0), (200, 1))
    assert status == 401 or key == "key-1"


@settings(max_examples=25)
@given(header=st.text(max_size=60) | st.builds("Bearer {}".format, st.text(max_size=60)))
async def test_no_header_makes_the_door_fall_over(header: str) -> None:
    line = one_line()
    before = line.taken
    assert (await line.status(header), line.taken) == (401, before)


async def test_nothing_of_an_attack_is_left_in_the_product(
    company_file: Path, tmp_path: Path, encoder: BundledEncoder
) -> None:
    async with house_door(company_file, tmp_path, encoder) as driver:
        assert isinstance(driver, TeamsDriver)
        for forge in FORGED.values():
            answer = await driver.http.post(
                "/api/messages",
                json=driver.fake.activity(text="偽の投稿です"),
                headers={"Authorization": forge(driver.fake)},
            )
            assert answer.status == 401
        async with driver.house.hub.library.db.engine.connect() as connection:
            assert await connection.scalar(text("select count(*) from inbox_event")) == 0
        assert driver.fake.tried == []
        assert "偽の投稿".encode() not in driver.house.bytes()
