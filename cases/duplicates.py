"""Near-duplicates: published cases that say nearly the same as a text, by meaning or by words.

The index proposes, and the vectors that are stored anyway decide: nothing of the text is stored.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass

from cases import fields
from cases.embedding import Vectors
from cases.index import WHOLE, embedded_text
from cases.indexing import indexed_fields
from cases.library import Library
from cases.models.case import Case, Embedding
from cases.scope import Scope
from cases.text import fold, is_japanese

MOST = 2  # shown (F10)
PROPOSED = 12  # cases that the index proposes
# Of 150 different cases none has another nearer than 0.70; of 150 copies that lost their title and
# a quarter of their sentences, and came in another order, all are nearer than 0.81. Chosen between
# them; of 40 other pairs 18 of 20 retellings are found, and none of 20 other deeds is taken for one
# (benchmarks/near_duplicates.py): a hint for a reviewer, and no proof.
BY_MEANING, BY_WORDS = 0.75, 0.40

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Near:
    """A case that is like the text: cosine of whole texts, and how far their letters agree."""

    case: Case
    meaning: float
    words: float


async def near(library: Library, scope: Scope, case: Case) -> list[Near]:
    """The cases nearest to a text within the scope, most alike first; the text's own is left out.

    Without vectors (a model still loads, a case is not embedded yet) words decide alone.
    """
    text = embedded_text(indexed_fields(case))
    found = await library.shelves.find(scope, _gist(case), limit=PROPOSED)
    ids = [hit.case_id for hit in found.hits if hit.case_id != case.id]
    embedder = library.shelves.embedder
    own = await asyncio.to_thread(embedder.encode, [text]) if embedder else None
    async with library.db.reading(scope) as shelf:
        rows = await shelf.cases.many(ids)
        name = embedder.name if embedder else ""
        vectors = await shelf.cases.vectors_of(name, rows) if embedder else []
    meaning = _cosines(own, vectors) if own is not None else {}
    letters = pairs(text)
    likely = [
        Near(
            row,
            meaning.get(row.id, 0.0),
            alike(letters, pairs(embedded_text(indexed_fields(row)))),
        )
        for row in rows.values()
    ]
    close = [one for one in likely if one.meaning >= BY_MEANING or one.words >= BY_WORDS]
    return sorted(close, key=lambda one: (-max(one.meaning, one.words), one.case.id))[:MOST]


def _gist(case: Case) -> str:
    """What the index is asked: the parts that two tellings of one deed share."""
    values = fields.values_of(case)
    return "。".join(str(values[key])[:150] for key in ("title", "action", "result") if values[key])


def _cosines(own: Vectors, rows: Sequence[Embedding]) -> dict[str, float]:
    import numpy as np  # not for the first page

    wholes = [row for row in rows if row.part == WHOLE]
    if not wholes:
        return {}
    stored = np.stack([np.frombuffer(row.vector, dtype="<f4") for row in wholes])
    lengths = np.linalg.norm(stored, axis=1) * np.linalg.norm(own[0])
    cosines = stored @ own[0] / np.maximum(lengths, 1e-9)
    return {row.case_id: float(one) for row, one in zip(wholes, cosines, strict=True)}


def pairs(text: str) -> frozenset[str]:
    """The pairs of neighbouring letters; of words where a text is written in Latin letters.

    English texts share most pairs of letters whatever they say.
    """
    if not is_japanese(text):
        words = _WORD.findall(fold(text))
        return frozenset(" ".join(words[at : at + 2]) for at in range(len(words) - 1))
    letters = "".join(character for character in fold(text) if character.isalnum())
    return frozenset(letters[at : at + 2] for at in range(len(letters) - 1))


def alike(one: frozenset[str], other: frozenset[str]) -> float:
    """Dice's measure, 0 to 1."""
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0
