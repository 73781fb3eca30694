"""Messages that change in the 1:1 chat, and the app in teams and group chats."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.conversation.events import Event, Invited, Pressed, RoomTold, Said, Unsaid
from bot.teams.read import external_id, read
from bot.teams.versions import version_id
from cases import sample
from cases.embedding.bundled import BundledEncoder
from cases.scope import Scope
from tests.drivers.doors import teams_door
from tests.drivers.teams import TeamsDriver
from tests.drivers.teams_box import TEAM, TeamsBox
from tests.fakes.sample_cast import KATO, NAME, SATO, TICKS, WIN
from tests.fakes.teams_connector import APP, TENANT, FakeMicrosoft
from tests.fakes.teams_connector import SATO as SATOS_ID

Json = dict[str, Any]

FAKE = FakeMicrosoft()
FAKE.url = "https://smba.trafficmanager.net/jp/"
BOT = {"id": f"28:{APP.app_id}"}
GROUP = {"id": "19:room@thread.v2", "conversationType": "groupChat", "tenantId": TENANT}
CHANNEL = {**GROUP, "id": "19:c@thread.tacv2;messageid=1", "conversationType": "channel"}
FIRST, SECOND = "2026-11-05T02:00:09.1Z", "2026-11-05T02:00:10.4615413Z"
OWN = {"id": f"a-{SATO}", "conversationType": "personal"}


@pytest.fixture
async def driver(
    company_file: Path, tmp_path: Path, encoder: BundledEncoder
) -> AsyncIterator[TeamsDriver]:
    async with teams_door(company_file, tmp_path, encoder) as found:
        assert isinstance(found, TeamsDriver)
        yield found


def test_versions_of_a_message_sort_by_their_time() -> None:
    written = external_id(FAKE.activity())
    edited = external_id(FAKE.activity(type="messageUpdate", timestamp=FIRST))
    deleted = external_id(FAKE.activity(type="messageDelete", timestamp=SECOND))
    assert written < edited < deleted
    assert len({one.rpartition(":")[0] for one in (written, edited, deleted)}) == 1
    assert {len(one) for one in (written, edited, deleted)} == {len(written)}


@pytest.mark.parametrize(
    "parts",
    [
        {"type": "messageUpdate", "timestamp": None},
        {"type": "messageDelete", "timestamp": "soon"},
        {"type": "messageUpdate", "timestamp": FIRST, "conversation": GROUP},
        {"type": "message", "value": {"hitotsubu": {}}},
    ],
)
def test_what_has_no_order_or_stands_among_others_is_no_version(parts: Json) -> None:
    assert version_id(FAKE.activity(**parts)) == ""


def test_an_edit_that_leaves_nothing_is_a_deletion() -> None:
    said = read(FAKE.activity(type="messageUpdate", timestamp=FIRST, text="新しい文"))
    emptied = read(FAKE.activity(type="messageUpdate", timestamp=SECOND, text=" "))
    assert isinstance(said, Said)
    assert isinstance(emptied, Unsaid)
    assert said.source == emptied.source


TEAM_OF = {"team": {"id": "19:team", "name": "仙台"}, "channel": {"id": "19:c", "name": "電話"}}
NEWS: list[tuple[Json, Event | None]] = [
    ({"eventType": "teamArchived"}, RoomTold("19:team", "archived", "仙台")),
    ({"eventType": "teamUnarchived"}, RoomTold("19:team", "active", "仙台")),
    ({"eventType": "teamRenamed"}, RoomTold("19:team", "renamed", "仙台")),
    ({"eventType": "teamDeleted"}, RoomTold("19:team", "left", "仙台")),
    ({"eventType": "channelDeleted"}, RoomTold("19:c", "left", "電話")),
    ({"eventType": "channelRenamed"}, RoomTold("19:c", "renamed", "電話")),
    ({"eventType": "channelShared"}, RoomTold("19:c", "shared", "電話")),
    ({"eventType": "teamMemberAdded"}, None),
    ({"eventType": "channelRenamed", "channel": None}, None),
]


@pytest.mark.parametrize(("data", "wanted"), NEWS)
def test_what_becomes_of_a_team_is_told(data: Json, wanted: Event | None) -> None:
    data = {"tenant": {"id": TENANT}, **TEAM_OF, **data}
    activity = FAKE.activity(type="conversationUpdate", conversation=CHANNEL, channelData=data)
    assert read(activity) == wanted


@pytest.mark.parametrize(
    ("parts", "wanted"),
    [
        ({"membersAdded": [BOT, {"id": "29:x"}]}, RoomTold("19:room@thread.v2", "joined")),
        ({"membersRemoved": [BOT]}, RoomTold("19:room@thread.v2", "left")),
        ({"membersAdded": [{"id": "29:x"}]}, None),
        ({"membersAdded": "x", "membersRemoved": [3]}, None),
        ({"topicName": "電話の会"}, RoomTold("19:room@thread.v2", "renamed", "電話の会")),
        ({"recipient": None}, None),
    ],
)
def test_only_the_bots_own_coming_and_going_is_told(parts: Json, wanted: Event | None) -> None:
    parts = {"conversation": GROUP, **parts}
    assert read(FAKE.activity(type="conversationUpdate", **parts)) == wanted


def test_news_from_nowhere_are_none() -> None:
    activity = FAKE.activity(type="conversationUpdate", membersAdded=[BOT])
    assert read({**activity, "conversation": {"conversationType": "channel"}}) is None


def test_in_the_own_chat_a_conversation_update_says_nothing() -> None:
    assert read(FAKE.activity(type="conversationUpdate", membersAdded=[BOT])) is None


@pytest.mark.parametrize(
    ("action", "kind"),
    [("add", Invited), ("add-upgrade", RoomTold), ("remove", RoomTold), ("remove-upgrade", None)],
)
def test_an_installation_in_a_channel_is_about_its_room(action: str, kind: type | None) -> None:
    found = read(FAKE.activity(type="installationUpdate", action=action, conversation=CHANNEL))
    assert (type(found) if found else None) is kind
    if found is not None:
        assert found.room == "19:c@thread.tacv2"  # type: ignore[union-attr]  # both have one


def test_an_installation_by_nobody_in_particular_is_noted() -> None:
    activity = FAKE.activity(type="installationUpdate", action="add", conversation=GROUP)
    assert read({**activity, "from": {}}) == RoomTold("19:room@thread.v2", "joined")
    assert read({**activity, "conversation": {}}) is None


def test_asking_for_this_room_names_it() -> None:
    found = read(FAKE.activity(text="この部屋", conversation=CHANNEL))
    assert isinstance(found, Pressed)
    assert (found.user, found.action, found.value) == (SATOS_ID, "room.here", "19:c@thread.tacv2")
    assert "conversation" not in found.place


async def test_an_edited_message_gets_a_new_preview_and_a_deleted_one_none(
    driver: TeamsDriver,
) -> None:
    box = TeamsBox(driver, SATO, OWN)
    first = {"id": "m-win", "type": "message", "text": WIN}
    await box.post(**first)
    (seen,) = await driver.mail(SATO)
    assert "16時に変え" in seen.text
    changed = {"id": "m-win", "type": "messageUpdate", "text": WIN.replace("16時", "12時半")}
    await box.post(**changed, timestamp=FIRST)
    assert "12時半に変え" in (await driver.mail(SATO))[-1].text
    await box.post(**changed, timestamp=FIRST)  # Teams says it twice
    assert await driver.mail(SATO) == []
    await box.post(id="m-win", type="messageDelete", timestamp=SECOND, text="")
    assert "取りやめました" in (await driver.mail(SATO))[-1].text
    await box.post(**first, timestamp=FIRST)  # the first version comes last: it is known
    assert await driver.mail(SATO) == []
    assert NAME.encode() not in driver.house.bytes()


async def test_a_published_case_is_not_changed_by_an_edit_alone(driver: TeamsDriver) -> None:
    box, sato = TeamsBox(driver, SATO, OWN), driver.person(SATO)
    await box.post(id="m-win", type="message", text=WIN)
    await sato.opens_mail()
    await sato.presses("共有する", declared=list(TICKS), show_author="yes")
    text = WIN.replace("16時", "12時半")
    await box.post(id="m-win", type="messageUpdate", text=text, timestamp=FIRST)
    await sato.opens_mail()
    assert "12時半に変え" in sato.sees
    assert sato.can_press("共有する")
    async with driver.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        newest = (await shelf.cases.by_author(SATO))[0]
        assert "16時" in newest.action


async def test_an_edit_that_arrives_before_its_original_counts(driver: TeamsDriver) -> None:
    box = TeamsBox(driver, SATO, OWN)
    text = WIN.replace("16時", "12時半")
    await box.post(id="m-win", type="messageUpdate", text=text, timestamp=FIRST)
    await box.post(id="m-win", type="message", text=WIN)
    (seen,) = await driver.mail(SATO)
    assert "12時半に変え" in seen.text


async def test_who_adds_the_app_to_a_channel_says_whose_room_it_is(driver: TeamsDriver) -> None:
    box, kato = TeamsBox(driver, KATO), driver.person(KATO)
    await kato.says("設定")
    data = {"tenant": {"id": TENANT}, "channel": {"id": "19:sendai", "name": "神戸の部屋"}}
    added = {"type": "conversationUpdate", "membersAdded": [BOT], "channelData": data}
    await box.post(**added)
    await box.post(type="installationUpdate", action="add")
    await kato.opens_mail()
    assert "どの営業所の部屋ですか" in kato.sees
    driver.fake.people = [{"userRole": "user", "tenantId": TENANT}, {"userRole": "guest"}]
    await kato.presses("登録する", uses=["posts"])
    assert "E-34" in kato.sees
    driver.fake.script = [(403, {}, b"{}")]
    await kato.presses("登録する", uses=["posts"])
    assert "E-35" in kato.sees
    driver.fake.people = driver.fake.people[:1]
    await kato.presses("登録する", uses=["posts"])
    assert "登録しました" in kato.sees
    assert box.sent_to(TEAM["id"]) == []
