"""The Slack door: signed HTTP in, a fake Web API out."""

from __future__ import annotations

import json
import time
from itertools import count
from typing import Any

from aiohttp.test_utils import TestClient

from bot.slack import ids
from cases import sample
from cases.library import Library
from cases.models.org import Workspace
from cases.scope import Scope
from tests.drivers.screen import Fields, Key, Person, Screen
from tests.fakes import slack_views
from tests.fakes.house import House
from tests.fakes.slack_api import FakeSlack
from tests.fakes.slack_requests import (
    SECRET,
    TEAM,
    command,
    direct,
    encoded,
    event,
    person,
    press,
    signed,
    submission,
)

Json = dict[str, Any]
CREDENTIALS = {"token": "xoxb-hitotsubu", "bot_user": "U0BOT"}
ROOM = {"channel": "C0KOBE"}
SALES = "C0SALES"  # a channel of nobody's office


def environ(slack: FakeSlack) -> dict[str, str]:
    """The settings that connect Slack."""
    return {"HITOTSUBU_SLACK_SIGNING_SECRET": SECRET, "HITOTSUBU_SLACK_API_URL": slack.url}


async def connect(library: Library, office: str) -> None:
    """The company's Slack workspace, and the office's channel in place of its board."""
    sealed = library.ring.seal_json(CREDENTIALS, sample.COMPANY)
    async with library.db.transaction(Scope(sample.COMPANY)) as shelf:
        row = Workspace(company_id=sample.COMPANY, id="slack", platform="slack", external_id=TEAM)
        row.credentials = sealed
        shelf.people.add(row)
        room = await shelf.people.office_room(office)
        assert room is not None
        room.workspace_id, room.address = row.id, ROOM


class SlackDriver:
    """Signs what people do, and reads from the calls of the Web API what they see."""

    def __init__(self, house: House, slack: FakeSlack, http: TestClient[Any, Any]) -> None:
        self.house = house
        self.slack = slack
        self.http = http
        self.numbers = count(1)
        self.read: dict[str, int] = {}
        self.hook = ""  # another response_url than Slack's
        self.outsiders = False  # the channel is shared with another company
        self.said = ""  # when the last message in a channel was written

    def person(self, who: str) -> Person:
        self.slack.emails[_user(who)] = f"{who}@sample.example"
        return Person(self, who)

    async def say(self, who: str, text: str, thread: str = "") -> list[Screen]:
        number = next(self.numbers)
        inner = direct(text, user=_user(who), channel=_channel(who), ts=f"1800000000.{number:06}")
        inner |= {"thread_ts": thread} if thread else {}
        await self._post(event(inner, f"Ev{number}"))
        return await self.mail(who)

    async def mention(self, who: str, text: str, thread: str = "") -> list[Screen]:
        """`@ヒトツブ text` in a channel, perhaps in a thread."""
        return await self._in_channel(who, f"<@U0BOT> {text}", thread, "app_mention")

    async def mutter(self, who: str, text: str, thread: str = "") -> list[Screen]:
        """Something in a channel that does not name the bot."""
        return await self._in_channel(who, text, thread, "message")

    async def command(self, who: str, text: str, room: str = SALES) -> list[Screen]:
        """`/hitotsubu text` in a channel."""
        await self._post({**command(text), "user_id": _user(who), "channel_id": room,
            "trigger_id": f"{who}.{next(self.numbers)}"})  # fmt: skip
        return await self.mail(who)

    async def opens_home(self, who: str, tab: str = "home") -> Screen | None:
        """The bot's page, as it stands after the tab was opened."""
        user = _user(who)
        inner = {"type": "app_home_opened", "user": user, "channel": _channel(who), "tab": tab}
        await self._post(event(inner, f"EvHome{next(self.numbers)}"))
        await self._settle()
        return self.home(who)

    def home(self, who: str) -> Screen | None:
        """The page as it was published last; None before it ever was."""
        found = self.slack.homes.get(_user(who))
        return Screen(_text(found["blocks"]), _keys(found["blocks"]), found) if found else None

    async def presses_home(self, who: str, key: Key, fields: Fields) -> list[Screen]:
        """A button on the page, with what was typed there."""
        view = self.slack.homes[_user(who)]
        number = next(self.numbers)
        element = {**key.native, "action_ts": f"1800000000.{number:06}", "block_id": "b"}
        await self._post(
            {
                **person(),
                "type": "block_actions",
                "user": {"id": _user(who), "team_id": TEAM},
                "trigger_id": f"{who}.{number}",
                "container": {"type": "view", "view_id": view["id"]},
                "view": {**view, "state": {"values": _state(view["blocks"], fields)}},
                "actions": [element],
            }
        )
        return await self.mail(who)

    async def _in_channel(self, who: str, text: str, thread: str, kind: str) -> list[Screen]:
        number = next(self.numbers)
        self.said = f"1800000000.{number:06}"
        inner = direct(text, user=_user(who), channel=SALES, ts=self.said, type=kind)
        inner |= {"channel_type": "channel"} | ({"thread_ts": thread} if thread else {})
        self.slack.messages.append({**inner, "blocks": []})
        shared = {"is_ext_shared_channel": True} if self.outsiders else {}
        await self._post({**event(inner, f"Ev{number}"), **shared})
        return await self.mail(who)

    async def act(self, who: str, payload: Json) -> list[Screen]:
        """A command, a shortcut or a closed screen, as this person."""
        await self.send(who, payload)
        return await self.mail(who)

    async def send(self, who: str, payload: Json) -> str:
        """The same without waiting until it is handled: the body of the ack."""
        payload = {**payload, "trigger_id": f"{who}.{next(self.numbers)}"}
        if "command" in payload:
            payload["user_id"] = _user(who)
        else:
            payload["user"] = {**payload["user"], "id": _user(who)}
        return await self._post(payload)

    async def press(self, who: str, screen: Screen, key: Key, fields: Fields) -> list[Screen]:
        state = _state(screen.native["blocks"], fields)
        if screen.native.get("type") == "modal" and key.native is None:
            payload = submission(screen.native, state)
        else:
            payload = press(key.native, channel=_channel(who), state=state)
            payload["container"]["message_ts"] = screen.place
            if screen.native.get("type") == "modal":
                held = {"type": "view", "view_id": screen.native["id"]}
                payload |= {"container": held, "view": {**screen.native, "state": state}}
                del payload["channel"]
            elif "user" in screen.native:
                payload |= self._ephemeral(payload, screen.native)
            payload["actions"][0]["action_ts"] = f"1800000000.{next(self.numbers):06}"
        payload["user"]["id"] = _user(who)
        payload["trigger_id"] = f"{who}.{next(self.numbers)}"
        await self._post(payload)
        return await self.mail(who)

    def _ephemeral(self, payload: Json, native: Json) -> Json:
        """What Slack sends of a press on a message that only its reader sees."""
        held = {"type": "message", "message_ts": native["ts"], "channel_id": native["channel"]}
        held["is_ephemeral"] = True
        if "thread_ts" in native:
            held["thread_ts"] = native["thread_ts"]
        url = self.hook or self.slack.response_url(native["channel"], native["user"], native["ts"])
        return {"container": held, "channel": {"id": native["channel"]}, "response_url": url}

    async def mail(self, who: str) -> list[Screen]:
        await self._settle()
        calls = self.slack.calls[self.read.get(who, 0) :]
        self.read[who] = len(self.slack.calls)
        found = [self._seen(who, method, arguments) for method, arguments in calls]
        return [screen for screen in found if screen is not None]

    async def room(self, office: str) -> list[Screen]:
        await self._settle()
        return [_message(one) for one in self.slack.messages if one["channel"] == ROOM["channel"]]

    def _seen(self, who: str, method: str, arguments: Json) -> Screen | None:
        if method in ("views.open", "views.update"):
            mine = str(arguments.get("trigger_id", "")).startswith(f"{who}.")
            screen = self.slack.screens.get(arguments.get("view_id", ""))
            mine = mine or (screen is not None and screen.user == _user(who))
            return _view(self._open(arguments["view"])) if mine else None
        if method == "chat.postEphemeral" and arguments["user"] == _user(who):
            same = [one for one in self.slack.ephemerals if one["blocks"] == arguments["blocks"]]
            return _message({"ts": same[-1]["message_ts"], **arguments}) if same else None
        if method not in ("chat.postMessage", "chat.update"):
            return None
        if arguments["channel"] not in (_channel(who), _user(who)):
            return None
        return _message({"ts": self._ts(arguments), **arguments})

    def _open(self, found: Json | str) -> Json:
        """The view with its id and hash, as the modal on the screen has them."""
        view: Json = json.loads(found) if isinstance(found, str) else found
        open_ones = [one for one in self.slack.screens.values() if one.view == view]
        return slack_views.told(open_ones[-1]) if open_ones else view

    def _ts(self, arguments: Json) -> str:
        """The time of the message that a call posted: its blocks tell."""
        for message in self.slack.messages:
            if message["blocks"] == arguments["blocks"]:
                return str(message["ts"])
        return ""

    async def _post(self, payload: Json) -> str:
        body, kind = encoded(payload)
        headers = {"Content-Type": kind, **signed(body, at=int(time.time()))}
        self.slack.issue(payload)
        async with self.http.post("/slack/events", data=body, headers=headers) as answer:
            text = await answer.text()
            assert answer.status == 200, text
        slack_views.answered(self.slack, payload, text)
        return text

    async def _settle(self) -> None:
        await self.house.hub.platforms["slack"].close()
        await self.house.settle()


def _user(who: str) -> str:
    return f"U0{who.upper()}"


def _channel(who: str) -> str:
    return f"D0{who.upper()}"


def _message(message: Json) -> Screen:
    return Screen(_text(message["blocks"]), _keys(message["blocks"]), message, message["ts"])


def _view(view: Json) -> Screen:
    kept = ids.remembered(view)
    submit = [Key(view["submit"]["text"], kept["a"], kept["v"])] if view.get("submit") else []
    return Screen(_text(view["blocks"]), (*_keys(view["blocks"]), *submit), view)


def _keys(blocks: list[Json]) -> tuple[Key, ...]:
    found = []
    for element in [one for block in blocks for one in block.get("elements", [])]:
        if element["type"] == "button":
            label = element["text"]["text"]
            name = ids.name_of(element["action_id"])
            found.append(Key(label, name, element.get("value", ""), element))
        for option in element.get("options", []) if element["type"] == "overflow" else []:
            action, value = ids.unpacked(option["value"])
            picked = {**element, "selected_option": option}
            found.append(Key(option["text"]["text"], action, value, picked))
    return tuple(found)


def _text(value: Any) -> str:
    """Every text on the screen, in order, as it is read."""
    if isinstance(value, list):
        lines = [_text(one) for one in value]
        inline = all(isinstance(one, dict) and one.get("type") in ("text", "link") for one in value)
        return ("" if inline else "\n").join(line for line in lines if line)
    if not isinstance(value, dict):
        return ""
    if isinstance(value.get("text"), str):
        return str(value["text"])
    inner = ("text", "elements", "label", "element", "options", "hint")
    return "\n".join(line for key in inner if (line := _text(value.get(key))))


def _state(blocks: list[Json], fields: Fields) -> Json:
    """What Slack sends of the inputs: their first values, and what the person chose."""
    state: Json = {}
    for block in blocks:
        if block["type"] != "input":
            continue
        element = block["element"]
        name = ids.name_of(element["action_id"])
        filled = _filled(element, fields.get(name))
        state[block["block_id"]] = {element["action_id"]: filled}
    return state


def _filled(element: Json, chosen: str | list[str] | None) -> Json:
    kind = element["type"]
    if kind in ("checkboxes", "multi_static_select"):
        first = element.get("initial_options", [])
        picked = first if chosen is None else [{"value": value} for value in chosen]
        return {"type": kind, "selected_options": picked}
    if kind in ("radio_buttons", "static_select"):
        one = element.get("initial_option") if chosen is None else {"value": chosen}
        return {"type": kind, "selected_option": one}
    return {"type": kind, "value": element.get("initial_value") if chosen is None else chosen}
