"""Teams outside the 1:1 chat: the compose box, the ･･･ of a message, dialogs, group chats."""

from __future__ import annotations

from typing import Any

from tests.drivers.screen import Screen
from tests.drivers.teams import TeamsDriver, _inputs, _nodes, _screen
from tests.fakes.teams_connector import APP, TENANT

Json = dict[str, Any]

TEAM = {"id": "19:sendai@thread.tacv2;messageid=1", "conversationType": "channel"}


class TeamsBox:
    """A person's client in a team's channel; the dialog that is open stays in `dialog`."""

    def __init__(self, driver: TeamsDriver, who: str, room: Json | None = None) -> None:
        self.driver = driver
        self.who = who
        self.room: Json = {**(room or TEAM), "tenantId": TENANT}
        self.dialog: Json = {}
        self.last: Json = {}

    async def query(self, text: str | None, **parts: Any) -> Json:
        """What is typed into the search; None: it was just opened."""
        given = {"name": "query", "value": text}
        if text is None:
            given = {"name": "initialRun", "value": "true"}
        value = {"commandId": "searchCases", "parameters": [given]}
        found = await self.invoke("composeExtension/query", value, **parts)
        assert found is not None
        extension: Json = found["composeExtension"]
        return extension

    async def opens(self, post: Json | None = None) -> str:
        """「好事例を共有する」, or 「好事例として共有」 on a message; the text of the dialog."""
        value: Json = {"commandId": "createCase", "commandContext": "compose"}
        if post is not None:
            value |= {"commandContext": "message", "messagePayload": post}
        return self._look(await self.invoke("composeExtension/fetchTask", value))

    async def presses(self, label: str, **fields: str | list[str]) -> str:
        """A button of the dialog, with what was filled in."""
        card = self.dialog["card"]["content"]
        (key,) = [one for one in _nodes(card["body"]) if one.get("title") == label]
        assert key["type"] == "Action.Submit"
        data = {**_inputs(card, dict[str, Any](fields)), **key["data"]}
        value = {"commandId": "createCase", "data": data}
        return self._look(await self.invoke("composeExtension/submitAction", value))

    async def again(self, **parts: Any) -> str:
        """The client heard nothing and sends the same once more, under another id."""
        return self._look(await self.invoke(self.last["name"], self.last["value"], **parts))

    async def mentions(self, text: str) -> None:
        """@ヒトツブ in the room."""
        mark = {"id": f"28:{APP.app_id}", "name": "ヒトツブ"}
        entity = {"type": "mention", "mentioned": mark, "text": "<at>ヒトツブ</at>"}
        await self.post(type="message", text=f"<at>ヒトツブ</at> {text}", entities=[entity])

    async def invoke(self, name: str, value: Json, **parts: Any) -> Json | None:
        self.last = {"name": name, "value": value}
        return await self.post(type="invoke", name=name, value=value, text="", **parts)

    async def post(self, **parts: Any) -> Json | None:
        """Any activity of the person in the room."""
        driver, who = self.driver, self.who
        driver.fake.person = {"email": f"{who}@sample.example", "userRole": "user"}
        person = {"id": f"29:{who}", "name": who, "aadObjectId": f"aad-{who}"}
        base: Json = {"id": f"x{next(driver.numbers)}", "conversation": self.room, "from": person}
        activity = driver.fake.activity(**{**base, **parts})
        headers = {"Authorization": driver.fake.token()}
        async with driver.http.post("/api/messages", json=activity, headers=headers) as answer:
            assert answer.status == 200, (answer.status, await answer.text())
            found: Json | None = await answer.json() if await answer.text() else None
        driver.fake.rooms.answered(activity, 200, found)  # Teams is strict about what it gets
        await driver._settle()
        return found

    def sent_to(self, room: str) -> list[Screen]:
        """Everything that the bot has written into a conversation."""
        return [
            _screen(sent["attachments"][0]["content"], "")
            for sent in self.driver.fake.sent
            if sent["conversation"]["id"] == room
        ]

    def _look(self, answer: Json | None) -> str:
        assert answer is not None
        task = answer["task"]
        self.dialog = task["value"] if task["type"] == "continue" else {}
        return _screen(self.dialog["card"]["content"], "").text if self.dialog else task["value"]


def post_of(text: str, poster: str, message_id: str = "1730000000777") -> Json:
    """A message of a channel, as Teams hands it to an action on it."""
    user = {"userIdentityType": "aadUser", "id": poster, "displayName": "誰か"}
    return {
        "id": message_id,
        "from": {"user": user if poster else None, "application": None},
        "body": {"contentType": "html", "content": f"<div><p>{text}</p></div>"},
        "linkToMessage": f"https://teams.microsoft.com/l/message/19:sendai/{message_id}",
    }
