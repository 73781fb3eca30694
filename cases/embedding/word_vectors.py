"""What the words of a text mean, one by one, beside what the bundled encoder makes of the whole.

`content/word_vectors.npz` is derived from chiVe (Works Applications, Apache-2.0) by
benchmarks/fit_word_vectors.py; docs/model.md says what was kept and how it is weighed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from typing import TYPE_CHECKING

from cases.embedding import QueryEmbedder, Vectors
from cases.embedding.bundled import NAME, SIZE

if TYPE_CHECKING:  # the first page is there before numpy
    import numpy as np
    from numpy.typing import NDArray

DIMENSIONS = 96
# Of the vector of a text, beside the encoder's own part: from 0.7 to 1.0 all questions gain as
# much, general text loses least with 0.7 (benchmarks/search_quality.md).
SHARE = 0.7
SEARCH_NAME = f"{NAME}-words1"  # a new table, another share: another number
SEARCH_SIZE = SIZE + DIMENSIONS + 2


def keys_of(words: Iterable[str]) -> NDArray[np.uint64]:
    """A number for each word: the table holds these and no texts."""
    import numpy as np

    digests = [blake2b(word.encode(), digest_size=8).digest() for word in words]
    return np.frombuffer(b"".join(digests), dtype="<u8")


class Table:
    """Word → vector, weighed by how rare the word is in our own texts; 118,000 words, 3 MB."""

    def __init__(self) -> None:
        import numpy as np

        file = files("cases").joinpath("content", "word_vectors.npz")
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as kept:
            self._keys: NDArray[np.uint64] = kept["keys"]  # ascending
            self._rows: NDArray[np.uint16] = kept["rows"]
            self._weights: NDArray[np.uint8] = kept["weights"]
            self._vectors: NDArray[np.int8] = kept["vectors"]
            self._scales: NDArray[np.float32] = kept["scales"]

    def of(self, text: str) -> Vectors | None:
        """The words of a text as one vector of length 1; None when none of them is known."""
        import numpy as np

        from cases.words import spoken  # Sudachi, after the first page

        counts = spoken(text)
        asked = keys_of(counts)
        places = np.minimum(np.searchsorted(self._keys, asked), len(self._keys) - 1)
        known = self._keys[places] == asked
        if not known.any():
            return None
        places = places[known]
        rows = self._rows[places]
        shares = np.fromiter(counts.values(), dtype=np.float32)[known]
        shares *= self._weights[places] * self._scales[rows]
        found = shares @ self._vectors[rows].astype(np.float32)
        return np.asarray(found / max(float(np.linalg.norm(found)), 1e-9), dtype=np.float32)


@cache
def table() -> Table:
    """The shipped table, read once."""
    return Table()


class WithWords:
    """The bundled encoder's vector of a text and that of its words, joined; rows of length 1.

    A text without known words (an English one) has neither near nor far words: two numbers at the
    end, one for questions and one for documents, keep the length and never meet.
    """

    name = SEARCH_NAME
    size = SEARCH_SIZE

    def __init__(self, inner: QueryEmbedder) -> None:
        self._inner = inner

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Documents: see Embedder.encode."""
        return _joined(self._inner.encode(texts), texts, SIZE + DIMENSIONS)

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        """Questions: see QueryEmbedder.encode_query."""
        return _joined(self._inner.encode_query(texts), texts, SIZE + DIMENSIONS + 1)


def for_search(encoder: QueryEmbedder) -> QueryEmbedder:
    """What search asks by: the bundled encoder with its words; any other model as it is."""
    return WithWords(encoder) if encoder.name == NAME else encoder


def _joined(wholes: Vectors, texts: Sequence[str], without_words: int) -> Vectors:
    import numpy as np

    found = np.zeros((len(texts), SEARCH_SIZE), dtype=np.float32)
    found[:, :SIZE] = wholes
    for row, text in zip(found, texts, strict=True):
        if (words := table().of(text)) is None:
            row[without_words] = SHARE
        else:
            row[SIZE : SIZE + DIMENSIONS] = SHARE * words
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    return found
