"""`hitotsubu roster import`: the roster from a CSV file, looked at before anything is written."""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import sys
from pathlib import Path

from bot.cli.batch import emit, read_bytes
from bot.cli.opening import Opened, add_company, opened
from bot.cli.words import locale
from bot.views import roster as views
from bot.views.words import say
from cases import months, offices, roster, roster_state
from cases.db import Shelf
from cases.errors import BadInput
from cases.roster_plan import Deed, Plan, Rules, plan
from cases.roster_rows import Sheet, decoded, read
from cases.scope import Scope
from cases.vocabulary import Role

# Who may start commands on this machine runs it: the rights of 事務局 and IT, nobody's name.
RIGHTS = frozenset({Role.HQ_ADMIN, Role.IT_ADMIN})


def add(parser: argparse.ArgumentParser) -> None:
    """The file, `--yes`, `--leaving`, and what `roster check` has."""
    add_file(parser)
    parser.add_argument("--yes", action="store_true", help="確認せずに更新 / without asking")
    parser.add_argument(
        "--leaving",
        type=int,
        default=-1,
        metavar="N",
        help="退職になる人数の確認 / how many leave, where it is many",
    )


def add_file(parser: argparse.ArgumentParser) -> None:
    """The file, `--partial`, `--json`, `--company`."""
    parser.add_argument("file", metavar="FILE", help="CSV")
    parser.add_argument(
        "--partial",
        action="store_true",
        help="名簿にない人を退職にしない / people who are not in the file stay",
    )
    parser.add_argument("--json", action="store_true", help="1行1件の JSON / one JSON line each")
    add_company(parser)


def run(options: argparse.Namespace) -> int:
    """Updates the roster in one transaction; 1 where a line could not be taken."""
    data = read_bytes(Path(options.file))
    return asyncio.run(_import(options, read(decoded(data)), hashlib.sha256(data).hexdigest()))


async def _import(options: argparse.Namespace, sheet: Sheet, source: str) -> int:
    async with opened(options.company) as desk:
        made = await planned(desk, sheet, partial=options.partial)
        show(made, as_json=options.json)
        if made.changes_nothing:
            return _end(made)
        if made.needs_word and options.leaving != made.gone:
            raise BadInput("leaving_many", count=made.gone)
        if not options.yes and not _agreed():
            print(say(locale(), "roster.not_done"), file=sys.stderr)
            return 1
        async with desk.library.db.transaction(Scope(desk.company.id, roles=RIGHTS)) as shelf:
            await _apply(shelf, sheet, made, source, partial=options.partial)
            lacks = await lacking(shelf)
        print(say(locale(), "roster.done"), *lacks, sep="\n", file=sys.stderr)
        return _end(made)


async def planned(desk: Opened, sheet: Sheet, *, partial: bool) -> Plan:
    """What the file would do now."""
    async with desk.library.db.transaction(desk.scope) as shelf:
        today = months.day_of(shelf.now)
        return plan(await roster_state.read(shelf), sheet, today, Rules(partial=partial))


async def _apply(shelf: Shelf, sheet: Sheet, shown: Plan, source: str, *, partial: bool) -> None:
    """What was shown, or nothing."""
    today = months.day_of(shelf.now)
    made = plan(await roster_state.read(shelf), sheet, today, Rules(partial=partial))
    if made.fingerprint != shown.fingerprint:
        raise BadInput("roster_changed")
    await roster.apply(shelf, made, source)


async def lacking(shelf: Shelf) -> list[str]:
    """Offices without a promoter, and a company without 事務局."""
    vacant = [one.office.name for one in await offices.standings(shelf) if one.promoter is None]
    found = [say(locale(), "roster.vacant", names=", ".join(vacant))] if vacant else []
    if not any(Role.HQ_ADMIN in member.roles for member in await shelf.people.members()):
        found.append(say(locale(), "roster.no_admin"))
    return found


def show(made: Plan, *, as_json: bool) -> None:
    """Each step and the sum."""
    if as_json:
        for step in made.steps:
            changes = {field: [before, after] for field, before, after in step.changes}
            row = {"line": step.line, "deed": str(step.deed), "name": step.name}
            emit({**row, "changes": changes, "why": step.why, "detail": step.detail})
        return
    for text in (*views.listed(made, locale()), *views.remarks(made, locale())):
        print(text)
    print(views.summary(made, locale()))


def _agreed() -> bool:
    """One key at a terminal. Raises BadInput where nobody sits there."""
    if not sys.stdin.isatty():
        raise BadInput("nobody_asked")
    print(say(locale(), "roster.ask_yes"), end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes", "はい")


def _end(made: Plan) -> int:
    return 1 if made.counts[Deed.BAD] else 0
