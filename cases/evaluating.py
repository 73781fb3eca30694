"""How well search answers on somebody's own cases and judged questions: nDCG@10, hit@3 and MRR by
style with bootstrap intervals, so that a company can choose a model. Nothing is stored."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cases import fields, question
from cases.embedding import QueryEmbedder, Reranker
from cases.errors import BadInput
from cases.import_rows import Row
from cases.index import Index, Scored, parts
from cases.indexing import document, indexed_fields
from cases.models.case import Case
from cases.ranking import Match, overall
from cases.search import reranked

GOOD = 2  # from this grade on a case helps
DRAWS = 4_000  # of the bootstrap, with a fixed seed


@dataclass(frozen=True, slots=True)
class Judged:
    """A question and the grades (1 to 3) of the cases that answer it; no grades: nothing does."""

    id: str
    text: str
    style: str
    grades: dict[str, int]


@dataclass(frozen=True, slots=True)
class Figures:
    """One answered question. `hit`: 1 when a case of grade 2 or 3 is among the first three."""

    style: str
    ndcg: float
    hit: float
    mrr: float


@dataclass(frozen=True, slots=True)
class Mean:
    """A figure over the questions of a style, with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Report:
    """`styles`: (style, questions, nDCG@10, hit@3, MRR), "all" first. `none`: of the questions
    without an answer how many were labelled so, and how many there are; `wrong`: how many of those
    with one were."""

    styles: tuple[tuple[str, int, Mean, Mean, Mean], ...]
    none: tuple[int, int]
    wrong: int


def judged(line: int, row: dict[str, Any]) -> Judged:
    """A line of a queries file: `query` or `text`, `relevant` {case id: grade}, `id`, `style`."""
    text, grades = row.get("query", row.get("text")), row.get("relevant", {})
    if not isinstance(text, str) or not isinstance(grades, dict):
        raise BadInput("judged_fields", line=line)
    known = {str(key): grade for key, grade in grades.items() if grade in (1, 2, 3)}
    if len(known) < len(grades):
        raise BadInput("grade", line=line)
    return Judged(str(row.get("id", line)), text, str(row.get("style", "")), known)


def case_of(row: Row) -> Case:
    """A row of an import file as the case it would become."""
    case = Case(company_id="", id=row.source.removeprefix("import:"), author_id="", details={})
    fields.fill(case, row.values)
    return case


def fill(
    index: Index,
    cases: Sequence[Case],
    embedder: QueryEmbedder,
    tell: Callable[[int, int], None] = lambda _done, _all: None,
) -> None:
    """Puts the cases with their vectors into an empty index."""
    for done, case in enumerate(cases, 1):
        index.put(document(case))
        named = parts(indexed_fields(case))
        rows = embedder.encode([text for _, text in named])
        index.put_vectors(case.id, {part: row for (part, _), row in zip(named, rows, strict=True)})
        tell(done, len(cases))


def evaluate(
    index: Index,
    cases: Sequence[Case],
    asked: Sequence[Judged],
    embedder: QueryEmbedder,
    reranker: Reranker | None = None,
) -> Report:
    """Asks every question. Raises BadInput when a judged case is not among the cases."""
    by_id = {case.id: case for case in cases}
    if unknown := {key for one in asked for key in one.grades} - by_id.keys():
        raise BadInput("judged_unknown", ids=", ".join(sorted(unknown)[:5]))
    figures, labels = [], []
    for one in asked:
        hits = index.search(question.read(one.text, embedder), limit=20)
        labels.append((bool(one.grades), overall([hit.chance for hit in hits]) is Match.NONE))
        if reranker is not None:
            hits = reranked(reranker, one.text, hits, by_id)
        if one.grades:
            figures.append(_figures(one, hits))
    return Report(
        styles=tuple(_styles(figures)),
        none=(sum(not own and said for own, said in labels), sum(not own for own, _ in labels)),
        wrong=sum(own and said for own, said in labels),
    )


def ndcg(ids: Sequence[str], grades: dict[str, int]) -> float:
    """nDCG@10 with gain 2^grade − 1 and discount 1 / log2(rank + 1)."""

    def gain(values: Iterable[int]) -> float:
        return sum((2.0**grade - 1) / math.log2(at + 2) for at, grade in enumerate(values))

    best = sorted(grades.values(), reverse=True)[:10]
    return gain(grades.get(case, 0) for case in ids[:10]) / gain(best)


def mean(values: NDArray[np.float64]) -> Mean:
    """The mean with its 95 % bootstrap interval."""
    drawn = np.random.default_rng(7).choice(values, (DRAWS, len(values))).mean(axis=1)
    low, high = np.quantile(drawn, (0.025, 0.975))
    return Mean(float(values.mean()), float(low), float(high))


def _figures(one: Judged, hits: Sequence[Scored]) -> Figures:
    good = [one.grades.get(hit.case_id, 0) >= GOOD for hit in hits]
    first = good.index(True) + 1 if True in good else math.inf
    found = ndcg([hit.case_id for hit in hits], one.grades)
    return Figures(one.style, found, float(any(good[:3])), 1 / first)


def _styles(found: Sequence[Figures]) -> Iterable[tuple[str, int, Mean, Mean, Mean]]:
    for style in ("", *sorted({one.style for one in found} - {""})):
        own = [one for one in found if style in ("", one.style)]
        if own:
            table = np.array([(one.ndcg, one.hit, one.mrr) for one in own])
            yield style or "all", len(own), mean(table[:, 0]), mean(table[:, 1]), mean(table[:, 2])
