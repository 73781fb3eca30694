"""The one list of what the bot asks of Slack: each scope with its events, and who needs it.

Both manifests, the tables of docs/slack.md, the scopes of `/slack/install` and 状態 come from here.
Why each scope is needed, and what is missing without it, is said in both languages by the words
`scope.<name>_why` and `scope.<name>_without`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from bot.slack.rooms import ANY, told_of
from bot.views.words import say


@dataclass(frozen=True, slots=True)
class Scope:
    """`full`: only the full manifest asks for it. `events` come with this scope."""

    name: str
    events: tuple[str, ...] = ()
    full: bool = False

    def why(self, locale: str) -> str:
        """What the bot does with it."""
        return say(locale, f"scope.{_key(self.name)}_why")

    def without(self, locale: str) -> str:
        """What does not work where a company does not grant it."""
        return say(locale, f"scope.{_key(self.name)}_without")


SCOPES = (
    Scope("app_mentions:read", ("app_mention",)),
    Scope("chat:write"),
    Scope("commands"),
    Scope("im:history", ("message.im",)),
    Scope("im:write"),
    Scope("users:read"),
    Scope("users:read.email"),
    Scope("channels:history", ("message.channels",), full=True),
    Scope("groups:history", ("message.groups",), full=True),
    Scope("channels:read", (*ANY, *told_of("channel")), full=True),
    Scope("groups:read", (*ANY, *told_of("group")), full=True),
    Scope("reactions:read", ("reaction_added",), full=True),
    Scope("files:read", full=True),
)
# Events that need no scope of their own, or `users:read`, which both manifests have.
ALWAYS = ("app_home_opened", "app_uninstalled", "tokens_revoked")
PEOPLE = ("team_join", "user_change")  # full: accounts are linked and stopped, e-mails follow
ORGANISATION = ("team_access_granted", "team_access_revoked")  # apps for a whole organisation


def scopes(*, full: bool = False) -> tuple[str, ...]:
    """The bot scopes that an installation asks for, sorted."""
    return tuple(sorted(one.name for one in SCOPES if full or not one.full))


def events(*, full: bool = False, organisation: bool = False) -> tuple[str, ...]:
    """The bot events of a manifest, sorted."""
    found = {event for one in SCOPES if full or not one.full for event in one.events}
    more = (*ALWAYS, *(PEOPLE if full else ()), *(ORGANISATION if organisation else ()))
    return tuple(sorted(found.union(more)))


def missing(granted: Collection[str]) -> tuple[Scope, ...]:
    """The scopes that a workspace did not grant, those of the minimum first."""
    return tuple(one for one in SCOPES if one.name not in granted)


def _key(name: str) -> str:
    return name.replace(":", "_").replace(".", "_")
