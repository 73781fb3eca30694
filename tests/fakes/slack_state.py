"""What a fake Slack workspace holds: people, rooms, messages, screens, grants and its own clock."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

Json = dict[str, Any]

BOT, BOT_ID, APP = "U0BOT", "B0BOT", "A1"
SCOPES = frozenset(
    "app_mentions:read channels:history channels:join channels:manage channels:read chat:write "
    "chat:write.public commands files:read groups:history groups:read groups:write im:history "
    "im:read im:write mpim:history mpim:read reactions:read reactions:write team:read "
    "users:read users:read.email users:write".split()
)
_PERSON = re.compile(r"[UW][A-Z0-9_]+")


class Refused(Exception):
    """`{"ok": false, "error": …}` with what else Slack says beside it."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.answer = {"ok": False, "error": error, **more}


@dataclass
class Room:
    """A channel. `members` None: everybody; the bot is in it unless `bot_in` says no."""

    name: str
    private: bool = False
    archived: bool = False
    bot_in: bool = True
    members: set[str] | None = None
    shared: str = ""  # "is_ext_shared", "is_pending_ext_shared" or "is_org_shared"


@dataclass
class Trigger:
    """A trigger_id: whose act it was, when, and whether it is used up."""

    user: str
    at: float
    used: bool = False


@dataclass
class Screen:
    """An open modal; `below` is the id of the one under it."""

    id: str
    user: str
    view: Json
    hash: str
    below: str = ""


@dataclass
class Hook:
    """A response_url: where it answers, since when, how often it was used."""

    channel: str
    user: str
    ts: str
    at: float
    uses: int = 0


@dataclass
class Workspace:
    """The state. A well-formed user id is a person unless `strangers` has it.

    `clock` (seconds) moves only when a test moves it: triggers live 3 s of it, hooks 30 min.
    `complaints` are payloads that Slack would have refused; whoever made one fails the test.
    """

    clock: float = 0.0
    messages: list[Json] = field(default_factory=list)
    ephemerals: list[Json] = field(default_factory=list)
    views: list[Json] = field(default_factory=list)  # every view that was shown, in order
    screens: dict[str, Screen] = field(default_factory=dict)  # the open ones, by view id
    homes: dict[str, Json] = field(default_factory=dict)  # user → the published Home tab
    emails: dict[str, str] = field(default_factory=dict)  # user → e-mail
    people: dict[str, Json] = field(default_factory=dict)  # user → what differs from a plain one
    strangers: set[str] = field(default_factory=set)
    rooms: dict[str, Room] = field(
        default_factory=lambda: {"C0SALES": Room("sales"), "C0KOBE": Room("神戸営業所")}
    )
    grants: dict[str, set[str]] = field(  # token → scopes
        default_factory=lambda: {token: set(SCOPES) for token in ("xoxb-sato", "xoxb-hitotsubu")}
    )
    triggers: dict[str, Trigger] = field(default_factory=dict)
    hooks: dict[str, Hook] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)  # by name
    home_tab: bool = True
    page: int = 2  # messages in one page of history
    numbers: Iterator[int] = field(default_factory=count)
    screen_numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def issue(self, payload: Json) -> None:
        """What a person did gives a fresh trigger_id, as Slack does with every interaction."""
        trigger = payload.get("trigger_id")
        if trigger:
            user = payload.get("user_id") or payload["user"]["id"]
            self.triggers[trigger] = Trigger(user, self.clock)

    def room(self, channel: str) -> Room:
        """The channel; a direct message is one too. Refused when there is none."""
        if channel.startswith("D") and self.is_person(f"U{channel[1:]}"):
            return Room("", private=True, members={f"U{channel[1:]}", BOT})
        found = self.rooms.get(channel)
        if found is None or (found.private and not found.bot_in):
            raise Refused("channel_not_found")
        return found

    def joined(self, channel: str) -> Room:
        """The channel, of which the bot is a member."""
        found = self.room(channel)
        if not found.bot_in:
            raise Refused("not_in_channel")
        return found

    def is_person(self, user: str) -> bool:
        return bool(_PERSON.fullmatch(user)) and user not in self.strangers

    def is_member(self, user: str, channel: str) -> bool:
        members = self.room(channel).members
        return self.is_person(user) and (members is None or user in members)

    def message(self, channel: str, ts: str, error: str = "message_not_found") -> Json:
        """The message at a place, whoever wrote it."""
        self.room(channel)
        for found in self.messages:
            if (found["channel"], found["ts"]) == (channel, ts):
                return found
        raise Refused(error)

    def refuse_unless(self, check: Callable[[Json], None], payload: Json, error: str) -> None:
        """Runs a check of slack_limits; what it finds is an error of Slack and a complaint."""
        try:
            check(payload)
        except AssertionError as found:
            self.complaints.append(f"{error}: {found}")
            raise Refused(error, response_metadata={"messages": [str(found)]}) from None


def direct_of(user: str) -> str:
    """The id of the bot's direct message with a person."""
    return f"D{user[1:]}"


def needed(arguments: Json, *names: str) -> None:
    """Refused when a required argument is missing."""
    missing = [name for name in names if not arguments.get(name)]
    if missing:
        messages = [f"[ERROR] missing required field: {name}" for name in missing]
        raise Refused("invalid_arguments", response_metadata={"messages": messages})


def structured(value: Any) -> Any:
    """Forms carry structured arguments as JSON text, JSON bodies as they are."""
    return json.loads(value) if isinstance(value, str) else value


def yes(value: Any) -> bool:
    """A boolean argument in any of the spellings of a form."""
    return value in (True, 1, "1", "true", "True")


def paged(found: list[Any], arguments: Json, most: int) -> tuple[list[Any], Json]:
    """One page of `found`, and `response_metadata` with the cursor of the next."""
    cursor = str(arguments.get("cursor") or "")
    if cursor and not cursor.isdigit():
        raise Refused("invalid_cursor")
    start = int(cursor or 0)
    end = start + min(int(arguments.get("limit") or most), most)
    return found[start:end], {"next_cursor": str(end) if end < len(found) else ""}
