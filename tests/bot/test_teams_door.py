"""What the Teams door takes at all, and its keys. Who may not speak: tests/attacks."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from bot.teams import limits
from bot.teams.cloud import Cloud, TeamsApp, trusted
from tests.fakes.teams_connector import TENANT
from tests.fakes.teams_door import Door, teams_door


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    async with teams_door() as found:
        yield found


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"{}",
        b'{"type": 3}',
        b"[" * 200_000,
        b"\xff\xfe{}",
        '{"type": "message"}'.encode("utf-16"),
        b'{"type": "\xed\xa0\xbd"}',
    ],
    ids=[
        "empty",
        "cut",
        "list",
        "string",
        "no type",
        "odd type",
        "deep",
        "no UTF-8",
        "UTF-16",
        "half a sign",
    ],
)
async def test_a_body_that_is_no_activity_is_400(door: Door, body: bytes) -> None:
    assert (await door.raw(body, {"Authorization": door.fake.token()}))[0] == 400


async def test_a_missing_or_odd_content_type_does_no_harm(door: Door) -> None:
    headers = {"Authorization": door.fake.token(), "Content-Type": "text/plain"}
    body = json.dumps(door.fake.activity()).encode()
    assert (await door.raw(body, headers))[0] == 200


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


async def test_an_app_without_an_id_cannot_be_known(door: Door) -> None:
    with pytest.raises(ValueError, match="app id"):
        door.platform.transport.know(TeamsApp("", TENANT, "x"))


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


async def test_half_an_emoji_in_a_text_or_an_id_does_no_harm(door: Door) -> None:
    cut = {"id": "a:\ud83d", "conversationType": "personal", "tenantId": TENANT}
    activity = door.fake.activity(text="会えました\ud83d", conversation=cut)
    assert (await door.post(activity))[0] == 200
    (kept,) = door.desk.kept.values()
    assert (kept["conversation"]["id"], kept["text"]) == ("a:?", "会えました?")
    whole = door.fake.activity(id="2", text="会えました\U0001f600")
    assert (await door.post(whole))[0] == 200
    assert [*door.desk.kept.values()][-1]["text"] == "会えました\U0001f600"
