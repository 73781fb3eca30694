"""The Teams door: activities with signed tokens in, a fake Bot Connector out."""

from __future__ import annotations

from itertools import count
from typing import Any

from aiohttp.test_utils import TestClient

from cases import sample
from cases.library import Library
from cases.models.org import Workspace
from cases.scope import Scope
from tests.drivers.screen import Fields, Key, Person, Screen
from tests.fakes.house import House
from tests.fakes.teams_connector import APP, CHANNEL, TENANT, FakeMicrosoft

Json = dict[str, Any]
CREDENTIALS = {"app_id": APP.app_id, "tenant_id": TENANT, "secret": APP.secret}


def environ(fake: FakeMicrosoft) -> dict[str, str]:
    """The settings of a cloud of one's own."""
    return {
        "HITOTSUBU_TEAMS_OPENID_URL": fake.cloud.keys_url,
        "HITOTSUBU_TEAMS_LOGIN_URL": fake.cloud.login_url,
        "HITOTSUBU_TEAMS_SERVICE_URL": fake.url,
        "HITOTSUBU_TEAMS_SERVICE_HOSTS": fake.origin,
    }


async def connect(library: Library, office: str, url: str) -> None:
    """The company's tenant, and the office's chat in place of its board."""
    sealed = library.ring.seal_json(CREDENTIALS, sample.COMPANY)
    async with library.db.transaction(Scope(sample.COMPANY)) as shelf:
        row = Workspace(company_id=sample.COMPANY, id="teams", platform="teams", external_id=TENANT)
        row.credentials = sealed
        shelf.people.add(row)
        room = await shelf.people.office_room(office)
        assert room is not None
        room.workspace_id = row.id
        room.address = {
            "serviceUrl": url,
            "channelId": "msteams",
            "conversation": {"id": CHANNEL, "tenantId": TENANT, "conversationType": "groupChat"},
            "bot": {"id": f"28:{APP.app_id}"},
            "user": {"id": "", "aadObjectId": ""},
        }


class TeamsDriver:
    """Signs what people do, and reads from the Connector what they see."""

    def __init__(self, house: House, fake: FakeMicrosoft, http: TestClient[Any, Any]) -> None:
        self.house = house
        self.fake = fake
        self.http = http
        fake.rooms.install(CHANNEL, "groupChat")
        self.numbers = count(1)
        self.read: dict[str, int] = {}
        self.answered: dict[str, list[Screen]] = {}

    def person(self, who: str) -> Person:
        return Person(self, who)

    async def say(self, who: str, text: str) -> list[Screen]:
        await self._post(who, text=text)
        return await self.mail(who)

    async def press(self, who: str, screen: Screen, key: Key, fields: Fields) -> list[Screen]:
        data = {**_inputs(screen.native, fields), **key.native["data"]}
        action = {"type": "Action.Execute", "verb": key.action, "data": data}
        answer = await self._post(
            who,
            type="invoke",
            name="adaptiveCard/action",
            text="",
            replyToId=screen.place,
            value={"action": action},
        )
        shown = answer["value"] if answer and isinstance(answer.get("value"), dict) else None
        return [*([_screen(shown, screen.place)] if shown else []), *await self.mail(who)]

    async def mail(self, who: str) -> list[Screen]:
        await self._settle()
        start = self.read.get(who, 0)
        self.read[who] = len(self.fake.shown)
        return [
            _screen(activity["attachments"][0]["content"], message)
            for room, message, activity in self.fake.shown[start:]
            if room == _room(who)
        ]

    async def room(self, office: str) -> list[Screen]:
        await self._settle()
        return [
            _screen(sent["attachments"][0]["content"], message)
            for message, sent in self.fake.rooms.rooms[CHANNEL].own.items()
        ]

    async def _post(self, who: str, **parts: Any) -> Json | None:
        self.fake.person = {"email": f"{who}@sample.example", "userRole": "user"}
        room = {"id": _room(who), "conversationType": "personal", "tenantId": TENANT}
        activity = self.fake.activity(
            id=f"a{next(self.numbers)}",
            conversation=room,
            **{"from": {"id": f"29:{who}", "name": who, "aadObjectId": f"aad-{who}"}},
            **parts,
        )
        headers = {"Authorization": self.fake.token()}
        async with self.http.post("/api/messages", json=activity, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
            found: Json | None = await answer.json() if await answer.text() else None
        self.fake.rooms.answered(activity, 200, found)
        return found

    async def _settle(self) -> None:
        platform: Any = self.house.hub.platforms["teams"]
        await platform._door.finish()  # `close` would end the connections as well
        await self.house.settle()


def _room(who: str) -> str:
    return f"a-{who}"


def _screen(card: Json, place: str) -> Screen:
    return Screen("\n".join(_lines(card["body"])), tuple(_keys(card["body"])), card, place)


def _keys(value: Any) -> list[Key]:
    if isinstance(value, list):
        return [key for one in value for key in _keys(one)]
    if not isinstance(value, dict):
        return []
    if value.get("type") == "Action.Execute":
        pressed = value["data"]["hitotsubu"]
        return [Key(value["title"], pressed["action"], pressed["value"], value)]
    inner = ("body", "items", "actions")
    return [key for name in inner for key in _keys(value.get(name))]


def _lines(value: Any) -> list[str]:
    """Every text on the card, in order, with Markdown's escapes taken off."""
    if isinstance(value, list):
        return [line for one in value for line in _lines(one)]
    if not isinstance(value, dict):
        return []
    match value.get("type"):
        case "TextBlock":
            return [_bare(value["text"])]
        case "RichTextBlock":
            return ["".join(run["text"] for run in value["inlines"])]
        case "FactSet":
            return [f"{_bare(fact['title'])}: {_bare(fact['value'])}" for fact in value["facts"]]
    own = [str(value[name]) for name in ("label", "title") if isinstance(value.get(name), str)]
    return own + [line for name in ("items", "actions") for line in _lines(value.get(name))]


def _bare(text: str) -> str:
    return text.replace("\\", "").replace("\u200b", "")


def _inputs(card: Json, fields: Fields) -> Json:
    """What Teams sends of the inputs: every id with a string."""
    found: Json = {}
    for node in _nodes(card["body"]):
        if not str(node.get("type", "")).startswith("Input."):
            continue
        key, _, tick = node["id"].partition("#")
        chosen = fields.get(key)
        if chosen is None:
            found[node["id"]] = node.get("value", "")
        elif tick:
            found[node["id"]] = node["valueOn"] if tick in chosen else node["valueOff"]
        else:
            found[node["id"]] = chosen if isinstance(chosen, str) else ",".join(chosen)
    return found


def _nodes(value: Any) -> list[Json]:
    if isinstance(value, list):
        return [node for one in value for node in _nodes(one)]
    if not isinstance(value, dict):
        return []
    return [value, *(node for one in value.values() for node in _nodes(one))]
