"""Which cases an office gets in its digest, and the reason for each: published tags only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from cases import months
from cases.fields import keys_of
from cases.models.case import Case
from cases.models.loop import Trial, Wish
from cases.models.org import Office
from cases.trials import Reproduction
from cases.vocabulary import Kind

ITEMS = 3
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
    missed: tuple[str, ...] = ()  # months before it that had no digest of their own


def choose(
    read: Month,
    office_id: str,
    own: Sequence[Case],
    shown: Iterable[str],
    stays: Collection[str] = (),
) -> list[tuple[Case, dict[str, str]]]:
    """Up to three cases of other offices with the reason for each; 定番 when nothing else fits.

    Fit with the office's own tags comes first, then 再現, then freshness; at most one 学び, and
    a 先生の言葉 among them when there is any (F45). The best of the month's own cases is always
    there: 「11月の好事例」 brings one of November. Cases that this month's digest has shown already
    (`stays`) come before all others; those of the digests before (`shown`) do not come, nor those
    that a named change put in question.
    """
    tags = _tags(own)
    known = set(shown)
    ranked = sorted(
        (
            case
            for case in read.library
            if case.office_id != office_id and case.id not in known and case.revision_id is None
        ),
        key=lambda case: (case.id not in stays, -_score(case, tags, read), case.id),
    )
    news = next((case for case in ranked if case in read.published), None)
    chosen = [news] if news else []
    for case in ranked:
        if len(chosen) < ITEMS and case not in chosen and _fits(case, chosen):
            chosen.append(case)
    _give_a_voice(chosen, ranked)
    chosen.sort(key=ranked.index)
    return [(case, _reason(case, tags, read)) for case in chosen]


def _fits(case: Case, chosen: Sequence[Case]) -> bool:
    """One 学び is enough."""
    return case.kind is not Kind.LESSON or all(other.kind is not Kind.LESSON for other in chosen)


def _give_a_voice(chosen: list[Case], ranked: Sequence[Case]) -> None:
    """Changes the last choice for one with 先生の言葉 if none of the three has any."""
    if len(chosen) < ITEMS or any(case.voice for case in chosen):
        return
    kept = chosen[:-1]
    spoken = (c for c in ranked[:20] if c.voice and c not in kept and _fits(c, kept))
    chosen[-1] = next(spoken, chosen[-1])


def _tags(own: Sequence[Case]) -> dict[str, Counter[str]]:
    """How often the office's own cases carry each tag."""
    fields = [field for field, _ in TAGS]
    return {field: Counter(key for case in own for key in keys_of(case, field)) for field in fields}


def _score(case: Case, tags: dict[str, Counter[str]], read: Month) -> float:
    fit = sum(
        weight * any(tags[field][key] for key in keys_of(case, field)) for field, weight in TAGS
    )
    since, until = months.limits(read.name)
    age = max((until - case.shared_at) / timedelta(days=30), 0.0)
    fresh = 6.0 if case.shared_at >= since else 2.0 / (1.0 + age)
    return fit + fresh + 1.5 * min(read.results[case.id].worked, 4)


def _reason(case: Case, tags: dict[str, Counter[str]], read: Month) -> dict[str, str]:
    """Why this case for this office: the most telling tag they share, else 再現, else 定番."""
    for field, _ in TAGS:
        shared = [key for key in keys_of(case, field) if tags[field][key]]
        if shared:
            return {"kind": field, "key": max(shared, key=lambda key: tags[field][key])}
    if read.results[case.id].shown:
        return {"kind": "reproduced", "key": ""}
    return {"kind": "new" if case in read.published else "classic", "key": ""}
