"""Search quality on the development files: nDCG@10, hit@3 and MRR by style, what helped, and speed.

`python -m benchmarks.search_quality [--write]`; the files lie in ../shared/data, never shipped.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cases import question
from cases.embedding.bundled import BundledEncoder
from cases.index import Document, parts
from cases.index.memory import MemoryIndex
from cases.index.vectors import Common, common_of
from cases.question import Question
from cases.ranking import Match, Weights, overall, weights
from cases.vocabulary import label

DATA = Path(__file__).parents[1] / "../shared/data"
STYLES = ("english", "keyword", "long", "paraphrase", "sentence", "typo_kana", "chat")
# data/README.md, "Keys": where one word maps to several keys, an import stores the first.
KEYS = {
    "channels": {
        "visit": "f2f_visit", "online_meeting": "remote_detail", "web_seminar": "webinar_live",
        "email": "mr_email", "chat": "chat", "website": "owned_site", "phone": "phone",
        "printed": "paper", "event": "lecture_onsite", "msl": "msl", "head_office": "call_center",
    },
    "facilities": {
        "clinic": "clinic", "base_hospital": "core_hospital_400", "pharmacy": "community_pharmacy",
        "university_hospital": "university_hospital", "wholesaler": "wholesaler",
    },
    "customers": {"nurse_comedical": "nurse", "wholesaler": "wholesaler_ms"},
    "barriers": {
        "no_urgency": "urgency", "no_visible_benefit": "benefit",
        "unclear_right_way": "right_way", "poor_environment": "environment",
    },
    "areas": {
        "diabetes": "metabolic", "cns": "neuro", "vaccine": "infection_vaccine",
        "general": "cns_pain_other",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """A development query with the grades of its cases; no grades means nothing fits."""

    id: str
    text: str
    style: str
    grades: dict[str, int]


def rows(name: str) -> list[dict[str, Any]]:
    """The rows of a JSON-lines file."""
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def document(row: dict[str, Any]) -> Document:
    """A row of cases.jsonl as the product would index it."""
    found = {
        "channels": row["channels"],
        "facilities": [row["customer"]],
        "customers": [row["customer"]],
        "barriers": row["barrier"],
        "areas": [row["area"]],
    }
    keys = [
        (name, KEYS[name].get(word, word if name == "areas" else ""))
        for name, words in found.items()
        for word in words
    ]
    labels = tuple(label(name, key, lang) for name, key in keys if key for lang in ("ja", "en"))
    facets = frozenset(f"{name}:{key}" for name, key in keys if key)
    return Document(row["id"], row, labels, facets)


def asked() -> list[Asked]:
    """The 86 development queries."""
    return [Asked(r["id"], r["query"], r["style"], r["relevant"]) for r in rows("queries.jsonl")]


def filled(
    documents: Iterable[Document],
    encoder: BundledEncoder,
    common: Common | None = None,
    weigh: Callable[[Question, float], Weights] = weights,
) -> MemoryIndex:
    """An index of the documents with their vectors."""
    index = MemoryIndex(common or common_of(encoder.name, encoder.size), weigh)
    for found in documents:
        index.put(found)
        named = parts(found.fields)
        vectors = encoder.encode([text for _, text in named])
        index.put_vectors(
            found.case_id, {part: v for (part, _), v in zip(named, vectors, strict=True)}
        )
    return index


def ndcg(ids: list[str], grades: dict[str, int]) -> float:
    """nDCG@10 with gain 2^grade - 1 and discount 1 / log2(rank + 1)."""

    def gain(values: Iterable[int]) -> float:
        return sum((2.0**grade - 1) / math.log2(at + 2) for at, grade in enumerate(values))

    best = sorted(grades.values(), reverse=True)[:10]
    return gain(grades.get(case, 0) for case in ids[:10]) / gain(best)


def figures(query: Asked, ids: list[str]) -> tuple[float, float, float]:
    """nDCG@10, hit@3 (grade 2 or 3 in the top three), reciprocal rank of the first such case."""
    good = [query.grades.get(case, 0) >= 2 for case in ids]
    first = good.index(True) + 1 if True in good else math.inf
    return ndcg(ids, query.grades), float(any(good[:3])), 1 / first


def interval(values: NDArray[np.float64]) -> tuple[float, float]:
    """The 95 % bootstrap interval of the mean, 4,000 draws, fixed seed."""
    drawn = np.random.default_rng(7).choice(values, (4_000, len(values))).mean(axis=1)
    return float(np.quantile(drawn, 0.025)), float(np.quantile(drawn, 0.975))


def measure(
    index: MemoryIndex,
    encoder: BundledEncoder | None,
    change: Callable[[Question], Question] = lambda asked: asked,
) -> dict[str, tuple[str, tuple[float, float, float]]]:
    """Figures of every answerable query: id → (style, figures)."""
    found: dict[str, tuple[str, tuple[float, float, float]]] = {}
    for query in asked():
        if query.grades:
            hits = index.search(change(question.read(query.text, encoder)))
            found[query.id] = (query.style, figures(query, [hit.case_id for hit in hits]))
    return found


def labels(
    index: MemoryIndex,
    encoder: BundledEncoder,
    change: Callable[[Question], Question] = lambda asked: asked,
) -> list[tuple[bool, Match]]:
    """For every query: does the library hold an answer, and what the answer would be labelled."""
    found = []
    for query in asked():
        hits = index.search(change(question.read(query.text, encoder)))
        found.append((bool(query.grades), overall([hit.chance for hit in hits])))
    return found
