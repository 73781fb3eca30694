"""`hitotsubu schedule`: what goes out when, and its changes, by a person on this machine."""

from __future__ import annotations

import argparse
import asyncio
from uuid import uuid4
from zoneinfo import ZoneInfo

from bot.app import build
from bot.cli.batch import emit
from bot.cli.opening import Opened, add_company, meant, opened
from bot.cli.words import locale
from bot.views import schedule as words
from bot.views.words import say
from cases.db import Shelf
from cases.errors import BadInput
from cases.scope import Scope
from cases.vocabulary import Role
from scheduler import dispatch, schedules, trial_send
from scheduler.jobs import BY_NAME
from scheduler.models import ScheduleState
from scheduler.schedules import Plan

DEEDS = ("list", "set", "hold", "resume", "off", "test")
STATES = {"hold": ScheduleState.HELD, "resume": ScheduleState.ON, "off": ScheduleState.OFF}


def add(parser: argparse.ArgumentParser) -> None:
    """`list`, `set JOB option=value … --save`, `hold|resume|off JOB`, `test JOB --to E-MAIL`."""
    parser.add_argument("deed", choices=DEEDS, help="すること / what to do")
    parser.add_argument("job", nargs="?", default="", help="monthly_digest, reflection, …")
    parser.add_argument("values", nargs="*", help="business_day=3 time=10:00 weeks=2,4 …")
    parser.add_argument("--save", action="store_true", help="set: 保存する / keep it")
    parser.add_argument("--to", default="", metavar="E-MAIL", help="test: だれに / to whom")
    parser.add_argument("--json", action="store_true", help="1行1件の JSON / one JSON line each")
    add_company(parser)


def run(options: argparse.Namespace) -> int:
    """Does one thing; every change is in the audit trail. `set` without --save only shows."""
    if options.deed != "list" and options.job not in BY_NAME:
        raise BadInput("which_job", names=", ".join(BY_NAME))
    return asyncio.run(_schedule(options))


async def _schedule(options: argparse.Namespace) -> int:
    async with opened(options.company) as desk:
        if options.deed == "test":
            return await _test(options, desk)
        # Who may start commands on this machine runs it: the rights of 事務局, nobody's name.
        scope = Scope(desk.company.id, roles=frozenset({Role.HQ_ADMIN}))
        async with desk.library.db.transaction(scope) as shelf:
            for plan, lost in await _done(shelf, options):
                _print(plan, lost, ZoneInfo(desk.company.zone), as_json=options.json)
    return 0


async def _done(shelf: Shelf, options: argparse.Namespace) -> list[tuple[Plan, tuple[str, ...]]]:
    """The schedules to show after the deed, each with the periods that a change loses."""
    kind = options.job
    if options.deed == "set":
        plan, lost = await schedules.preview(shelf, BY_NAME, kind, await _raw(shelf, options))
        if options.save:
            raw = await _raw(shelf, options)
            await schedules.change(shelf, BY_NAME, kind, raw, plan.version)
        return [(plan, lost)]
    if options.deed in STATES:
        await schedules.set_state(shelf, BY_NAME, kind, STATES[options.deed])
    found = await schedules.listing(shelf, BY_NAME)
    return [(plan, ()) for plan in found if kind in ("", plan.kind)]


async def _raw(shelf: Shelf, options: argparse.Namespace) -> dict[str, object]:
    """The choice of today with the values of the command line over it."""
    plans = {plan.kind: plan for plan in await schedules.listing(shelf, BY_NAME)}
    raw: dict[str, object] = dict(plans[options.job].chosen)
    for word in options.values:
        key, equals, value = word.partition("=")
        if not equals:
            raise BadInput("option_value", word=word)
        raw[key] = value
    return raw


async def _test(options: argparse.Namespace, desk: Opened) -> int:
    """Sends the job's real message to one person, marked as a test."""
    member = await meant(desk, options.to)
    hub = await build(desk.settings, desk.library)
    scope = Scope(desk.company.id, roles=frozenset({Role.HQ_ADMIN}))
    async with desk.library.db.transaction(scope) as shelf:
        press = uuid4().hex
        job = BY_NAME[options.job]
        await trial_send.send_to(shelf, job, hub.planner.composer, member.id, press)
    await dispatch.finish(hub.worker, desk.company.id)
    print(say(locale(), "schedule.test_done"))
    return 0


def _print(plan: Plan, lost: tuple[str, ...], zone: ZoneInfo, *, as_json: bool) -> None:
    if as_json:
        coming = [{"period": turn.key, "due_at": turn.due_at.isoformat()} for turn in plan.next]
        row = {"kind": plan.kind, "state": str(plan.state), "chosen": dict(plan.chosen)}
        emit({**row, "next": coming, "lost": list(lost)})
        return
    spoken = locale()
    rule = words.rule_words(plan.kind, plan.chosen, spoken)
    state = say(spoken, f"schedule.state_{plan.state}")
    print(f"{plan.kind}\t{words.job_words(plan.kind, spoken)}\t{state}\t{rule}")
    for turn in plan.next:
        print(f"  {turn.key}\t{words.due_words(turn.due_at, zone, spoken)}")
    if lost:
        print("  " + say(spoken, "schedule.lost", periods=", ".join(lost)))
