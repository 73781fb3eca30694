"""`hitotsubu company invite`: a link with which one person signs in to the pages, once."""

from __future__ import annotations

import argparse
import asyncio
import sys

from bot.cli.opening import add_company, opened
from bot.cli.words import locale
from bot.views.words import say
from cases import members, sign_in
from cases.db import Shelf
from cases.errors import BadInput
from cases.models.org import Member


def add(parser: argparse.ArgumentParser) -> None:
    """Whose link it is, and of which company."""
    parser.add_argument(
        "--member", required=True, metavar="WHO", help="メール・ID・お名前 / e-mail, id or name"
    )
    add_company(parser)


def run(options: argparse.Namespace) -> int:
    """Prints the link, which is kept nowhere. Raises BadInput for nobody, or several."""
    return asyncio.run(_invite(options))


async def _invite(options: argparse.Namespace) -> int:
    async with opened(options.company) as desk, desk.library.db.transaction(desk.scope) as shelf:
        if not desk.library.web_url:
            raise BadInput("no_public_url", name="HITOTSUBU_PUBLIC_URL")
        member = await _found(shelf, options.member)
        address = sign_in.address(desk.library.web_url, await sign_in.link(shelf, member.id))
        name = members.shown_name(member, locale())
        words = say(locale(), "sign_in.invited", name=name, company=desk.company.name)
    print(address)
    print(words, file=sys.stderr)
    return 0


async def _found(shelf: Shelf, who: str) -> Member:
    """The one active member who is meant; an id or an address comes before a name."""
    there = await shelf.people.members()
    for names in (_ids, _names):
        found = [one for one in there if who in names(one)]
        if len(found) == 1:
            return found[0]
        if found:
            raise BadInput("several", who=who, count=len(found))
    raise BadInput("nobody", who=who)


def _ids(member: Member) -> tuple[str, ...]:
    return tuple(word for word in (member.id, member.email, member.chat_id) if word)


def _names(member: Member) -> tuple[str, ...]:
    return tuple(word for word in (member.name, member.name_en) if word)
