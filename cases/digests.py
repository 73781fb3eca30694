"""月次まとめ: for one office and month, three cases from elsewhere with reasons, and a next step.

Reasons quote published cases, tags and open wishes only (decision 24). The content holds ids, keys
and published text; `bot/views/digest.py` finds the words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Any

from cases import months
from cases.counts import FEW, active_mrs
from cases.db import Shelf
from cases.errors import NotFound
from cases.models.case import Case
from cases.models.loop import Trial, Wish
from cases.models.org import Office
from cases.models.talk import Digest
from cases.trials import Reproduction, reproduction
from cases.vocabulary import Kind, TrialState, content

ITEMS = 3
NO_REPEAT = 3  # digests: a case is not shown again within about 90 days
# What makes a case fit an office, most telling first: (tag field, weight).
TAGS = (("barrier", 3.0), ("access", 2.5), ("area", 2.0), ("facility", 1.5), ("channels", 1.0))


@dataclass(frozen=True, slots=True)
class Month:
    """What the whole company shared and tried in a month, read once for all offices."""

    name: str
    published: Sequence[Case]
    library: Sequence[Case]  # all company-wide cases up to the month's end
    trials: Sequence[Trial]  # opened in the month
    results: dict[str, Reproduction]
    wishes: Sequence[Wish]
    offices: Sequence[Office]


async def read_month(shelf: Shelf, month: str) -> Month:
    """Everything that the digests of one month are made of."""
    since, until = months.limits(month)
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
    )


async def make(shelf: Shelf, office_id: str, month: str, read: Month | None = None) -> Digest:
    """The office's digest about a month, made once and then kept. Raises NotFound for no office."""
    found = await shelf.talks.digest(office_id, month)
    if found is not None:
        return found
    digest = await preview(shelf, office_id, month, read)
    shelf.talks.add(digest)
    return digest


async def preview(shelf: Shelf, office_id: str, month: str, read: Month | None = None) -> Digest:
    """The digest as it would be made now; nothing is kept."""
    office = await shelf.people.office(office_id)
    if office is None:
        raise NotFound
    read = read or await read_month(shelf, month)
    own = await shelf.cases.of_office(office_id)
    recent = [row for row in await shelf.talks.digests(office_id) if row.month < month]
    shown = {item["case_id"] for row in recent[:NO_REPEAT] for item in row.items}
    small = len(await active_mrs(shelf, office_id)) < FEW
    chosen = choose(read, office_id, own, shown)
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
            "small": small,
            "summary": _summary(read),
            "items": items,
            "own": _own(read, office_id),
            "wishes": _wishes(read, office_id),
            "question": _question(month, own),
            "next_step": "listen" if not _own(read, office_id)["published"] else "invite",
        },
        made_at=shelf.now,
    )


async def current(shelf: Shelf, digest: Digest) -> dict[str, Any]:
    """The content of a digest without the cases that its reader may not find any more."""
    found = await shelf.cases.many(item["case_id"] for item in digest.items)
    items = [item for item in digest.content["items"] if item["case_id"] in found]
    return {**digest.content, "items": items}


def choose(
    read: Month, office_id: str, own: Sequence[Case], shown: Iterable[str]
) -> list[tuple[Case, dict[str, str]]]:
    """Up to three cases of other offices with the reason for each; 定番 when nothing else fits.

    Fit with the office's own tags comes first, then 再現, then freshness; at most one 学び, and
    a 先生の言葉 among them when there is any (F45). The best of the month's own cases is always
    there: 「11月の好事例」 brings one of November.
    """
    tags = _tags(own)
    known = set(shown)
    themes = [wish for wish in read.wishes if wish.office_id == office_id]
    ranked = sorted(
        (case for case in read.library if case.office_id != office_id and case.id not in known),
        key=lambda case: (-_score(case, tags, read), case.id),
    )
    news = next((case for case in ranked if case in read.published), None)
    chosen = _best(ranked, news)
    _give_a_voice(chosen, ranked, news)
    chosen.sort(key=ranked.index)
    return [(case, _reason(case, tags, themes, read)) for case in chosen]


def _best(ranked: Sequence[Case], news: Case | None) -> list[Case]:
    """The first three with the month's own among them, and at most one 学び."""
    chosen = [news] if news else []
    for case in ranked:
        if len(chosen) == ITEMS:
            break
        lessons = any(other.kind is Kind.LESSON for other in chosen)
        if case not in chosen and not (case.kind is Kind.LESSON and lessons):
            chosen.append(case)
    return chosen


def _give_a_voice(chosen: list[Case], ranked: Sequence[Case], news: Case | None) -> None:
    """Changes the last choice for one with 先生の言葉 if none of the three has any."""
    if len(chosen) < ITEMS or any(case.voice for case in chosen):
        return
    spoken = next((case for case in ranked[:20] if case.voice and case not in chosen), None)
    if spoken is not None and chosen[-1] is not news:
        chosen[-1] = spoken


def _tags(own: Sequence[Case]) -> dict[str, Counter[str]]:
    """How often the office's own cases carry each tag."""
    return {field: Counter(key for case in own for key in _keys(case, field)) for field, _ in TAGS}


def _keys(case: Case, field: str) -> list[str]:
    value = getattr(case, field)
    return [value] if isinstance(value, str) and value else list(value)


def _score(case: Case, tags: dict[str, Counter[str]], read: Month) -> float:
    fit = sum(
        weight * any(tags[field][key] for key in _keys(case, field)) for field, weight in TAGS
    )
    since, until = months.limits(read.name)
    age = max((until - case.shared_at) / timedelta(days=30), 0.0)
    fresh = 6.0 if case.shared_at >= since else 2.0 / (1.0 + age)
    return fit + fresh + 1.5 * min(read.results[case.id].worked, 4)


def _reason(
    case: Case, tags: dict[str, Counter[str]], themes: Sequence[Wish], read: Month
) -> dict[str, str]:
    """Why this case for this office: the most telling tag they share, else 再現, else 定番."""
    for field, _ in TAGS:
        shared = [key for key in _keys(case, field) if tags[field][key]]
        if shared:
            return {"kind": field, "key": max(shared, key=lambda key: tags[field][key])}
    if read.results[case.id].shown:
        return {"kind": "reproduced", "key": ""}
    return {"kind": "new" if case in read.published else "classic", "key": ""}


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


def _summary(read: Month) -> dict[str, Any]:
    barriers = Counter(key for case in read.published for key in case.barrier)
    barrier, number = barriers.most_common(1)[0] if barriers else ("", 0)
    return {
        "published": len(read.published),
        "offices": len({case.office_id for case in read.published}),
        "tried": len(read.trials),
        "worked": sum(trial.state is TrialState.WORKED for trial in read.trials),
        "barrier": barrier,
        "barrier_cases": number,
    }


def _own(read: Month, office_id: str) -> dict[str, float]:
    """The office beside the company's median: to notice, not to compare people."""
    posts = Counter(case.office_id for case in read.published)
    tries = Counter(trial.office_id for trial in read.trials)
    ids = [office.id for office in read.offices] or [office_id]
    return {
        "published": posts[office_id],
        "published_median": median(posts[key] for key in ids),
        "tried": tries[office_id],
        "tried_median": median(tries[key] for key in ids),
    }


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
