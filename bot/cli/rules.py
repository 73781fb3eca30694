"""`hitotsubu rules`: how often each rule was called wrong, and the company's own words."""

from __future__ import annotations

import argparse
import asyncio

from bot.cli.batch import emit
from bot.cli.opening import Opened, add_company, opened, scope_by
from bot.cli.words import locale
from bot.views.rules import rate_words
from bot.views.words import say
from cases import feedback, lexicon_changes
from cases.db import Shelf
from cases.guard import RULES_VERSION

DEEDS = ("list", "words", "propose", "remove", "refuse")  # confirming is another person's: in chat


def add(parser: argparse.ArgumentParser) -> None:
    """`list`, `words`, `propose WORD --does mask|allow|stop`, `remove WORD`, `refuse ID`."""
    parser.add_argument("deed", choices=DEEDS, help="すること / what to do")
    parser.add_argument("what", nargs="?", default="", help="ことばか番号 / the word, or the id")
    parser.add_argument("--does", default="mask", help="mask, allow, stop")
    parser.add_argument("--by", default="", metavar="E-MAIL", help="だれが / who decides")
    parser.add_argument("--json", action="store_true", help="1行1件の JSON / one JSON line each")
    add_company(parser)


def run(options: argparse.Namespace) -> int:
    """Prints the table, or does one thing in the name of `--by`, who has to be a reviewer."""
    return asyncio.run(_rules(options))


async def _rules(options: argparse.Namespace) -> int:
    async with opened(options.company) as desk:
        if options.deed == "list":
            await _list(desk, as_json=options.json)
            return 0
        async with desk.library.db.transaction(await scope_by(desk, options.by)) as shelf:
            await _words(shelf, desk, options)
    return 0


async def _list(desk: Opened, *, as_json: bool) -> None:
    async with desk.library.db.transaction(desk.scope) as shelf:
        rates = await feedback.rates(shelf)
        own = await lexicon_changes.in_force(shelf, desk.library.ring)
    if not as_json:
        print(say(locale(), "rules.version", version=f"{RULES_VERSION}+{own.version}"))
    for one in rates:
        if as_json:
            row = {"rule": one.rule, "fired": one.fired, "by_author": one.by_author}
            emit({**row, "by_reviewer": one.by_reviewer, "share": round(one.false_rate, 4)})
        else:
            print(f"{one.rule}\t{rate_words(one, locale())}")


async def _words(shelf: Shelf, desk: Opened, options: argparse.Namespace) -> None:
    """Words are shown here only: on a terminal of this machine, in clear."""
    ring, deed = desk.library.ring, options.deed
    if deed in ("propose", "remove"):
        adds = deed == "propose"
        row = await lexicon_changes.propose(shelf, ring, options.what, options.does, adds=adds)
        print(f"{row.id}\t{say(locale(), 'rules.was_proposed')}")
    elif deed == "refuse":
        await lexicon_changes.decide(shelf, options.what, confirm=False)
        print(say(locale(), "rules.was_refused"))
    else:
        for one in await lexicon_changes.changes(shelf, ring):
            does = one.row.does if one.row.adds else "remove"
            print(f"{one.row.id}\t{one.row.state}\t{does}\t{one.row.version}\t{one.word}")
