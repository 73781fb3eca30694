"""`hitotsubu plan --dry-run`: who would get what when; nothing is written and nothing is sent."""

from __future__ import annotations

import argparse
import asyncio
from datetime import datetime

from bot.app import build
from bot.cli.batch import emit
from bot.cli.opening import add_company, opened
from cases import months
from cases.errors import BadInput
from scheduler import board, planner
from scheduler.fan_out import Planned


def add(parser: argparse.ArgumentParser) -> None:
    """`--now`, `--dry-run`, `--json`, `--company`."""
    parser.add_argument("--now", metavar="ISO", help="その時刻なら / at this time, JST by default")
    parser.add_argument("--dry-run", action="store_true", help="必須: 送りません / nothing is sent")
    parser.add_argument("--json", action="store_true", help="1行1件の JSON / one JSON line each")
    add_company(parser)


def run(options: argparse.Namespace) -> int:
    """Rehearses. Real planning belongs to `run`, `serve` and `worker`."""
    if not options.dry_run:
        raise BadInput("dry_run")
    return asyncio.run(_plan(options, _moment(options.now) if options.now else None))


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput("bad_moment", given=text) from error
    return found if found.tzinfo else found.replace(tzinfo=months.JST)


async def _plan(options: argparse.Namespace, moment: datetime | None) -> int:
    async with opened(options.company) as desk:
        hub = await build(desk.settings, desk.library)
        async with desk.library.db.transaction(desk.scope) as shelf:
            now = moment or shelf.now
            coming = await board.coming(shelf, hub.planner.jobs)
        found = await planner.rehearse(hub.planner, desk.company.id, now)
        for one in found:
            _print(one, as_json=options.json)
        if not options.json and not found:
            print(f"{_time(now)}: 0")
            for job in coming:
                print(f"  {job.kind}: {_time(job.next[0].due_at) if job.next else '—'}")
    return 0


def _print(one: Planned, *, as_json: bool) -> None:
    whom = one.member_id or one.room_id or ""
    if not as_json:
        word = one.reason or ("new" if one.new else "known")
        print(f"{_time(one.not_before)}\t{one.kind} {one.period}\t{whom}\t{one.state}\t{word}")
        return
    emit(
        {
            "kind": one.kind,
            "period": one.period,
            "due_at": one.due_at.isoformat(),
            "not_before": one.not_before.isoformat(),
            "member": one.member_id,
            "room": one.room_id,
            "state": str(one.state),
            "reason": one.reason,
            "new": one.new,
        }
    )


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(months.JST):%Y-%m-%d %H:%M}"
