"""One cache of vectors by content hash, so that guard and index encode a text once (decision 8)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from threading import Lock

from cases.embedding import Vectors
from cases.text import content_hash


class VectorCache:
    """The vectors of the texts seen last, at most `rows` of them; safe to share between threads.

    4,096 rows of 512 numbers take 8 MB. No text is kept, only its SHA-256.
    """

    def __init__(self, rows: int = 4096) -> None:
        self._rows = rows
        self._kept: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = Lock()

    def fill(self, texts: Sequence[str], encode: Callable[[Sequence[str]], Vectors]) -> Vectors:
        """The vectors of `texts`, one row each; `encode` is called once with those not kept."""
        import numpy as np  # not for the first page

        keys = [content_hash(text) for text in texts]
        found = self._look_up(keys)
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
        if missing:
            fresh = dict(zip(missing, encode(list(missing.values())), strict=True))
            found |= fresh
            self.keep(fresh)
        return np.stack([found[key] for key in keys])

    def _look_up(self, keys: list[str]) -> dict[str, Vectors]:
        with self._lock:
            found = {key: self._kept[key] for key in keys if key in self._kept}
            for key in found:
                self._kept.move_to_end(key)
        return found

    def keep(self, fresh: Mapping[str, Vectors]) -> None:
        """Vectors by content hash, from wherever they were encoded."""
        with self._lock:
            self._kept.update((key, vector.copy()) for key, vector in fresh.items())
            while len(self._kept) > self._rows:
                self._kept.popitem(last=False)
