"""Where answers may go: addresses that only look like Teams are refused on receipt and on sending.

And a registration without its app id, with which botbuilder would believe anybody: no start.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot import app
from bot.teams.answers import DeliveryFailed
from bot.teams.cloud import TeamsApp
from bot.teams.platform import TeamsPlatform
from bot.views.notes import error_words
from cases import sample
from cases.embedding.bundled import BundledEncoder
from cases.errors import CannotStart
from cases.library import Library
from cases.models.org import Workspace
from cases.scope import Scope
from tests.fakes.desk import FakeDesk
from tests.fakes.house import open_house
from tests.fakes.teams_connector import APP, TENANT
from tests.fakes.teams_door import Door, teams_door

Json = dict[str, Any]


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    async with teams_door() as found:
        yield found


TRICKS = [
    "http://169.254.169.254/latest/meta-data",
    "https://169.254.169.254/",
    "https://[fd00:ec2::254]/",
    "https://2852039166/",
    "https://0xa9.0xfe.0xa9.0xfe/",
    "http://localhost/",
    "https://localhost.",
    "https://127.0.0.1/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "file:///etc/passwd",
    "gopher://smba.trafficmanager.net/",
    "javascript:alert(1)",
    "data:text/html,x",
    "https://smba.trafficmanager.net@evil.example/",
    "https://evil.example\\@smba.trafficmanager.net/",
    "https://evil.example/\\smba.trafficmanager.net",
    "https://evil.example#@smba.trafficmanager.net/",
    "https://evil.example?x=.botframework.com",
    "https://evil.example/.botframework.com",
    "https://smba.trafficmanager.net.evil.example/",
    "https://evilsmba.trafficmanager.net/",
    "https://evilbotframework.com/",
    "https://botframework.com.evil.example/",
    "https://botframework.com./",
    "https://.botframework.com/",
    "https://evil.example%2e.botframework.com/",
    "https://smba.trafficmanager.net:8443/",
    "https://smba.trafficmanager.net:x/",
    "https://smba.trafficmanager.net:99999/",
    "http://smba.trafficmanager.net/",
    "//smba.trafficmanager.net/",
    "smba.trafficmanager.net",
    "https://smba.trafficmanager.net/?a=b",
    "https://smba.trafficmanager.net/#a",
    "https://smba.trafficmanager.net/\r\nHost: evil.example",
    "https://smba.trafficmanager.net\t/",
    " https://smba.trafficmanager.net/",
    "https://ｓmba.trafficmanager.net/",
    "https://smba。trafficmanager。net/",
    "https:///smba.trafficmanager.net/",
    "https:smba.trafficmanager.net",
    "",
    None,
    7,
    ["https://smba.trafficmanager.net/"],
]


@pytest.mark.parametrize("url", TRICKS)
@pytest.mark.attack(10, 12)
async def test_a_service_address_that_only_looks_like_teams_is_refused(
    door: Door, url: object
) -> None:
    token = door.fake.token(serviceurl=url)
    assert (await door.post(door.fake.activity(serviceUrl=url), token))[0] == 403
    assert (door.desk.log, door.fake.tried, door.fake.logins) == ([], [], 0)


async def test_an_activity_without_a_service_address_is_refused(door: Door) -> None:
    activity = door.fake.activity()
    del activity["serviceUrl"]
    assert (await door.post(activity))[0] == 403
    assert door.desk.log == []


@pytest.mark.parametrize("url", TRICKS)
@pytest.mark.attack(10)
async def test_a_stored_address_is_checked_again_before_anything_is_sent(
    door: Door, url: object
) -> None:
    place = {
        "serviceUrl": url,
        "conversation": {"id": "a:room", "tenantId": TENANT},
        "bot": {"id": "28:bot"},
        "user": {"id": "29:sato"},
    }
    transport = door.platform.transport
    with pytest.raises(DeliveryFailed, match="untrusted_service"):
        await transport.send(place, {"type": "message"})
    with pytest.raises(DeliveryFailed, match="untrusted_service"):
        await transport.update(place, "a:room/m1", {"type": "message"})
    with pytest.raises(DeliveryFailed, match="untrusted_service"):
        await transport.person(place)
    assert (door.fake.tried, door.fake.logins) == ([], 0)


WHOLE = TeamsApp("ffffffff-0000-0000-0000-000000000000", "whole-tenant", "secret")
PARTIAL = {
    "without an app id": replace(APP, app_id=""),
    "with a blank app id": replace(APP, app_id=" "),
    "without a tenant": replace(APP, tenant_id=""),
    "without a secret": replace(APP, secret=""),
}


@pytest.mark.parametrize("what", PARTIAL)
@pytest.mark.parametrize("beside", [[], [WHOLE]], ids=["alone", "beside a whole one"])
@pytest.mark.attack(11)
def test_the_door_is_not_there_while_a_registration_is_partial(
    what: str, beside: list[TeamsApp]
) -> None:
    platform = TeamsPlatform(FakeDesk(TENANT), [*beside, PARTIAL[what]])
    assert platform.routes() == []
    with pytest.raises(CannotStart, match="teams_lacks"):
        platform.prepare(web.Application())


def test_without_any_registration_there_is_no_door_and_no_complaint() -> None:
    platform = TeamsPlatform(FakeDesk(TENANT), [])
    platform.prepare(web.Application())
    assert platform.routes() == []


@pytest.mark.attack(11)
async def test_the_server_does_not_start_with_a_registration_that_lacks_its_app_id(
    company_file: Path, tmp_path: Path, encoder: BundledEncoder
) -> None:
    async def register(library: Library) -> None:
        sealed = library.ring.seal_json({"app_id": "", "secret": "x"}, sample.COMPANY)
        row = Workspace(company_id=sample.COMPANY, platform="teams", external_id=TENANT)
        row.credentials = sealed
        async with library.db.transaction(Scope(sample.COMPANY)) as shelf:
            shelf.people.add(row)

    async with open_house(company_file, tmp_path, encoder, prepare=register) as house:
        settings = house.hub.settings
    with pytest.raises(CannotStart) as refused:
        await app.serve(settings, say=print, index=False)
    japanese, english = (
        error_words(refused.value.code, refused.value.detail, one, **refused.value.values)
        for one in ("ja", "en")
    )
    assert f"{TENANT} の登録に足りないものがあります(app_id)" in japanese
    assert f"tenant {TENANT} lacks its app_id" in english
    assert "workspace add teams" in japanese
