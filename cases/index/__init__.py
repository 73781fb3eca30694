"""One company's published cases, ready to be searched: what an index takes, gives and promises.

An index is a private copy that is rebuilt from the tables at any time. A case is found by its words
as soon as `put` returns, and by its meaning as soon as `put_vectors` does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Protocol

from cases.embedding import Vectors
from cases.question import Question
from cases.text import clean, sentences

WHOLE = "whole"
# The order of design/domain.md §2.2; each is text that colleagues may read, never author or office.
FIELDS = (
    "title",
    "intent",
    "situation",
    "trigger",
    "steps",
    "action",
    "result",
    "tip",
    "conditions",
)


@dataclass(frozen=True, slots=True)
class Document:
    """A case as the index sees it.

    `fields`: text by the keys of FIELDS (others are ignored). `labels`: Japanese and English labels
    of its channels, barriers, outcomes, areas, customers and facilities. `facets`: words to filter
    by, such as `status:company`, `office:<id>`, `facilities:clinic`; the caller chooses them.
    """

    case_id: str
    fields: Mapping[str, str]
    labels: tuple[str, ...] = ()
    facets: frozenset[str] = frozenset()

    def digest(self) -> str:
        """The same for documents that say the same."""
        said = (sorted(self.fields.items()), self.labels, sorted(self.facets))
        return blake2b(repr(said).encode("utf-8", "replace"), digest_size=12).hexdigest()


@dataclass(frozen=True, slots=True)
class Scored:
    """A hit: `score` orders the hits of one question; the others are raw and compare across them.

    `chance`: 0 to 1, how likely the case helps the asker; see `ranking.match`. `sentence`: the
    number of the sentence (see `parts`) that is nearest in meaning, None without vectors. `said`:
    the words of the question that the case holds.
    """

    case_id: str
    score: float
    chance: float
    sentence: int | None
    said: tuple[str, ...] = ()


class Index(Protocol):
    """The published cases of one company; every method may be called from any thread."""

    def put(self, document: Document) -> None:
        """Adds the case or replaces it; a case with another text keeps no vectors."""
        ...

    def put_vectors(self, case_id: str, vectors: Mapping[str, Vectors]) -> None:
        """The vectors of a case by the names of `parts`; ignored when the case is not here."""
        ...

    def reached(self, newest: datetime | None) -> tuple[datetime | None, datetime | None]:
        """How far cases and vectors were read when it was last used; None: it begins empty.

        `newest`: the newest change that the tables know. What an index knows beyond that is of
        tables that were replaced, and it begins empty.
        """
        ...

    def reach(self, cases: datetime | None, vectors: datetime | None) -> None:
        """Keeps how far it has read, if it outlives the process."""
        ...

    def close(self) -> None:
        """The process ends: keeps what the next one can begin with."""
        ...

    def sentences(self, case_id: str) -> int:
        """How many sentences of the case are known by meaning."""
        ...

    def remove(self, case_id: str) -> None:
        """Takes the case out at once; nothing happens when it is not here."""
        ...

    def search(
        self, question: Question, visible: Sequence[Collection[str]] = (), limit: int = 10
    ) -> list[Scored]:
        """The best cases that have, for each group of `visible`, at least one of its facets.

        `[{"status:company", "office:kobe"}, {"facilities:clinic"}]` is: released or of that office,
        and a clinic. As many hits as there are visible cases, up to `limit`, whatever is asked.
        """
        ...


def parts(fields: Mapping[str, str]) -> list[tuple[str, str]]:
    """The texts to embed for a case, as (part, text): `whole`, then each sentence as `0`, `1`, …

    A row of Embedding is (case, model, part) with the hash of the text; rows whose part is no
    longer here, or whose hash differs, are stale.
    """
    own = list(_sentences(fields))
    if not own:
        return []
    return [(WHOLE, embedded_text(fields)), *((str(at), text) for at, text in enumerate(own))]


def embedded_text(fields: Mapping[str, str]) -> str:
    """The fields as one text, in order."""
    return "。".join(text.rstrip("。") for text in _texts(fields))


def _texts(fields: Mapping[str, str]) -> Iterator[str]:
    return (found for key in FIELDS if (found := clean(fields.get(key, ""))))


def _sentences(fields: Mapping[str, str]) -> Iterator[str]:
    for text in _texts(fields):
        yield from sentences(text)
