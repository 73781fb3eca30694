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
from cases.embedding import QueryEmbedder
from cases.index import Document, parts
from cases.index.memory import MemoryIndex
from cases.index.vectors import Common, common_of
from cases.question import Question
from cases.ranking import Match, Weights, overall, weights
from cases.vocabulary import label

DATA = Path(__file__).parents[1] / "../shared/data"
DEVELOPMENT = DATA / "queries.jsonl"
# Questions over the same cases by authors who never saw the product, ids as in cases.jsonl. Each
# was blind once and then became a development set; the third was run once, when nothing was to be
# chosen any more, and stays out of the report (search_quality.md has its figures).
FRESH, FRESH_2 = (Path(__file__).with_name(f"search_fresh_{n}.jsonl") for n in (1, 2))
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
    """The rows of a JSON-lines file in DATA."""
    return _read(DATA / name)


def _read(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


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


def asked(file: Path = DEVELOPMENT) -> list[Asked]:
    """The 86 development queries, or those of another file of the same shape."""
    return [Asked(r["id"], r["query"], r["style"], r["relevant"]) for r in _read(file)]


def filled(
    documents: Iterable[Document],
    encoder: QueryEmbedder,
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
    encoder: QueryEmbedder | None,
    change: Callable[[Question], Question] = lambda asked: asked,
    queries: list[Asked] | None = None,
) -> dict[str, tuple[str, tuple[float, float, float]]]:
    """Figures of every answerable query (None: the development ones): id → (style, figures)."""
    found: dict[str, tuple[str, tuple[float, float, float]]] = {}
    for query in asked() if queries is None else queries:
        if query.grades:
            hits = index.search(change(question.read(query.text, encoder)))
            found[query.id] = (query.style, figures(query, [hit.case_id for hit in hits]))
    return found


def labels(
    index: MemoryIndex,
    encoder: QueryEmbedder,
    change: Callable[[Question], Question] = lambda asked: asked,
    queries: list[Asked] | None = None,
) -> list[tuple[bool, Match]]:
    """For every query: does the library hold an answer, and what the answer would be labelled."""
    found = []
    for query in asked() if queries is None else queries:
        hits = index.search(change(question.read(query.text, encoder)))
        found.append((bool(query.grades), overall([hit.chance for hit in hits])))
    return found


def general(encoder: QueryEmbedder, questions: int = 200) -> float:
    """nDCG@10 on general Japanese text, JaQuAD's first file: the paragraph that answers.

    A guard against harm: nothing is tuned to it. 407 paragraphs; the questions are drawn.
    """
    articles = json.loads((DATA / "public/jaquad_dev_0.json").read_text(encoding="utf-8"))["data"]
    paragraphs = [own for article in articles for own in article["paragraphs"]]
    found = [Document(str(at), {"action": own["context"]}) for at, own in enumerate(paragraphs)]
    index = filled(found, encoder)
    pairs = [(own["question"], str(at)) for at, p in enumerate(paragraphs) for own in p["qas"]]
    drawn = np.random.default_rng(7).choice(len(pairs), questions, replace=False)
    scores = []
    for text, right in (pairs[at] for at in drawn):
        hits = index.search(question.read(text, encoder))
        scores.append(ndcg([hit.case_id for hit in hits], {right: 3}))
    return float(np.mean(scores))
