"""Members: what each may reach, their pauses and language, and the account of a platform's user."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from cases import audit, rights
from cases.db import Shelf
from cases.errors import NotFound
from cases.models.org import Account, Member
from cases.scope import Scope
from cases.store.sign_in import SignIns
from cases.vocabulary import Role

DEACTIVATED = "deactivated"  # why nothing is sent to an account: the platform shut it


def scope_of(member: Member) -> Scope:
    """What a member may reach: own company, own office, own roles."""
    offices = frozenset([member.office_id]) if member.office_id else frozenset()
    return Scope(member.company_id, member.id, rights.of(member.roles), offices)


async def reader(shelf: Shelf, member_id: str = "", office_id: str = "") -> Scope:
    """What a message may show to a member, or to all who read along in an office's room.

    With neither: what everybody of the company may see.
    """
    member = await shelf.people.member(member_id) if member_id else None
    if member is not None and member.active:
        return scope_of(member)
    offices = frozenset([office_id]) if office_id else frozenset()
    return Scope(shelf.scope.company_id, "", offices=offices)


def is_mr(member: Member) -> bool:
    """True for people who visit doctors: members and promoters, not managers or head office."""
    above = {Role.MANAGER, Role.HQ_ADMIN, Role.MODERATOR, Role.SAFETY, Role.IT_ADMIN, Role.AUDITOR}
    return not above & set(member.roles)


def shown_name(member: Member | None, locale: str = "ja") -> str:
    """How a member is shown: 「退職者」 for one who left."""
    if member is None or not member.active:
        return "退職者" if locale == "ja" else "former colleague"
    return member.name_en if locale == "en" and member.name_en else member.name


async def connect(
    shelf: Shelf, workspace_id: str, user: str, address: dict[str, Any], email: str = ""
) -> Member | None:
    """The member behind a platform's user who speaks; None for a stranger."""
    account = await link(shelf, workspace_id, user, address, email)
    if account is None:
        return None
    account.seen_at, account.blocked = shelf.now, ""  # who writes can be written to
    account.address = {**account.address, **address}  # a slash command knows less than a message
    return await behind(shelf, account)


async def behind(shelf: Shelf, account: Account | None) -> Member | None:
    """The active member whose account it is."""
    member = await shelf.people.member(account.member_id) if account else None
    return member if member and member.active else None


async def link(
    shelf: Shelf, workspace_id: str, user: str, address: dict[str, Any], email: str = ""
) -> Account | None:
    """The account of a platform's user, linked anew by id or e-mail; None for a stranger."""
    account = await shelf.people.account(workspace_id, user)
    return account or await _link(shelf, workspace_id, user, address, email)


async def _link(
    shelf: Shelf, workspace_id: str, user: str, address: dict[str, Any], email: str
) -> Account | None:
    """A new account of whoever the roster means by this id or address; None for a stranger."""
    found = await shelf.people.by_chat_id(user)
    if found is None and email:
        found = await shelf.people.by_email(email)
    if found is None or not found.active:
        return None
    account = Account(company_id=shelf.scope.company_id, workspace_id=workspace_id, user=user)
    account.member_id, account.address, account.email = found.id, address, email.lower()
    shelf.people.add(account)
    await audit.record(shelf, "account.link", found.id)  # who speaks there has their rights
    return account


async def told(
    shelf: Shelf,
    workspace_id: str,
    user: str,
    address: dict[str, Any],
    *,
    email: str,
    gone: bool,
    ours: bool,
) -> None:
    """The platform says that a person came, changed, was deactivated, or is a guest.

    Their name stays the roster's; a new e-mail is kept beside it, to know them by (F82). Nothing
    is sent to a deactivated account; whether the person left the company, the roster says.
    """
    account = await shelf.people.account(workspace_id, user)
    if account is None and ours and not gone:
        account = await _link(shelf, workspace_id, user, address, email)
    if account is None:
        return
    if not ours:
        await shelf.session.delete(account)
        await SignIns(shelf).end_all(account.member_id)
        await audit.record(shelf, "account.guest", account.member_id)
        return
    account.email = email or account.email
    if gone != (account.blocked == DEACTIVATED):
        account.blocked = DEACTIVATED if gone else ""
        if gone:  # whoever the company shut out of its chat is shut out of the pages
            await SignIns(shelf).end_all(account.member_id)
        deed = "account.deactivated" if gone else "account.activated"
        await audit.record(shelf, deed, account.member_id)


async def reach_by_id(shelf: Shelf, members: Collection[Member]) -> None:
    """Whoever the roster gives a Slack id can be written to at once, where Slack is one workspace.

    Slack opens the direct message itself; Teams needs the person's first message.
    """
    slack = [row for row in await shelf.people.workspaces() if row.platform == "slack"]
    if len(slack) != 1:
        return
    for member in members:
        user = member.chat_id or ""
        if user[:1] not in ("U", "W") or await shelf.people.account(slack[0].id, user):
            continue
        account = Account(company_id=shelf.scope.company_id, workspace_id=slack[0].id, user=user)
        account.member_id, account.address = member.id, {"user": user}
        shelf.people.add(account)


async def is_news(
    shelf: Shelf, workspace_id: str, user: str, *, email: str, gone: bool, ours: bool
) -> bool:
    """False where `told` would change nothing: Slack tells of every new status picture."""
    account = await shelf.people.account(workspace_id, user)
    if account is None:
        found = await shelf.people.by_chat_id(user)
        found = found or (await shelf.people.by_email(email) if email else None)
        return ours and not gone and found is not None and found.active
    stopped = account.blocked == DEACTIVATED
    return not ours or gone != stopped or bool(email and email != account.email)


async def pause(shelf: Shelf, until: date | None) -> Member:
    """No unsolicited message until that day (JST); None ends the pause."""
    member = await _me(shelf)
    member.paused_until = until
    return member


async def back(shelf: Shelf) -> None:
    """The member is there again: questions come as before, if they had gone quiet."""
    (await _me(shelf)).quiet_since = None


async def speak(shelf: Shelf, locale: str) -> Member:
    """Sets the member's language, `ja` or `en`."""
    member = await _me(shelf)
    member.locale = "en" if locale == "en" else "ja"
    return member


async def _me(shelf: Shelf) -> Member:
    member = await shelf.people.member(shelf.scope.me)
    if member is None:
        raise NotFound
    return member
