"""Who may give which role, and that nobody gives themselves more than they may.

推進メンバー follows the seat in the office (`cases/offices.py`) and is not given here.
"""

from __future__ import annotations

from collections.abc import Collection

from cases import audit, rights
from cases.db import Shelf
from cases.errors import NotAllowed, NotFound
from cases.models.org import Member
from cases.rights import Action
from cases.vocabulary import Role

# By which right each is given: 事務局 gives the field's roles and its own, IT those that check too.
GIVES = {
    Role.MANAGER: Action.GIVE_FIELD,
    Role.HQ_ADMIN: Action.GIVE_FIELD,
    **dict.fromkeys(
        (Role.MODERATOR, Role.SAFETY, Role.IT_ADMIN, Role.AUDITOR), Action.GIVE_CHECKING
    ),
}
LASTING = (Role.HQ_ADMIN, Role.IT_ADMIN)  # the last one of these stays


class LastOne(NotAllowed):
    """It would leave the company without 事務局 or without IT. `detail` is the role."""

    code = "E-31"


class OwnRole(NotAllowed):
    """Nobody gives a role to themselves; somebody else does."""

    code = "E-32"


def may_give(roles: Collection[str]) -> frozenset[Role]:
    """The roles that somebody with these roles may give and take."""
    return frozenset(role for role, action in GIVES.items() if rights.has(roles, action))


async def give(shelf: Shelf, member_id: str, role: Role) -> Member:
    """Gives a role. Raises NotAllowed, OwnRole, NotFound; it acts at the next request."""
    member = await _whom(shelf, member_id, role)
    if member.id == shelf.scope.member_id:
        raise OwnRole
    if role not in member.roles:
        member.roles = [*(one for one in member.roles if one != Role.MEMBER), role]
        await audit.record(shelf, "role.give", f"{member.id}:{role}")
    return member


async def take(shelf: Shelf, member_id: str, role: Role) -> Member:
    """Takes a role away, also one's own. Raises NotAllowed, LastOne, NotFound."""
    member = await _whom(shelf, member_id, role)
    if role in member.roles:
        await lasts_without(shelf, [member.id], role)
        member.roles = [one for one in member.roles if one != role] or [Role.MEMBER]
        await audit.record(shelf, "role.take", f"{member.id}:{role}")
    return member


async def lasts_without(shelf: Shelf, member_ids: Collection[str], role: Role) -> None:
    """Raises LastOne if these people were the last with a role that a company needs."""
    if role not in LASTING:
        return
    await shelf.people.company_alone()  # of two who take it from each other the second is refused
    having = [one.id for one in await shelf.people.members() if role in one.roles]
    if having and not set(having) - set(member_ids):
        raise LastOne(role)


async def _whom(shelf: Shelf, member_id: str, role: Role) -> Member:
    if role not in GIVES:  # 推進メンバー follows the seat
        raise NotAllowed("role", member_id)
    rights.need(shelf, GIVES[role], member_id)
    member = await shelf.people.member(member_id)
    if member is None or not member.active:
        raise NotFound
    return member
