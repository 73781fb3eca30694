"""The rows of an index: which case each one is, whether it is still there, and who may find it."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

SPARE = 64  # so many rows may be dead before it is worth closing the gaps
ASKERS = 8  # filters whose rows are remembered until a case comes or goes, eight bytes a row


class Rows:
    """Cases in the order in which they came. A row that is gone is masked until `closed`."""

    def __init__(
        self, kept: Mapping[str, NDArray[Any]] | None = None, names: Sequence[str] = ()
    ) -> None:
        own = kept or {}
        self.ids, self.digests = (_texts(own.get(name)) for name in ("ids", "digests"))
        self._row = {case_id: row for row, case_id in enumerate(self.ids)}
        self._live = array("b", bytes([1]) * len(self.ids))
        self._facets = {
            name: array("i", own["facets"][start:end].tobytes())
            for name, start, end in zip(names, *_ends(own, len(names)), strict=True)
        }
        self._seen: dict[tuple[frozenset[str], ...], NDArray[np.intp]] = {}

    def copy(self) -> Rows:
        """With the same cases: what comes to one or leaves it does not concern the other."""
        other = Rows()
        other.ids, other.digests, other._row = list(self.ids), list(self.digests), dict(self._row)
        other._live = self._live[:]
        other._facets = {name: rows[:] for name, rows in self._facets.items()}
        return other

    def __len__(self) -> int:
        return len(self._row)

    def names(self) -> list[str]:
        """The facets, in the order in which `arrays` holds their rows."""
        return list(self._facets)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Everything else, to be saved after `closed`: lists of texts as one text, which is read in
        a few milliseconds."""
        rows = [np.frombuffer(own, dtype=np.int32) for own in self._facets.values()]
        return {
            "ids": _blob(self.ids),
            "digests": _blob(self.digests),
            "facets": np.concatenate([np.empty(0, np.int32), *rows]),
            "facet_sizes": np.array([len(own) for own in rows], dtype=np.int64),
        }

    def of(self, case_id: str) -> int | None:
        """The row of a case, None when it is not here."""
        return self._row.get(case_id)

    def add(self, case_id: str, facets: Iterable[str], digest: str) -> int:
        """The next row, for a case that is not here."""
        row = self._row[case_id] = len(self.ids)
        self.ids.append(case_id)
        self.digests.append(digest)
        self._live.append(1)
        self._seen.clear()
        for facet in facets:
            self._facets.setdefault(facet, array("i")).append(row)
        return row

    def drop(self, case_id: str) -> int | None:
        """Takes the case out; its row, None when it was not here."""
        if (row := self._row.pop(case_id, None)) is not None:
            self._live[row] = 0
            self._seen.clear()
        return row

    def visible(self, groups: Sequence[Collection[str]]) -> NDArray[np.intp]:
        """The rows, ascending, that have for each group at least one of its facets."""
        asked = tuple(frozenset(group) for group in groups)
        if (known := self._seen.get(asked)) is not None:
            return known
        if len(self._seen) == ASKERS:
            self._seen.clear()
        seen = np.array(self._live, dtype=np.bool_)
        for group in asked:
            allowed = np.zeros(len(self.ids), dtype=np.bool_)
            for facet in group & self._facets.keys():
                allowed[np.array(self._facets[facet], dtype=np.int32)] = True
            seen &= allowed
        found = self._seen[asked] = np.flatnonzero(seen)
        return found

    def gaps(self) -> bool:
        """True when most rows are dead."""
        return len(self.ids) > SPARE and len(self._row) < len(self.ids) // 2

    def closed(self) -> NDArray[np.int32]:
        """Closes the gaps; for each old row the new one, −1 for those that are gone."""
        live = np.frombuffer(self._live, dtype=np.bool_)
        moved = np.where(live, np.cumsum(live) - 1, -1).astype(np.int32)
        kept = np.flatnonzero(live)
        self.ids = [self.ids[row] for row in kept]
        self.digests = [self.digests[row] for row in kept]
        self._row = {case_id: row for row, case_id in enumerate(self.ids)}
        self._live = array("b", bytes([1]) * len(self.ids))
        self._seen.clear()
        for facet, rows in list(self._facets.items()):
            new = moved[np.frombuffer(rows, dtype=np.int32)]
            self._facets[facet] = array("i", new[new >= 0].tobytes())
        return moved


def _blob(texts: Sequence[str]) -> NDArray[np.uint8]:
    """Each text ends with a byte 0, which no id holds."""
    return np.frombuffer("".join(f"{text}\0" for text in texts).encode(), dtype=np.uint8)


def _texts(blob: NDArray[np.uint8] | None) -> list[str]:
    return [] if blob is None else blob.tobytes().decode().split("\0")[:-1]


def _ends(kept: Mapping[str, NDArray[Any]], names: int) -> tuple[list[int], list[int]]:
    sizes = kept.get("facet_sizes", np.zeros(names, np.int64))
    ends = np.cumsum(sizes)
    return (ends - sizes).tolist(), ends.tolist()
