"""What a role may do, in words: a person's own card, and the lines of docs/roles.md."""

from __future__ import annotations

from collections.abc import Collection

from bot.views.elements import Card, Part, Style, Text
from bot.views.words import say
from cases import rights
from cases.rights import TABLE, Action, Reach
from cases.vocabulary import Role

NOBODY = ("private", "waive")  # what no role brings: nothing in the product does it


def own_card(roles: Collection[Role], locale: str) -> Card:
    """Who one is here, and what that brings."""
    names = say(locale, "people.between").join(say(locale, f"role.{one}") for one in sorted(roles))
    parts: list[Part] = [
        Text(say(locale, "people.own_roles"), Style.TITLE),
        Text(names, Style.STRONG),
    ]
    parts += [
        Text(f"・{action_words(action, locale)} — {reach_words(reach, locale)}")
        for action in Action
        if (reach := rights.reach(roles, action))
    ]
    return Card((*parts, Text(say(locale, "people.ask_for_role"), Style.QUIET)))


def action_words(action: Action, locale: str) -> str:
    """「事例を探す」."""
    return say(locale, f"rights.{action.replace('.', '_')}")


def reach_words(reach: Reach, locale: str) -> str:
    """「自営業所」; empty for none."""
    return say(locale, f"rights.reach_{reach.name.lower()}") if reach else ""


def rows(locale: str) -> list[list[str]]:
    """The table: a heading with the roles, a line for each action, and what nobody may."""
    found = [["", *(say(locale, f"role.{role}") for role in Role)]]
    for action in Action:
        cells = (reach_words(TABLE[action][role], locale) for role in Role)
        found.append([action_words(action, locale), *cells])
    return [*found, *([say(locale, f"rights.nobody_{key}"), *[""] * len(Role)] for key in NOBODY)]
