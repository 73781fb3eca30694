"""Teams activities become neutral events, and their place is an address in plain JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.events import Joined, Left, Pressed, Said
from bot.teams import compose
from bot.teams.activities import reference, tenant
from bot.teams.platform import TeamsPlatform
from bot.teams.read import external_id
from bot.teams.read import read as event
from tests.fakes.desk import FakeDesk
from tests.fakes.teams_connector import APP, SATO, TENANT, FakeMicrosoft, microsoft

Json = dict[str, Any]

FAKE = FakeMicrosoft()
FAKE.url = "https://smba.trafficmanager.net/jp/"


def test_a_direct_message_is_said_in_private() -> None:
    found = event(FAKE.activity(text="  会えた\u202e \u00a0"))
    source = f"teams:{TENANT}:a:room:1730000000001"
    assert found == Said(SATO, "会えた", reference(FAKE.activity()), source=source)


def test_in_a_group_only_the_bots_own_mention_is_removed() -> None:
    mentions = [
        {"type": "mention", "mentioned": {"id": f"28:{APP.app_id}"}, "text": "<at>ヒトツブ</at>"},
        {"type": "mention", "mentioned": {"id": "29:kato"}, "text": "<at>加藤</at>"},
    ]
    room = {"id": "19:room", "conversationType": "groupChat", "tenantId": TENANT}
    found = event(
        FAKE.activity(
            text="<at>ヒトツブ</at> <at>加藤</at>さんの例は?", entities=mentions, conversation=room
        )
    )
    assert isinstance(found, Said)
    assert (found.text, found.private) == ("<at>加藤</at>さんの例は?", False)


@pytest.mark.parametrize(
    "parts",
    [
        {"text": '<span class="inline-compose-card" id="1"></span>'},
        {"text": "   "},
        {"text": None},
        {"from": {"id": "29:nobody", "name": "佐藤"}},
        {"type": "messageUpdate"},
        {"type": "installationUpdate", "action": "remove-upgrade"},
        {"value": {"something": "else"}, "text": None},
    ],
)
def test_what_nobody_said_is_no_event(parts: Json) -> None:
    assert event(FAKE.activity(**parts)) is None


def test_a_press_carries_action_value_fields_and_the_card() -> None:
    fields = {"title": "題", "channels": "a,b", "declared#x": "x", "declared#y": ""}
    activity = FAKE.pressed("preview", "d1", fields=fields)
    activity["value"]["action"]["data"]["hitotsubu"]["lists"] = ["channels", "declared"]
    assert event(activity) == Pressed(
        SATO,
        "preview",
        "d1",
        reference(activity),
        fields={"title": "題", "channels": ["a", "b"], "declared": ["x"]},
        card="a:room/m7",
    )


def test_a_submit_of_an_old_client_is_the_same_press() -> None:
    new = FAKE.pressed("try", "c1", fields={"note": "メモ"})
    old = FAKE.activity(value=new["value"]["action"]["data"], replyToId="m7")
    assert event(old) == event(new)


@pytest.mark.parametrize("action", ["add", "add-upgrade"])
def test_an_installation_is_a_way_to_write_to_the_person(action: str) -> None:
    found = event(FAKE.activity(type="installationUpdate", action=action, text=None))
    assert isinstance(found, Joined)
    assert found.place["conversation"]["id"] == "a:room"


def test_a_removal_is_a_farewell() -> None:
    assert event(FAKE.activity(type="installationUpdate", action="remove")) == Left(SATO)


def test_the_same_activity_has_the_same_external_id() -> None:
    assert external_id(FAKE.activity()) == f"message:a:room|1730000000001:{'0' * 21}"
    assert external_id(FAKE.activity(id=None)) == ""


@pytest.mark.attack(15)
def test_two_different_tenants_in_one_activity_are_none() -> None:
    assert tenant(FAKE.activity()) == TENANT
    assert tenant(FAKE.activity(channelData={"tenant": {"id": "other"}})) == ""


async def test_a_place_survives_storage_and_can_be_written_to() -> None:
    async with microsoft() as fake:
        platform = TeamsPlatform(FakeDesk(TENANT), [APP], cloud=fake.cloud)
        said = platform.read(json.loads(json.dumps(fake.activity())))
        assert isinstance(said, Said)
        place = json.loads(json.dumps(said.place))
        credentials = {"app_id": APP.app_id, "tenant_id": TENANT, "secret": APP.secret}
        assert await platform.send(credentials, place, HELLO, "k") == "a:room/m1"
        assert fake.sent[0]["recipient"] == {"id": "29:sato"}
        await platform.close()


HELLO = b'{"type": "message", "text": "hello"}'


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
NAMES = (
    *("from", "value", "text", "conversation", "channelData", "entities", "recipient"),
    *("timestamp", "membersAdded", "membersRemoved", "topicName"),
)
KINDS = ("message", "invoke", "installationUpdate", "messageUpdate", "conversationUpdate")
INVOKES = ("adaptiveCard/action", *sorted(compose.NAMES))
VALUES = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("data", "parameters", "messagePayload", "action"), JUNK)
)


@given(
    st.sampled_from(KINDS),
    st.sampled_from(INVOKES),
    st.dictionaries(st.sampled_from(NAMES), JUNK),
    VALUES,
)
def test_odd_activities_never_raise(kind: str, name: str, parts: Json, value: Json) -> None:
    base = {"type": kind, "name": name, "value": value} if kind == "invoke" else {"type": kind}
    activity = FAKE.pressed("x") | base | parts
    event(activity)
    external_id(activity)
    tenant(activity)
    compose.asked(activity)
