"""配信の予定: what goes out when; 事務局 changes it in two steps, holds it, tries it out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.views import schedule as words
from bot.web.visit import House, Visit, enter, page, remember
from cases.counts import FEW
from cases.errors import NotFound
from cases.text import whole_number
from scheduler import schedules
from scheduler.jobs import BY_NAME
from scheduler.models import ScheduleState
from scheduler.rules import BadChoice, Option
from scheduler.schedules import Overtaken, Plan

MOST = 30  # people named in a rehearsal; the counts are of all
STATES = {"hold": ScheduleState.HELD, "resume": ScheduleState.ON, "off": ScheduleState.OFF}


async def listing(house: House, request: web.Request) -> web.StreamResponse:
    """All schedules with their next five dates. Raises NotAllowed for all but 事務局."""
    visit = await enter(house, request)
    async with house.library.db.transaction(visit.scope) as shelf:
        plans = await schedules.listing(shelf, BY_NAME)
        zone = ZoneInfo((await shelf.people.company()).zone)
    told = request.query.get("told", "")
    found = {
        "plans": [_shown(visit, plan, zone) for plan in plans],
        "told": visit.words(f"schedule.{told}") if told in ("saved", "test_done") else "",
    }
    return await page(visit, "schedule.html", found)


async def form(house: House, request: web.Request) -> web.StreamResponse:
    """The form of one schedule."""
    visit = await enter(house, request)
    plan, zone = await _plan(visit, request.match_info["kind"])
    return await _form(visit, plan, zone, plan.chosen)


async def change(house: House, request: web.Request) -> web.StreamResponse:
    """確認 shows the next five dates by the new rule, 保存 keeps it; bad values: the form again."""
    posted = await request.post()
    visit = await enter(house, request)
    house.walls.check(request, posted)
    kind, raw = request.match_info["kind"], _typed(posted)
    version = str(posted.get("version") or "")
    plan, zone = await _plan(visit, kind)
    try:
        async with house.library.db.transaction(visit.scope) as shelf:
            if posted.get("step") == "save":
                number = whole_number(version) or 0
                await schedules.change(shelf, BY_NAME, kind, raw, number)
                return _follow(visit, "/schedule?told=saved")
            new, lost = await schedules.preview(shelf, BY_NAME, kind, raw)
    except BadChoice as error:
        known = error.key in {option.key for option in plan.options}
        field = visit.words(f"schedule.opt_{error.key}") if known else error.key
        bad = visit.words("schedule.bad", field=field)
        return await _form(visit, plan, zone, plan.chosen, bad)
    except Overtaken:
        return await _form(visit, plan, zone, plan.chosen, visit.words("schedule.overtaken"))
    found = {
        "old": _shown(visit, plan, zone),
        "new": _shown(visit, new, zone),
        "raw": [(key, one) for key, many in new.chosen.items() for one in _many(many)],
        "version": version,
        "lost": visit.words("schedule.lost", periods=", ".join(lost)) if lost else "",
    }
    return await page(visit, "schedule_check.html", found)


async def do(house: House, request: web.Request) -> web.StreamResponse:
    """保留, 再開, 止める, 自分に試し送り."""
    posted = await request.post()
    visit = await enter(house, request)
    house.walls.check(request, posted)
    kind, deed = request.match_info["kind"], str(posted.get("deed") or "")
    if deed == "test":
        press = str(posted.get("key") or "")[:64]
        await house.back.send_test(visit.scope, kind, press)
        return _follow(visit, "/schedule?told=test_done")
    if deed not in STATES:
        raise NotFound
    async with house.library.db.transaction(visit.scope) as shelf:
        await schedules.set_state(shelf, BY_NAME, kind, STATES[deed])
    return _follow(visit, "/schedule?told=saved")


async def rehearsal(house: House, request: web.Request) -> web.StreamResponse:
    """試しに見る: who would get the next turn, and who would not and why. Nothing is sent."""
    visit = await enter(house, request)
    plan, zone = await _plan(visit, request.match_info["kind"])
    if not plan.next:
        raise NotFound
    moment = plan.next[0].due_at
    rows = await house.back.rehearse(visit.scope.company_id, plan.kind, moment)
    counts = Counter(row.reason for row in rows)
    found = {
        "title": visit.words(
            "schedule.rehearsal",
            kind=words.job_words(plan.kind, visit.locale),
            when=words.due_words(moment, zone, visit.locale),
        ),
        "counts": [_counted(visit, reason, number) for reason, number in sorted(counts.items())],
        "rows": [
            (row.name, words.due_words(row.at, zone, visit.locale))
            for row in rows
            if not row.reason
        ][:MOST],
    }
    return await page(visit, "rehearsal.html", found)


def _counted(visit: Visit, reason: str, number: int) -> str:
    if not reason:
        return visit.words("schedule.counts_ready", count=number)
    why = words.why_words(reason, visit.locale)
    shown = number if number >= FEW else visit.words("web.few")  # who rests is nobody's business
    return visit.words("schedule.counts_other", reason=why, count=shown)


async def _plan(visit: Visit, kind: str) -> tuple[Plan, ZoneInfo]:
    async with visit.house.library.db.transaction(visit.scope) as shelf:
        zone = ZoneInfo((await shelf.people.company()).zone)
        for plan in await schedules.listing(shelf, BY_NAME):
            if plan.kind == kind and not plan.duty:
                return plan, zone
    raise NotFound


async def _form(
    visit: Visit, plan: Plan, zone: ZoneInfo, chosen: Mapping[str, Any], error: str = ""
) -> web.Response:
    fields = [_field(visit, option, chosen) for option in plan.options]
    found = {"plan": _shown(visit, plan, zone), "fields": fields, "error": error}
    status = 400 if error else 200
    return await page(visit, "schedule_form.html", found, status=status)


def _field(visit: Visit, option: Option, chosen: Mapping[str, Any]) -> dict[str, Any]:
    picked = {str(one) for one in _many(chosen[option.key])}
    return {
        "key": option.key,
        "label": visit.words(f"schedule.opt_{option.key}"),
        "many": bool(option.many),
        "choices": [
            (str(value), words.value_words(option.key, value, visit.locale), str(value) in picked)
            for value in option.allowed
        ],
    }


def _shown(visit: Visit, plan: Plan, zone: ZoneInfo) -> dict[str, Any]:
    """The schedule in words."""
    late = "hold_late" if plan.catch_up_days > 0 else "hold_skip"
    return {
        "kind": plan.kind,
        "name": words.job_words(plan.kind, visit.locale),
        "rule": words.rule_words(plan.kind, plan.chosen, visit.locale),
        "state": str(plan.state),
        "state_words": visit.words(f"schedule.state_{plan.state}"),
        "hold_words": visit.words(f"schedule.{late}", days=plan.catch_up_days),
        "next": [words.due_words(turn.due_at, zone, visit.locale) for turn in plan.next],
        "skipped": [_skipped(visit, row.due_at, row.reason, zone) for row in plan.skipped],
        "version": plan.version,
        "duty": plan.duty,
        "options": bool(plan.options),
        "tries": plan.tries,
    }


def _skipped(visit: Visit, due_at: datetime, reason: str, zone: ZoneInfo) -> str:
    why = visit.words(f"schedule.reason_{reason}")
    return f"{words.due_words(due_at, zone, visit.locale)}: {why}"


def _typed(posted: Any) -> dict[str, object]:
    """Options of the form: `f.key` is one value, `l.key` several."""
    found: dict[str, object] = {}
    for name in posted:
        mark, _, key = name.partition(".")
        if mark == "f":
            found[key] = str(posted.get(name) or "")
        elif mark == "l":
            found[key] = [str(value) for value in posted.getall(name) if value]
    return found


def _many(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _follow(visit: Visit, where: str) -> web.Response:
    response = web.Response(status=303, headers={"Location": where})
    remember(response, visit)
    return response
