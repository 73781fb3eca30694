"""A member as 事務局 sees and changes them: office, promoter's seat, roles, and what is to come."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.views.elements import Actions, Button, Card, Choice, Facts, Field, Kind, Part, Style, Text
from bot.views.moves import move_parts
from bot.views.roster import roles_words
from bot.views.words import say
from cases.models.org import Member, Office
from cases.models.roster import Move
from cases.vocabulary import Role

NOWHERE = "-"  # no office
DUTIES = ("", "main", "deputy")


@dataclass(frozen=True, slots=True)
class About:
    """One member with what belongs to them. `chats`: connected, stopped or none."""

    member: Member
    office: str
    duty: str
    chats: str
    moves: Sequence[Move]


def member_card(
    about: About, offices: Sequence[Office], may: Collection[Role], locale: str
) -> Card:
    """What is known, and one form to change it."""
    member = about.member
    names = {office.id: office.name for office in offices}
    parts: list[Part] = [Text(member.name, Style.TITLE), Facts(tuple(_facts(about, locale)))]
    for move in about.moves:
        parts += move_parts(move, member.name, names, locale)
    if member.active:
        parts += _form(about, offices, may, locale)
    return Card(tuple(parts))


def _facts(about: About, locale: str) -> list[tuple[str, str]]:
    member = about.member
    rows = [
        ("email", member.email or ""),
        ("chat_id", member.chat_id or ""),
        ("office", about.office),
        ("roles", roles_words(member.roles, locale)),
        ("duty", say(locale, f"roster.duty_{about.duty}") if about.duty else ""),
    ]
    found = [(say(locale, f"roster.field_{key}"), value) for key, value in rows if value]
    state = about.chats if member.active else "former"
    return [*found, (say(locale, "people.chats"), say(locale, f"people.chats_{state}"))]


def _form(
    about: About, offices: Sequence[Office], may: Collection[Role], locale: str
) -> list[Part]:
    member = about.member
    places = [Choice(office.id, office.name) for office in offices]
    places.append(Choice(NOWHERE, say(locale, "people.no_office")))
    fields: list[Part] = [
        Field(
            "office", say(locale, "roster.field_office"), Kind.CHOICE,
            member.office_id or NOWHERE, tuple(places), required=True,
        ),
        Field("day", say(locale, "people.day"), Kind.DATE, hint=say(locale, "people.day_hint")),
        Field(
            "duty", say(locale, "roster.field_duty"), Kind.CHOICE, about.duty or NOWHERE,
            tuple(Choice(one or NOWHERE, _duty(one, locale)) for one in DUTIES), required=True,
        ),
    ]  # fmt: skip
    choices = tuple(Choice(role, say(locale, f"role.{role}")) for role in Role if role in may)
    if choices:
        had = tuple(role for role in member.roles if role in may)
        fields.append(Field("roles", say(locale, "roster.field_roles"), Kind.CHOICES, had, choices))
    save = Button(say(locale, "people.save"), "people.save", member.id, primary=True)
    return [*fields, Actions((save,))]


def _duty(duty: str, locale: str) -> str:
    return say(locale, f"roster.duty_{duty}" if duty else "roster.nothing")


def several_card(found: Sequence[Member], offices: dict[str, str], locale: str) -> Card:
    """「どの方ですか」."""
    parts: list[Part] = [Text(say(locale, "people.which"), Style.STRONG)]
    for member in found:
        label = " ".join(filter(None, (member.name, offices.get(member.office_id or "", ""))))
        parts.append(Actions((Button(label, "people.show", member.id),)))
    return Card(tuple(parts))
