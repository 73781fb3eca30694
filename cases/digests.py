"""月次まとめ: for one office and month, three cases from elsewhere with reasons, and a next step.

Reasons quote published cases, tags and open wishes only (decision 24). The content holds ids, keys
and published text; `bot/views/digest.py` finds the words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import median
from typing import Any

from cases import months
from cases.choice import Month, choose
from cases.counts import FEW, active_mrs, shown, shown_sum
from cases.db import Shelf
from cases.errors import NotFound
from cases.models.case import Case
from cases.models.loop import Trial
from cases.models.talk import Digest
from cases.trials import Reproduction, reproduction
from cases.vocabulary import Kind, TrialState, content

NO_REPEAT = 3  # digests: a case is not shown again within about 90 days


async def read_month(shelf: Shelf, month: str, missed: Sequence[str] = ()) -> Month:
    """Everything that the digests of one month, and of `missed` ones before it, are made of."""
    since, _ = months.limits(min((month, *missed)))
    _, until = months.limits(month)
    library = await shelf.cases.company_wide(until=until)
    every = [trial for trial in await shelf.loop.all_trials() if trial.opened_at < until]
    by_case: dict[str, list[Trial]] = {}
    for trial in every:
        by_case.setdefault(trial.case_id, []).append(trial)
    return Month(
        name=month,
        published=[case for case in library if case.shared_at >= since],
        library=library,
        trials=[trial for trial in every if trial.opened_at >= since],
        results={
            case.id: reproduction(by_case.get(case.id, ()), case.author_id) for case in library
        },
        wishes=await shelf.loop.wishes(),
        offices=await shelf.people.offices(),
        missed=tuple(missed),
    )


async def make(shelf: Shelf, office_id: str, month: str, read: Month | None = None) -> Digest:
    """The office's `current` digest, kept from now on. Raises NotFound for no office."""
    digest = await current(shelf, office_id, month, read)
    kept = await shelf.talks.digest(office_id, month)
    if kept is None:
        shelf.talks.add(digest)
        return digest
    kept.items, kept.content, kept.made_at = digest.items, digest.content, digest.made_at
    return kept


async def current(shelf: Shelf, office_id: str, month: str, read: Month | None = None) -> Digest:
    """The digest that was kept while all its cases may be shown as they were; else a `preview`."""
    kept = await shelf.talks.digest(office_id, month)
    if kept is not None:
        ids = {item["case_id"] for item in kept.items}
        cases = await shelf.cases.many(ids)
        if ids == set(cases) and "items" in kept.content:  # not erased with a text that changed
            return kept
    return await preview(shelf, office_id, month, read)


async def preview(shelf: Shelf, office_id: str, month: str, read: Month | None = None) -> Digest:
    """The digest as it would be made now, around the cases that were shown; nothing is kept."""
    office = await shelf.people.office(office_id)
    if office is None:
        raise NotFound
    kept = await shelf.talks.digest(office_id, month)
    missed = kept.content.get("missed", ()) if kept else ()
    read = read or await read_month(shelf, month, missed)
    own = await shelf.cases.of_office(office_id)
    digests = await shelf.talks.digests(office_id)
    recent = [row for row in digests if row.month < month]
    stays = {item["case_id"] for row in digests if row.month == month for item in row.items}
    shown = {item["case_id"] for row in recent[:NO_REPEAT] for item in row.items}
    posted = any(case.office_id == office_id for case in read.published)
    small = len(await active_mrs(shelf, office_id)) < FEW
    chosen = choose(read, office_id, own, shown, stays)
    items = [_item(case, reason, read.results[case.id]) for case, reason in chosen]
    return Digest(
        company_id=shelf.scope.company_id,
        office_id=office_id,
        month=month,
        items=[{"case_id": item["case_id"], "reason": item["reason"]} for item in items],
        content={
            "office_id": office_id,
            "office": office.name,
            "office_en": office.name_en or office.name,
            "month": month,
            "missed": list(read.missed),
            "small": small,
            "posted": posted,
            "summary": summary(read),
            "items": items,
            "own": own_figures(read, office_id),
            "wishes": _wishes(read, office_id),
            "question": _question(month, own),
            "next_step": "invite" if posted else "listen",
        },
        made_at=shelf.now,
    )


def _item(case: Case, reason: dict[str, str], result: Reproduction) -> dict[str, Any]:
    return {
        "case_id": case.id,
        "title": case.title,
        "result": case.result,
        "tip": case.tip,
        "voice": case.voice,
        "pitfalls": case.details.get("pitfalls", ""),
        "lesson": case.kind is Kind.LESSON,
        "channels": list(case.channels),
        "reason": reason,
        "worked": result.worked if result.shown else 0,
        "offices": result.offices if result.shown else 0,
    }


def summary(read: Month) -> dict[str, Any]:
    """The company's month in numbers; None where fewer than five people stand behind one."""
    barriers = Counter(key for case in read.published for key in case.barrier)
    worked = [trial.member_id for trial in read.trials if trial.state is TrialState.WORKED]
    tried: dict[str | None, list[str]] = {}
    for trial in read.trials:
        tried.setdefault(trial.office_id, []).append(trial.member_id)
    barrier, number = barriers.most_common(1)[0] if barriers else ("", 0)
    return {
        "published": len(read.published),
        "offices": len({case.office_id for case in read.published}),
        "tried": shown_sum(tried),
        "worked": shown(len(worked), worked),
        "barrier": barrier,
        "barrier_cases": number,
    }


def own_figures(read: Month, office_id: str) -> dict[str, float | None]:
    """The office beside the company's median: to notice, not to compare people.

    None: fewer than five people stand behind it; a median of fewer than five offices is one's.
    """
    posts = [(case.office_id, case.author_id) for case in read.published]
    tries = [(trial.office_id, trial.member_id) for trial in read.trials]
    found: dict[str, float | None] = {}
    for key, pairs in (("published", posts), ("tried", tries)):
        each = Counter(office for office, _ in pairs)
        people = [person for office, person in pairs if office == office_id]
        found[key] = shown(each[office_id], people)
        many = len(read.offices) >= FEW and found[key] is not None
        found[f"{key}_median"] = median(each[one.id] for one in read.offices) if many else None
    return found


def _wishes(read: Month, office_id: str) -> list[dict[str, str]]:
    """The oldest open wish of another office, without its asker."""
    others = [wish for wish in read.wishes if wish.office_id != office_id] or list(read.wishes)
    return [{"id": wish.id, "theme": wish.theme} for wish in others[:1]]


def _question(month: str, own: Sequence[Case]) -> dict[str, str]:
    """One question for the office meeting, by the barrier its cases name most; months rotate it."""
    barriers = Counter(key.split(".")[0] for case in own for key in case.barrier)
    family = barriers.most_common(1)[0][0] if barriers else "right_way"
    bank = [row for row in content("prompts.json") if row["barrier"] == family]
    row = bank[(int(month[:4]) * 12 + int(month[5:])) % len(bank)]
    return {"id": row["id"], "ja": row["ja"], "en": row["en"]}
