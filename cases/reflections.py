"""振り返り: one question, an answer that stays private until its writer shares it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from functools import cache
from typing import Any

from cases import audit, months
from cases.counts import FEW, active_mrs
from cases.db import Shelf
from cases.errors import NotFound
from cases.models.org import Member
from cases.models.talk import Reflection
from cases.seal import KeyRing
from cases.vocabulary import content

DEFAULT_STAGE = 2  # the largest group of the baseline (study group, September 2024)
NO_REPEAT = timedelta(days=183)
UNSHARED = "reflection.unshare"
OTHERS = 2  # shared answers shown after one's own


@cache
def bank() -> dict[str, dict[str, Any]]:
    """The 48 prompts by id: ja, en, taps, taps_en."""
    return {row["id"]: row for row in content("prompts.json")}


async def ask(shelf: Shelf, member: Member) -> Reflection:
    """Today's question for a member; the same one when asked twice on a JST day."""
    return (await ask_all(shelf, [member]))[member.id]


async def ask_all(shelf: Shelf, members: Sequence[Member]) -> dict[str, Reflection]:
    """Today's question for each of some members, by member; four statements for all of them.

    An open trial comes first; else stage 2 (nobody's stage is known to us), the last barrier the
    member named, Q1→Q2→Q3, none again within six months (domain.md §11).
    """
    today = months.day_of(shelf.now).isoformat()
    found = {
        row.member_id: row
        for row in await shelf.talks.asked_on(today, [member.id for member in members])
    }
    rest = [member.id for member in members if member.id not in found]
    since = (shelf.now - NO_REPEAT).astimezone(months.JST).date().isoformat()
    past = await shelf.talks.questions_of(rest, since)
    trials = await shelf.loop.waiting_trials(rest)
    barriers = await shelf.cases.barriers_of(rest)
    for member_id in rest:
        asked = past.get(member_id, [])
        trial = trials.get(member_id)
        if trial is not None and any(one.trial_id == trial.id for one in asked):
            trial = None
        used = {one.prompt for one in asked if one.asked_on >= since}
        family = barriers.get(member_id, "right_way").split(".")[0]
        found[member_id] = Reflection(
            company_id=shelf.scope.company_id,
            member_id=member_id,
            asked_on=today,
            prompt=f"trial:{trial.id}" if trial else _next_prompt(family, used),
            trial_id=trial.id if trial else None,
        )
        shelf.talks.add(found[member_id])
    await shelf.session.flush()
    return found


async def content_of(shelf: Shelf, row: Reflection) -> dict[str, Any]:
    """What the question's card needs: ids, and the tried case's title."""
    title = ""
    if row.trial_id:
        trial = await shelf.loop.trial(row.trial_id)
        case = await shelf.cases.any(trial.case_id) if trial else None
        title = case.title if case else ""
    return {"reflection_id": row.id, "prompt": row.prompt, "title": title}


def _next_prompt(family: str, used: Collection[str]) -> str:
    order = _order(family)
    return next((prompt for prompt in order if prompt not in used), order[0])


@cache
def _order(family: str) -> Sequence[str]:
    """The prompts in the order in which they are asked of who named that barrier."""
    order = sorted(
        bank().values(),
        key=lambda row: (
            row["stage"] != DEFAULT_STAGE,
            row["barrier"] != family,
            row["id"].rsplit("-", 1)[1],
        ),
    )
    return [str(row["id"]) for row in order]


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


async def unshare(shelf: Shelf, ring: KeyRing, reflection_id: str) -> None:
    """The acting member's answer is theirs alone again: sealed, for the period of such answers."""
    row = await _mine(shelf, reflection_id)
    if row.shared is None:
        return
    if row.answer is None:
        row.answer = ring.seal(row.shared, row.company_id)
    await hide(shelf, row.id)


async def hide(shelf: Shelf, reflection_id: str) -> bool:
    """Nobody is shown the answer from now on; False where it was so before."""
    row = await shelf.talks.any_reflection(reflection_id)
    if row is None or row.shared is None:
        return False
    row.shared = None
    await audit.record(shelf, UNSHARED, row.id)
    return True


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
