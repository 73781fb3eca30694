"""Who may do what: the one table of actions and roles; docs/roles.md shows it in words.

Rights add up over a person's roles. What is not in the table is denied, and `cases.db` writes each
denial into the audit trail (reliability.md §10, docs/roles.md).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

from cases.errors import NotAllowed, SamePerson
from cases.vocabulary import Role

if TYPE_CHECKING:  # the shelf audits what is denied here
    from cases.db import Shelf
    from cases.scope import Scope


class Reach(IntEnum):
    """How far a right goes."""

    NONE = 0
    OWN = 1  # what oneself wrote or answered
    OFFICE = 2  # one's own office or group
    ALL = 3  # the whole company


class Action(StrEnum):
    """What somebody does; the words of each are `rights.<key>` in bot/views/words."""

    POST = "case.post"
    ON_BEHALF = "case.on_behalf"
    SEARCH = "case.search"
    REVIEW = "review.read"
    RELEASE = "review.release"
    CHANGE = "review.change"
    PULL_BACK = "case.pull_back"
    REVISE = "case.revise"
    COMPLIANCE = "hold.compliance"
    SAFETY = "hold.safety"
    RECONCILE = "safety.export"
    LEXICON = "lexicon.change"
    RATES = "rules.rates"
    SHARE_DIGEST = "digest.share"
    PREVIEW_DIGEST = "digest.preview"
    FIGURES = "office.figures"
    ROOM = "office.room"
    ADMIN_ROOM = "company.room"
    SCHEDULE = "schedule.change"
    SETTINGS = "company.settings"
    ROSTER = "roster.keep"
    GIVE_FIELD = "role.field"
    GIVE_CHECKING = "role.checking"
    STATE = "state.see"
    DELIVERIES = "state.deliveries"
    EVENTS = "state.events"
    EXPORT = "case.export"
    TRAIL = "audit.export"
    LEGAL_HOLD = "legal.hold"
    ERASE = "case.delete"
    END = "member.delete"
    CLOSE = "company.delete"
    PERIODS = "periods.change"
    SUPPORT = "support.read"


_TABLE = """
                 member  promoter manager moderator safety hq_admin it_admin auditor
case.post        own     own      own     own       own    own      -        -
case.on_behalf   -       office   office  -         -      -        -        -
case.search      all     all      all     all       all    all      -        -
review.read      -       -        -       all       -      all      -        -
review.release   -       -        -       all       -      all      -        -
review.change    -       -        -       all       -      all      -        -
case.pull_back   -       office   -       all       -      all      -        -
case.revise      -       -        -       all       -      all      -        -
hold.compliance  -       -        -       all       -      -        -        -
hold.safety      -       -        -       -         all    -        -        -
safety.export    -       -        -       -         all    -        -        -
lexicon.change   -       -        -       all       -      all      -        -
rules.rates      -       -        -       all       -      all      -        all
digest.share     -       office   office  -         -      -        -        -
digest.preview   -       -        -       all       -      all      -        -
office.figures   -       office   office  -         -      all      -        -
office.room      -       office   office  -         -      all      all      -
company.room     -       -        -       -         -      all      all      -
schedule.change  -       -        -       -         -      all      -        -
company.settings -       -        -       -         -      all      -        -
roster.keep      -       -        -       -         -      all      all      -
role.field       -       -        -       -         -      all      all      -
role.checking    -       -        -       -         -      -        all      -
state.see        -       -        -       -         -      all      all      -
state.deliveries -       -        -       -         -      all      all      -
state.events     -       -        -       -         -      all      all      -
case.export      -       -        -       -         -      all      -        -
audit.export     -       -        -       -         -      -        -        all
legal.hold       -       -        -       -         -      all      -        -
case.delete      -       -        -       -         -      all      -        -
member.delete    -       -        -       -         -      all      -        -
company.delete   -       -        -       -         -      all      -        -
periods.change   -       -        -       -         -      all      -        -
support.read     -       -        -       -         -      -        all      -
"""
# Whoever has only these roles is no member of the field: they write no cases and read none but
# for support.read, one at a time and told to others (cases/support.py).
APART = frozenset({Role.IT_ADMIN, Role.AUDITOR})
NEVER_OWN = frozenset(
    {Action.RELEASE, Action.CHANGE, Action.PULL_BACK, Action.COMPLIANCE, Action.SAFETY}
)


def _read(text: str) -> dict[Action, dict[Role, Reach]]:
    heading, *lines = (line.split() for line in text.strip().splitlines())
    reaches = {"-": Reach.NONE, "own": Reach.OWN, "office": Reach.OFFICE, "all": Reach.ALL}
    roles = [Role(name) for name in heading]
    return {
        Action(key): dict(zip(roles, (reaches[cell] for cell in cells), strict=True))
        for key, *cells in lines
    }


TABLE: Mapping[Action, Mapping[Role, Reach]] = _read(_TABLE)


def of(roles: Collection[str]) -> frozenset[Role]:
    """The roles that somebody with these acts in: MR with all but IT's and the auditor's."""
    given = frozenset(map(Role, roles))
    return given if given and given <= APART else given | {Role.MEMBER}


def reach(roles: Collection[str], action: Action) -> Reach:
    """How far the right goes for somebody with these roles."""
    return max((TABLE[action][Role(role)] for role in roles), default=Reach.NONE)


def has(roles: Collection[str], action: Action) -> bool:
    """Whether any of the roles brings the right: who is asked, told, or offered a button."""
    return reach(roles, action) > Reach.NONE


def may(scope: Scope, action: Action, *, owner: str | None = None, office: str | None = "") -> bool:
    """Whether the acting member may. `owner`: whose text it is; `office`: where it lies."""
    mine = owner is not None and owner == scope.member_id
    if mine and action in NEVER_OWN:
        return False
    match reach(scope.roles, action):
        case Reach.ALL:
            return True
        case Reach.OFFICE:
            return mine or office in scope.offices
        case Reach.OWN:
            return mine
        case _:
            return False


def need(
    shelf: Shelf,
    action: Action,
    subject: str = "",
    *,
    owner: str | None = None,
    office: str | None = "",
) -> None:
    """As `may`, but raises NotAllowed, which the trail keeps with the action and the subject's id.

    Nobody decides on an own text, whatever the roles (`NEVER_OWN`).
    """
    if not may(shelf.scope, action, owner=owner, office=office):
        raise NotAllowed(action, subject)


def need_two(shelf: Shelf, second: Scope, action: Action, subject: str = "") -> None:
    """For what two people decide: both may, and they are not one. Raises NotAllowed, SamePerson."""
    need(shelf, action, subject)
    if not may(second, action):
        raise NotAllowed(action, subject)
    if shelf.scope.me == second.me:
        raise SamePerson(action, subject)
