"""`hitotsubu deliveries`: what did not arrive, and what a person on this machine does about it."""

from __future__ import annotations

import argparse
import asyncio
from dataclasses import asdict

from bot.cli.batch import emit
from bot.cli.opening import add_company, opened
from cases.db import Shelf
from cases.scope import Scope
from cases.vocabulary import Role
from scheduler import board
from scheduler.jobs import BY_NAME

DEEDS = {
    "send_again": board.send_again,
    "mark_sent": board.mark_sent,
    "cancel": board.cancel,
    "resume": board.resume,
}
LAST = 100


def add(parser: argparse.ArgumentParser) -> None:
    """`--send-again`, `--mark-sent`, `--cancel` ID, `--resume` WORKSPACE, `--json`, `--company`."""
    deed = parser.add_mutually_exclusive_group()
    deed.add_argument("--send-again", metavar="ID", help="もう一度送る / it did not arrive")
    deed.add_argument("--mark-sent", metavar="ID", help="送信済みにする / somebody saw it")
    deed.add_argument("--cancel", metavar="ID", help="取りやめる / take it back")
    deed.add_argument("--resume", metavar="WORKSPACE", help="送信を再開する / send there again")
    parser.add_argument("--json", action="store_true", help="1行1件の JSON / one JSON line each")
    add_company(parser)


def run(options: argparse.Namespace) -> int:
    """Lists what is stuck, or does the one thing asked for; each deed is in the audit trail."""
    return asyncio.run(_deliveries(options))


async def _deliveries(options: argparse.Namespace) -> int:
    async with opened(options.company) as desk:
        # Who may start commands on this machine runs it: the rights of IT, nobody's name.
        scope = Scope(desk.company.id, roles=frozenset({Role.IT_ADMIN}))
        async with desk.library.db.transaction(scope) as shelf:
            for name, deed in DEEDS.items():
                if wanted := getattr(options, name):
                    await deed(shelf, wanted)
            await _list(shelf, as_json=options.json)
    return 0


async def _list(shelf: Shelf, *, as_json: bool) -> None:
    found = await board.board(shelf, BY_NAME, last=LAST)
    for one in found.stuck:
        if as_json:
            row = asdict(one) | {"state": str(one.state), "due_at": one.due_at.isoformat()}
            emit(row)
        else:
            whom = one.member_id or one.room_id or ""
            print(f"{one.id}\t{one.kind}\t{whom}\t{one.state}\t{one.outcome}")
    for pause in await board.pauses(shelf):
        if as_json:
            emit({"workspace": pause.workspace_id, "state": "paused", "reason": pause.reason})
        else:
            print(f"{pause.workspace_id}\t{pause.platform}\t\tpaused\t{pause.reason}")
    if not as_json:
        print(" ".join(f"{state}={count}" for state, count in sorted(found.deliveries.items())))
