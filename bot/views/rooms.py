"""A room: whose it is, whether the bot posts and listens there, and the form that says so."""

from __future__ import annotations

from collections.abc import Sequence

from bot.views.elements import Actions, Button, Card, Choice, Field, Kind, Part, Style, Text
from bot.views.words import say
from cases.models.org import Office, Room

POSTS, LISTENS = "posts", "listens"
ADMINS = "admins"  # in the place of an office


def room_name(room: Room, locale: str) -> str:
    """「#神戸」, or a word where the platform did not tell its name."""
    return f"#{room.name}" if room.name else say(locale, "rooms.unnamed")


def room_form(room: Room, offices: Sequence[Office], locale: str, *, admins: bool = False) -> Card:
    """Whose room it is; nothing is ticked that nobody ticked, but posting for a new one.

    `admins`: it may also become the room of those who run it.
    """
    places = tuple(Choice(office.id, office.name) for office in offices)
    places += (Choice(ADMINS, say(locale, "rooms.admins")),) * admins
    new = room.office_id is None and not room.for_admins
    chosen = room.office_id if room.office_id in {one.id for one in offices} else ""
    chosen = ADMINS if room.for_admins and admins else chosen
    ticked = [POSTS] if room.posts or new else []
    ticked += [LISTENS] if room.listens else []
    uses = tuple(Choice(key, say(locale, f"rooms.{key}")) for key in (POSTS, LISTENS))
    words = "rooms.ask_new" if new else "rooms.ask"
    return Card(
        (
            Text(say(locale, words, room=room_name(room, locale)), Style.STRONG),
            Field(
                "office", say(locale, "roster.field_office"), Kind.CHOICE,
                chosen or places[0].value, places, required=True,
            ),
            Field(
                "uses", say(locale, "rooms.uses"), Kind.CHOICES, tuple(ticked), uses,
                hint=say(locale, "rooms.admins_hint" if admins else "rooms.listens_hint"),
            ),
            Actions((Button(say(locale, "rooms.save"), "room.save", room.id, primary=True),)),
        )
    )  # fmt: skip


def rooms_card(rooms: Sequence[Room], offices: dict[str, str], locale: str, platform: str) -> Card:
    """All rooms that somebody may change; those without an office first, then how to add one."""
    parts: list[Part] = [Text(say(locale, "rooms.title"), Style.TITLE)]
    if not rooms:
        parts.append(Text(say(locale, "rooms.none")))
    for room in sorted(rooms, key=lambda one: (bool(one.office_id or one.for_admins), one.name)):
        parts.append(Text(room_words(room, offices, locale)))
        if room.state == "active" and room.address.get("channel"):
            change = Button(say(locale, "rooms.change"), "room.show", room.id)
            parts.append(Actions((change,)))
    how_to = "rooms.how_to_teams" if platform == "teams" else "rooms.how_to"
    parts.append(Text(say(locale, how_to), Style.QUIET))
    return Card(tuple(parts))


def room_words(room: Room, offices: dict[str, str], locale: str) -> str:
    """「#神戸: 神戸営業所、投稿する、会話は読まない」."""
    office = offices.get(room.office_id or "", "") or say(locale, "rooms.no_office")
    if room.for_admins and room.state == "active":
        return f"{room_name(room, locale)}: {say(locale, 'rooms.admins')}"
    words = [f"rooms.state_{room.state}"]
    if room.state == "active":
        posts = "rooms.does_post" if room.posts else "rooms.no_post"
        words = [posts, "rooms.does_listen" if room.listens else "rooms.no_listen"]
    rest = say(locale, "rooms.and").join([office, *(say(locale, word) for word in words)])
    return f"{room_name(room, locale)}: {rest}"
