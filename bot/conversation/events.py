"""The neutral events that platforms hand in, and the neutral replies they carry out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.views.elements import Card, emptied

Fields = Mapping[str, str | list[str]]
# Where a reply belongs when that is not the person's own chat: `Platform.render` reads it. Shown
# to that person alone; empty: in their own chat. `open`: nothing there can be shown to one person
# alone, so answers go to the own chat, and one line in the open says so.
Aside = Mapping[str, Any]


class NotFetched(Exception):
    """A file that could not be fetched. `why`: scope, size or failed."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that came with a message. `url` is the platform's own; nobody else's is fetched."""

    name: str
    size: int  # bytes, as the platform says
    url: str


@dataclass(frozen=True, slots=True)
class Said:
    """A person wrote to the bot. `place`: where to answer them alone, as JSON, never a room.

    `source` names the message where the platform lets people change it: what is said again with
    the same source is its new version.
    """

    user: str
    text: str
    place: dict[str, Any]
    private: bool = True  # False in a channel, where others read along
    source: str = ""
    aside: Aside = field(default_factory=dict)
    thread: str = ""  # names the chat thread, for the search that a follow-up narrows
    overheard: bool = False  # nobody addressed the bot: kept only where this person asked before
    files: tuple[Attached, ...] = ()


@dataclass(frozen=True, slots=True)
class Unsaid:
    """A person deleted a message of theirs."""

    user: str
    place: dict[str, Any]
    source: str


@dataclass(frozen=True, slots=True)
class Pressed:
    """A person pressed a button (or sent a form): its action, its value, the card's fields.

    `card` is the receipt of the message that holds the button, for `Replace`. `screen`: a screen
    of its own waits for the answer, in front of the person (bot/conversation/screens.py).
    """

    user: str
    action: str
    value: str
    place: dict[str, Any]
    fields: Fields = field(default_factory=dict)
    card: str = ""
    private: bool = True
    screen: bool = False
    aside: Aside = field(default_factory=dict)
    thread: str = ""
    source: str = ""  # names the message that the press is about, where there is one


@dataclass(frozen=True, slots=True)
class Overheard:
    """A person wrote in a room where the company lets the bot listen; not to the bot.

    `marked_by`: the user who put `mark`, perhaps the company's emoji, on it; then `text` is empty,
    and is read only if it was that emoji. `source` names the message, `room` its place.
    """

    user: str
    text: str
    place: dict[str, Any]
    source: str
    room: str
    mark: str = ""
    marked_by: str = ""


@dataclass(frozen=True, slots=True)
class Joined:
    """A person met the bot (installed it, joined); `place` is how to write to them."""

    user: str
    place: dict[str, Any]
    email: str = ""


@dataclass(frozen=True, slots=True)
class Left:
    """A person left or removed the bot."""

    user: str


@dataclass(frozen=True, slots=True)
class Detached:
    """The platform took the bot away from workspaces, or (empty `reason`) lets it in again.

    `places` are the platform's ids of them, `reason` its code; `forget`: the credentials are void.
    `at`: when it happened, Unix seconds.
    """

    places: tuple[str, ...]
    reason: str
    forget: bool = False
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Invited:
    """A person brought the bot into a chat that others read: `room` is the platform's id of it."""

    user: str
    place: dict[str, Any]
    room: str


@dataclass(frozen=True, slots=True)
class RoomTold:
    """What became of a chat. `what`: joined, left, archived, active or renamed; nobody speaks."""

    room: str
    what: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class PersonTold:
    """What the platform says of a person: came, changed, gone (deactivated). Nobody speaks.

    `ours`: False for guests and people of other companies, who are never members.
    """

    user: str
    place: dict[str, Any]
    email: str = ""
    gone: bool = False
    ours: bool = True


Spoken = Said | Unsaid | Pressed | Overheard | Joined | Left | Invited  # somebody did it
Told = RoomTold | PersonTold  # the platform says it
Event = Spoken | Told


def unaddressed(event: Event) -> bool:
    """True for what was not said to the bot: nobody waits for an answer, or for an error."""
    return isinstance(event, Overheard) or (isinstance(event, Said) and event.overheard)


@dataclass(frozen=True, slots=True)
class Speaker:
    """The member behind an event, resolved from the verified envelope."""

    company_id: str
    member_id: str
    name: str
    locale: str


@dataclass(frozen=True, slots=True)
class Post:
    """A message as the platform has it now, and the user who wrote it."""

    user: str
    text: str


@dataclass(frozen=True, slots=True)
class Say:
    """A new message to the person."""

    card: Card


@dataclass(frozen=True, slots=True)
class Open:
    """A form on its own screen where the platform has one, else a message.

    `instead` is said when the person has closed that screen meanwhile, or it opened too late.
    """

    card: Card
    locale: str = "ja"  # of the words that the platform puts around the card
    instead: Card | None = None


@dataclass(frozen=True, slots=True)
class Replace:
    """The pressed card becomes this one; a platform that cannot replace says it, or `instead`."""

    card: Card
    locale: str = "ja"
    instead: Card | None = None


Reply = Say | Open | Replace


def as_message(reply: Reply) -> Card:
    """What is said where a reply cannot be shown in its place.

    Messages wait in clear until they are sent: a form leaves there what was typed into it.
    """
    if isinstance(reply, Say):
        return reply.card
    return reply.instead or (emptied(reply.card) if reply.card.submit else reply.card)
