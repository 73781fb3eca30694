"""What most commands begin with: the library of the settings, and the company that is meant."""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from bot.encoders import load_models, open_library
from bot.settings import Settings, read
from cases import members
from cases.errors import BadInput
from cases.library import Library
from cases.models.org import Company, Member
from cases.scope import Scope


@dataclass(frozen=True, slots=True)
class Opened:
    """The library, the company, and the command line's scope: all of its company-wide cases."""

    settings: Settings
    library: Library
    company: Company

    @property
    def scope(self) -> Scope:
        """The system itself: nobody's office, nobody's drafts."""
        return Scope(self.company.id)


def add_company(parser: argparse.ArgumentParser) -> None:
    """The option `--company`."""
    parser.add_argument(
        "--company", default="", metavar="NAME", help="会社の名前か id / where there are several"
    )


@asynccontextmanager
async def opened(company: str = "", *, asks: bool = False) -> AsyncIterator[Opened]:
    """The library and its one company, or the named one; `asks` waits for a named model.

    Raises BadInput without a database, without a company, or when several fit.
    """
    settings = read()
    library = open_library(settings)
    try:
        if not await library.db.directory.schema_version():
            raise BadInput("no_database")
        if asks:
            await load_models(library, settings)
        yield Opened(settings, library, await choose(library, company))
    finally:
        await library.close()


async def meant(desk: Opened, wanted: str) -> Member:
    """The member with this e-mail address or id, also one who left. Raises BadInput."""
    if not wanted:
        raise BadInput("no_person")
    async with desk.library.db.reading(desk.scope) as shelf:
        member = await shelf.people.by_email(wanted) or await shelf.people.member(wanted)
    if member is None:
        raise BadInput("nobody", who=wanted)
    return member


async def scope_by(desk: Opened, wanted: str) -> Scope:
    """The person in whose name something is done: `--by`. Raises BadInput for who left."""
    member = await meant(desk, wanted)
    if not member.active:
        raise BadInput("has_left", who=wanted)
    return members.scope_of(member)


def add_two(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    """The options `--by` and `--second`."""
    who: dict[str, Any] = {"required": required, "default": "", "metavar": "E-MAIL"}
    parser.add_argument("--by", help="事務局の人 / head office", **who)
    parser.add_argument("--second", help="事務局のもうひとり / another of them", **who)


async def two_of(desk: Opened, options: argparse.Namespace) -> tuple[Scope, Scope]:
    """Both people in whose names something is done. Raises BadInput for nobody and who left.

    They are typed: known, active, and (`rights.need_two`) of the right role and not one. That they
    themselves agreed is for a signed request to show (docs/operations.md).
    """
    return await scope_by(desk, options.by), await scope_by(desk, options.second)


async def choose(library: Library, wanted: str) -> Company:
    """The company with this name or id; the only one when nothing is asked for."""
    companies = await library.db.directory.companies()
    found = [one for one in companies if not wanted or wanted in (one.id, one.name)]
    if len(found) == 1:
        return found[0]
    if not companies:
        raise BadInput("no_company")
    raise BadInput("which_company", names=", ".join(one.name for one in companies))
