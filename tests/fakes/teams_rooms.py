"""Teams' conversations and what the Connector allows in them, from its public documentation.

Limits are Teams' own, not the product's: sending 7 in 1 s, 8 in 2 s, 60 in 30 s and 1,800 in 1 h
for a conversation, member look-ups 14, 16, 120 and 3,600; 30 calls a second for app and tenant.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.teams_cards import check

Json = dict[str, Any]

CARD = "application/vnd.microsoft.card.adaptive"
MESSAGE = "application/vnd.microsoft.activity.message"
MESSAGE_LIMIT = 100 * 1024  # bytes of UTF-16: over this Teams answers 413
SENDING = ((7, 1.0), (8, 2.0), (60, 30.0), (1_800, 3_600.0))
LOOKING = ((14, 1.0), (16, 2.0), (120, 30.0), (3_600, 3_600.0))
TENANT_WIDE = ((30, 1.0),)
HUMAN = 2.0  # seconds that pass before somebody does the next thing
SEARCH_RESULTS = 25


class Refused(Exception):
    """An answer that is no success: status, `error.code`, and perhaps seconds to wait."""

    def __init__(self, status: int, code: str, *, retry_after: int = 0) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.retry_after = retry_after

    @property
    def answer(self) -> Json:
        """The body. A blocked chat says so in a JSON text within the message, as Teams does."""
        if self.code == "MessageWritesBlocked":
            return {"error": {"code": "Forbidden", "message": json.dumps({"subCode": self.code})}}
        return {"error": {"code": self.code, "message": "参加できません"}}


@dataclass
class Room:
    """A conversation where the app is. `own`: the bot's messages as they stand now."""

    kind: str = "personal"
    people: set[str] = field(default_factory=set)  # Teams ids and Entra ids
    own: dict[str, Json] = field(default_factory=dict)
    refuses: str = ""  # code of a 403: blocked, uninstalled, taken out


@dataclass
class Rooms:
    """`complaints` are payloads that Teams would refuse or not show; whoever made one fails.

    `storm`: part of the calls that end in 412, or in 502 although they were done.
    """

    bot: str
    rooms: dict[str, Room] = field(default_factory=dict)
    uninstalled: set[str] = field(default_factory=set)  # people without the app
    complaints: list[str] = field(default_factory=list)
    clock: float = 0.0
    spent: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    answers: dict[tuple[str, str], Json] = field(default_factory=dict)
    storm: float = 0.0
    lost: int = 0  # so many of the next messages arrive, and nobody is told: 502
    dice: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311  # weather, no secret
    count: int = 0

    def install(self, room: str, kind: str = "personal", *people: str) -> Room:
        """The app is in this conversation."""
        found = self.rooms.setdefault(room, Room(kind))
        found.people.update(people)
        return found

    def heard(self, activity: Json) -> None:
        """Somebody does something there: the conversation is known, and time went by."""
        self.clock += HUMAN
        place, who = activity.get("conversation"), activity.get("from")
        if not isinstance(place, dict) or not isinstance(who, dict):
            return
        known = {str(who[name]) for name in ("id", "aadObjectId") if name in who}
        self.install(place["id"], place.get("conversationType", ""), *known)

    def opened(self, body: Json) -> str:
        """The 1:1 chat with somebody, which is the same each time."""
        self._spend(f"open {body['members'][0]['id']}", SENDING)
        assert body["bot"]["id"] == self.bot
        assert body["tenantId"] == body["channelData"]["tenant"]["id"]
        assert not body["isGroup"]
        (who,) = [each["id"] for each in body["members"]]
        if who in self.uninstalled:
            raise Refused(403, "ForbiddenOperationException")
        for name, room in self.rooms.items():
            if room.kind == "personal" and who in room.people:
                return name
        self.install(f"a:{who}", "personal", who)
        return f"a:{who}"

    def sent(self, room: str, activity: Json) -> str:
        """The id of a new message."""
        place = self._enter(room, activity)
        self._look_at(activity)
        self.count += 1
        made = f"m{self.count}"
        place.own[made] = activity
        self._weather(done=True)
        return made

    def updated(self, room: str, message: str, activity: Json) -> None:
        """New content for one of the bot's own messages."""
        place = self._enter(room, activity)
        self._look_at(activity)
        if activity.get("id", message) != message:
            raise Refused(400, "BadArgument")
        if message not in place.own:
            raise Refused(404, "ActivityNotFoundInConversation")
        place.own[message] = activity
        self._weather(done=True)

    def looked_up(self, room: str) -> None:
        """Somebody asks who is there."""
        self._spend(f"members of {room}", LOOKING)
        self._known(room)

    def answered(self, activity: Json, status: int, body: Any) -> None:
        """What the bot's HTTP answer to an activity means to Teams: one reply to each invoke."""
        if activity.get("type") != "invoke":
            if status == 200 and body is not None:
                self.complaints.append(f"a body for a {activity.get('type')}")
            return
        if status != 200:
            return
        key = (str(activity["conversation"]["id"]), str(activity["id"]))
        if key in self.answers:
            return  # a client that asks again throws the late answer away
        self.answers[key] = body
        try:
            self._take_answer(activity, body)
        except (AssertionError, KeyError, TypeError) as found:
            self.complaints.append(f"answer to {activity.get('name')}: {found!r}")

    def _take_answer(self, activity: Json, body: Json) -> None:
        if activity["name"].startswith("composeExtension/"):
            _check_extension(body)
            return
        assert body["statusCode"] == 200
        if body["type"] == MESSAGE:
            assert isinstance(body["value"], str)
            assert body["value"]
            return
        assert body["type"] == CARD, body["type"]
        check(body["value"])
        own = self.rooms[activity["conversation"]["id"]].own
        assert activity.get("replyToId") in own, "a card in the place of nothing"
        own[activity["replyToId"]] = {"attachments": [_attached(body["value"])]}

    def _enter(self, room: str, activity: Json) -> Room:
        self._spend(room, SENDING)
        place = self._known(room)
        if activity.get("conversation", {"id": room})["id"] != room:
            raise Refused(400, "BadArgument")
        self._weather(done=False)
        return place

    def _known(self, room: str) -> Room:
        if room not in self.rooms:
            raise Refused(404, "ConversationNotFound")
        if self.rooms[room].refuses:
            raise Refused(403, self.rooms[room].refuses)
        return self.rooms[room]

    def _look_at(self, activity: Json) -> None:
        """Size, sender and content; what Teams would show badly is a complaint."""
        if len(json.dumps(activity, ensure_ascii=False).encode("utf-16")) > MESSAGE_LIMIT:
            raise Refused(413, "MessageSizeTooBig")
        attached = activity.get("attachments", [])
        if activity.get("type") != "message" or not (activity.get("text") or attached):
            raise Refused(400, "BadSyntax")
        if activity["from"]["id"] != self.bot:
            raise Refused(403, "InvalidSender")
        try:
            for each in attached:
                assert each["contentType"] == CARD, each["contentType"]
                check(each["content"])
            assert not attached or activity["summary"].strip(), "a notification without words"
            _check_mentions(activity)
        except (AssertionError, KeyError) as found:
            self.complaints.append(repr(found))
            raise Refused(400, "BadArgument") from None

    def _spend(self, what: str, limits: tuple[tuple[int, float], ...]) -> None:
        """Counts a call; a refused one does not count."""
        for key, rules in ((what, limits), ("", TENANT_WIDE)):
            for most, seconds in rules:
                recent = [at for at in self.spent[key] if at > self.clock - seconds]
                if len(recent) >= most:
                    wait = seconds - (self.clock - recent[-most])
                    raise Refused(429, "Throttled", retry_after=max(1, round(wait + 0.5)))
        for key in (what, ""):
            self.spent[key].append(self.clock)

    def _weather(self, *, done: bool) -> None:
        if done and self.lost:
            self.lost -= 1
            raise Refused(502, "ServiceError")
        if self.storm and self.dice.random() < self.storm / 2:
            raise Refused(502, "ServiceError") if done else Refused(412, "PreconditionFailed")


def _attached(card: Json) -> Json:
    return {"contentType": CARD, "content": card}


def _check_mentions(activity: Json) -> None:
    """Every mention stands in the text; what stands there and is no entity stays plain."""
    for entity in activity.get("entities", []):
        assert entity["type"] == "mention"
        assert entity["text"] in activity.get("text", ""), "a mention that is not in the text"


def _check_extension(body: Json) -> None:
    """An answer to a search, or to a dialog."""
    assert set(body) <= {"composeExtension", "task"}
    if "task" in body:
        task = body["task"]
        assert task["type"] in ("continue", "message")
        if task["type"] == "continue" and "card" in task["value"]:
            check(task["value"]["card"]["content"])
        return
    found = body.get("composeExtension")
    if not found or found["type"] != "result":
        return
    assert len(found["attachments"]) <= SEARCH_RESULTS, "too many results"
    for each in found["attachments"]:
        assert each["contentType"] == CARD
        assert each["preview"]["contentType"].startswith("application/vnd.microsoft.card.")
        check(each["content"])
