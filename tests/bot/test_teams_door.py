"""Who may speak to the Teams door: only Teams, only for our bots, only from our tenants."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization

from bot.teams import limits
from bot.teams.cloud import Cloud, TeamsApp, trusted
from bot.teams.platform import TeamsPlatform
from tests.fakes.desk import FakeDesk
from tests.fakes.teams_connector import APP, TENANT, FakeMicrosoft, rsa_key
from tests.fakes.teams_door import Door, teams_door

Json = dict[str, Any]


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    async with teams_door() as found:
        yield found


def hs256(fake: FakeMicrosoft) -> str:
    """Signed with the public key as if it were a shared secret (SEC9)."""
    public = fake.key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return fake.token(headers={"alg": "HS256"}, key=base64.b64encode(public))


def unsigned(fake: FakeMicrosoft) -> str:
    """`alg` none and no signature."""
    head, body, _ = fake.token().removeprefix("Bearer ").split(".")
    head = base64.urlsafe_b64encode(b'{"alg":"none","kid":"key-1"}').decode().rstrip("=")
    return f"Bearer {head}.{body}."


BAD_TOKENS = {
    "none": lambda fake: "",
    "garbage": lambda fake: "Bearer abc",
    "garbage in three parts": lambda fake: "Bearer a.b.c",
    "basic": lambda fake: "Basic dXNlcjpwYXNz",
    "expired": lambda fake: fake.token(exp=int(time.time()) - 3600),
    "not yet valid": lambda fake: fake.token(nbf=int(time.time()) + 3600),
    "without an end": lambda fake: fake.token(exp=None),
    "other audience": lambda fake: fake.token(aud="ffffffff-bbbb-cccc-dddd-eeeeeeeeeeee"),
    "no audience": lambda fake: fake.token(aud=None),
    "empty audience": lambda fake: fake.token(aud=""),
    "other issuer": lambda fake: fake.token(iss="https://evil.example"),
    "emulator": lambda fake: fake.token(
        iss="https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/", ver="1.0"
    ),
    "other bot": lambda fake: fake.token(ver="2.0", azp="ffffffff-bbbb-cccc-dddd-eeeeeeeeeeee"),
    "other serviceUrl": lambda fake: fake.token(serviceurl="https://smba.trafficmanager.net/jp/"),
    "no serviceUrl": lambda fake: fake.token(serviceurl=None),
    "HS256": hs256,
    "alg none": unsigned,
    "unknown kid": lambda fake: fake.token(headers={"kid": "key-9"}),
    "no kid": lambda fake: fake.token(headers={"kid": ""}),
    "other key": lambda fake: fake.token(key=rsa_key("evil")),
}


@pytest.mark.parametrize("attack", BAD_TOKENS)
async def test_a_bad_token_is_401_and_reaches_nothing(door: Door, attack: str) -> None:
    activity = json.dumps(door.fake.activity()).encode()
    status, _ = await door.raw(activity, {"Authorization": BAD_TOKENS[attack](door.fake)})
    assert status == 401
    assert door.desk.log == []


async def test_no_authorization_header_is_401(door: Door) -> None:
    assert (await door.raw(json.dumps(door.fake.activity()).encode(), {}))[0] == 401


async def test_a_key_without_the_teams_endorsement_is_401(door: Door) -> None:
    door.fake.endorsements = ["webchat"]
    assert (await door.post(door.fake.activity()))[0] == 401


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'"text"', b"{}", b'{"type": 3}', b"[" * 200_000, b"\xff\xfe{}"],
    ids=["empty", "cut", "list", "string", "no type", "odd type", "deep", "no UTF-8"],
)
async def test_a_body_that_is_no_activity_is_400(door: Door, body: bytes) -> None:
    assert (await door.raw(body, {"Authorization": door.fake.token()}))[0] == 400


async def test_a_missing_or_odd_content_type_does_no_harm(door: Door) -> None:
    headers = {"Authorization": door.fake.token(), "Content-Type": "text/plain"}
    body = json.dumps(door.fake.activity()).encode()
    assert (await door.raw(body, headers))[0] == 200


@pytest.mark.parametrize(
    "parts",
    [
        {"channelData": {"tenant": {"id": "other"}}},
        {"conversation": {"id": "a:room", "tenantId": "other"}},
        {"channelData": {}, "conversation": {"id": "a:room"}},
        {"channelData": None, "conversation": None},
    ],
)
async def test_a_foreign_tenant_is_refused(door: Door, parts: Json) -> None:
    assert (await door.post(door.fake.activity(**parts)))[0] == 403
    assert door.desk.log == []


async def test_a_tenant_that_left_us_is_refused(door: Door) -> None:
    door.desk.teams = ()
    assert (await door.post(door.fake.activity()))[0] == 403


async def test_one_tenants_app_does_not_speak_for_another(door: Door) -> None:
    other = TeamsApp("ffffffff-0000-0000-0000-000000000000", "other-tenant", "secret")
    door.platform.transport.know(other)
    theirs = {"channelData": {"tenant": {"id": "other-tenant"}}, "conversation": {"id": "a:x"}}
    assert (await door.post(door.fake.activity(**theirs)))[0] == 403
    token = door.fake.token(aud=other.app_id)
    assert (await door.post(door.fake.activity(), token))[0] == 403


SERVICE_TRICKS = [
    "http://169.254.169.254/latest/meta-data",
    "https://169.254.169.254/",
    "http://localhost/",
    "https://127.0.0.1/",
    "file:///etc/passwd",
    "https://smba.trafficmanager.net@evil.example/",
    "https://evil.example\\@smba.trafficmanager.net/",
    "https://smba.trafficmanager.net.evil.example/",
    "https://evilbotframework.com/",
    "https://botframework.com.evil.example/",
    "https://smba.trafficmanager.net:8443/",
    "http://smba.trafficmanager.net/",
    "//smba.trafficmanager.net/",
    "https://smba.trafficmanager.net/?a=b",
    "https://[::1]/",
    "https://smba.trafficmanager.net:x/",
    "https://ｓmba.trafficmanager.net/",
    "",
    None,
    7,
    ["https://smba.trafficmanager.net/"],
]


@pytest.mark.parametrize("url", SERVICE_TRICKS)
async def test_a_service_url_trick_is_refused(door: Door, url: object) -> None:
    token = door.fake.token(serviceurl=url)
    assert (await door.post(door.fake.activity(serviceUrl=url), token))[0] == 403
    assert (door.desk.log, door.fake.tried) == ([], [])


@pytest.mark.parametrize(
    "url",
    [
        "https://smba.trafficmanager.net/jp/",
        "https://smba.trafficmanager.net:443/teams",
        "https://europe.botframework.com/",
        "https://teams.microsoft.com/x/",
    ],
)
def test_microsofts_own_services_are_trusted(url: str) -> None:
    assert trusted(url, Cloud())


@pytest.mark.parametrize(
    "apps", [[], [TeamsApp("", TENANT, "x")], [APP, TeamsApp(" ", "other", "x")]]
)
def test_the_route_is_not_there_while_an_app_id_is_missing(apps: list[TeamsApp]) -> None:
    assert TeamsPlatform(FakeDesk(TENANT), apps).routes() == []


async def test_an_app_without_an_id_cannot_be_known(door: Door) -> None:
    with pytest.raises(ValueError, match="app id"):
        door.platform.transport.know(TeamsApp("", TENANT, "x"))


async def test_another_channel_of_the_same_bot_is_refused(door: Door) -> None:
    assert (await door.post(door.fake.activity(channelId="webchat")))[0] == 403


async def test_a_rotated_key_is_learnt_from_its_unknown_id(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "KEYS_RELOAD_SECONDS", 0.0)
    assert (await door.post(door.fake.activity()))[0] == 200
    door.fake.rotate()
    assert (await door.post(door.fake.activity(id="2")))[0] == 200
    assert door.fake.key_loads == 2


async def test_unknown_key_ids_do_not_make_us_reload_again_and_again(door: Door) -> None:
    await door.platform.start()
    for number in range(5):
        token = door.fake.token(headers={"kid": f"wild-{number}"})
        assert (await door.post(door.fake.activity(), token))[0] == 401
    assert door.fake.key_loads == 1


async def test_without_the_keys_nobody_is_believed(door: Door) -> None:
    door.fake.keys_down = True
    assert (await door.post(door.fake.activity()))[0] == 401
    assert door.desk.log == []
