"""振り返り: one question, an answer that stays private until its writer shares it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from typing import Any

from cases import months
from cases.counts import FEW, active_mrs
from cases.db import Shelf
from cases.errors import NotFound
from cases.models.loop import Trial
from cases.models.org import Member
from cases.models.talk import Reflection
from cases.seal import KeyRing
from cases.vocabulary import TrialState, content

DEFAULT_STAGE = 2  # the largest group of the baseline (study group, September 2024)
NO_REPEAT = timedelta(days=183)
OTHERS = 2  # shared answers shown after one's own


@cache
def bank() -> dict[str, dict[str, Any]]:
    """The 48 prompts by id: ja, en, taps, taps_en."""
    return {row["id"]: row for row in content("prompts.json")}


async def ask(shelf: Shelf, member: Member) -> Reflection:
    """Today's question for a member; the same one when asked twice on a JST day.

    An open trial comes first; else stage 2 (nobody's stage is known to us), the last barrier the
    member named, Q1→Q2→Q3, none again within six months (domain.md §11).
    """
    today = months.day_of(shelf.now).isoformat()
    past = await shelf.talks.reflections_of(member.id)
    for row in past:
        if row.asked_on == today:
            return row
    trial = await _open_trial(shelf, member)
    if trial is not None and any(row.trial_id == trial.id for row in past):
        trial = None
    row = Reflection(
        company_id=shelf.scope.company_id,
        member_id=member.id,
        asked_on=today,
        prompt=f"trial:{trial.id}" if trial else await _next_prompt(shelf, member, past),
        trial_id=trial.id if trial else None,
    )
    shelf.talks.add(row)
    await shelf.session.flush()
    return row


async def _open_trial(shelf: Shelf, member: Member) -> Trial | None:
    mine = await shelf.loop.trials_by(member.id)
    waiting = (TrialState.OPEN, TrialState.LATER)
    return next((trial for trial in mine if trial.state in waiting), None)


async def _next_prompt(shelf: Shelf, member: Member, past: Sequence[Reflection]) -> str:
    cases = await shelf.cases.by_author(member.id)
    named = next((case.barrier[0] for case in cases if case.barrier), "right_way")
    family = named.split(".")[0]
    since = (shelf.now - NO_REPEAT).astimezone(months.JST).date().isoformat()
    used = {row.prompt for row in past if row.asked_on >= since}
    order = sorted(
        bank().values(),
        key=lambda row: (
            row["stage"] != DEFAULT_STAGE,
            row["barrier"] != family,
            row["id"].rsplit("-", 1)[1],
        ),
    )
    fresh = [row["id"] for row in order if row["id"] not in used]
    return str((fresh or [row["id"] for row in order])[0])


async def answer(shelf: Shelf, ring: KeyRing, reflection_id: str, text: str) -> Reflection:
    """Keeps the acting member's answer, sealed. It may be given again."""
    row = await _mine(shelf, reflection_id)
    row.answer = ring.seal(text, shelf.scope.company_id)
    row.state = "answered"
    row.answered_at = shelf.now
    return row


async def skip(shelf: Shelf, reflection_id: str, state: str) -> Reflection:
    """「今回はパス」 (`passed`) or 「来週にする」 (`later`): it never counts against anyone."""
    row = await _mine(shelf, reflection_id)
    row.state = "later" if state == "later" else "passed"
    return row


async def share(shelf: Shelf, reflection_id: str, masked: str) -> Reflection:
    """Shares an answer, as the guard masked it, with those who answer the same question."""
    row = await _mine(shelf, reflection_id)
    row.shared = masked
    return row


async def others(shelf: Shelf, row: Reflection) -> list[tuple[str, str]]:
    """Up to two shared answers from other offices as (text, office id), same question first.

    The id is empty where fewer than five MRs could have written it.
    """
    me = await shelf.people.member(row.member_id)
    office_id = me.office_id if me else None
    same = await shelf.talks.shared_answers(row.prompt)
    rest = [
        other
        for other in await shelf.talks.all_shared()
        if other.prompt != row.prompt and not other.prompt.startswith("trial:")
    ]
    found: list[tuple[str, str]] = []
    for other in (*same, *rest):
        writer = await shelf.people.member(other.member_id)
        if writer is None or writer.office_id in (None, office_id) or other.shared is None:
            continue
        many = len(await active_mrs(shelf, writer.office_id or "")) >= FEW
        found.append((other.shared, writer.office_id or "" if many else ""))
        if len(found) == OTHERS:
            break
    return found


async def _mine(shelf: Shelf, reflection_id: str) -> Reflection:
    row = await shelf.talks.reflection(reflection_id)
    if row is None:
        raise NotFound
    return row
